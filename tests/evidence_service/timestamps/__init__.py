"""Timestamp authorities, tokens on checkpoints, and our clock beside theirs."""
