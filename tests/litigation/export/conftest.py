"""A lender with built packages: the one of the tests of corrections."""

from __future__ import annotations

from tests.litigation.corrections.conftest import lender, sample_home

__all__ = ["lender", "sample_home"]
