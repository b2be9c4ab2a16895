"""The HTTP intake of a court (docs/spec/filing.md)."""
