"""Tests that hold the contracts, their tool chain and the shipped files together."""
