"""Tests of the local chain and the anchor station on the real node."""
