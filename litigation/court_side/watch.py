"""The court's background program: examines what arrived, brings decisions to the registry, and goes on.

Spec: docs/spec/filing.md, "Examination". `serve --role court` starts it, and again when it ends; it may
also run by itself. An examination that takes too long ends this program on purpose: its attempt is on record.
"""

from __future__ import annotations

import logging
import select
import signal
import sys
import time

from evidence_service.errors import ProofDocketError
from litigation.court_side.service import CourtService

PAUSE = 0.25
"""Seconds between two looks at the queue when it was empty."""
LONGEST = 300
"""Seconds that one round may take; a package that needs more is set aside after a few attempts."""
ANSWER_EVERY = 10.0
AT_ONCE = 1
log = logging.getLogger("proofdocket.court")


def watch_court(service: CourtService, *, until_fed: bool) -> None:
    """Examine and answer until SIGTERM, or, where `until_fed`, until standard input is closed."""
    goes_on = _fed if until_fed else _paused
    answered = float("-inf")
    idle = True
    while goes_on(PAUSE if idle else 0.0):
        idle = not _examine_one(service)
        if time.monotonic() - answered >= ANSWER_EVERY:
            answered = time.monotonic()
            _answer(service)


def _examine_one(service: CourtService) -> bool:
    """Examine the oldest filing that waits; whether there was one."""
    signal.alarm(LONGEST)  # the signal's own action ends this program
    try:
        waiting = service.next_unexamined(AT_ONCE)
        for filing_id in waiting:
            try:
                service.examine(filing_id)
            except ProofDocketError as error:
                log.error("%s could not be examined: %s", filing_id[:18], error.code)
        return bool(waiting)
    finally:
        signal.alarm(0)


def _answer(service: CourtService) -> None:
    try:
        service.answer(patience=0.0)
    except ProofDocketError as error:
        log.error("the registry could not be told: %s", error.code)


def _paused(seconds: float) -> bool:
    time.sleep(seconds)
    return True


def _fed(seconds: float) -> bool:
    """Wait; False once standard input is closed: whoever started this is gone."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return not ready
