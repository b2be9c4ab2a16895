"""The lender with a few sample loans that the pages' tests have."""

from tests.web.legal.conftest import legal_home, lender

__all__ = ["legal_home", "lender"]
