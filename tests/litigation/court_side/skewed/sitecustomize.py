"""Loaded by a court that a test starts with its clock off by TEST_CLOCK_SKEW seconds, and by the programs it starts."""

import os
from datetime import datetime, timedelta

from evidence_service import clock

SKEW = timedelta(seconds=int(os.environ.get("TEST_CLOCK_SKEW", "0")))
right = clock.now


def skewed() -> datetime:
    """The present instant as this machine has it, wrongly."""
    return right() + SKEW


clock.now = skewed
