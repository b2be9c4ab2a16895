"""Gateways to courts, one per file: a court's instance over HTTP, an export by a court's profile."""
