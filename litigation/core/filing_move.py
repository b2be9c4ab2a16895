"""What a filer tells a court about a filing after its receipt: which moves there are, and what each says.

Spec: docs/spec/filing.md, "Moves".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from litigation.core.court_detail import is_day
from litigation.errors import LitigationError

AMOUNT = re.compile(r"(0|[1-9]\d{0,12})\.\d{2}", re.ASCII)
MAX_TEXT = 4000


class MoveError(LitigationError):
    """What is to be told to the court is not in its form; the message names the member."""

    code = "filing-move"


MOVES: Mapping[str, Mapping[str, bool]] = {
    "withdrawal": {"reason": True},
    "payment": {"amount": True, "on": True, "note": False},
    "amendment": {"what": True, "note": False},
    "fee_paid": {"amount": True, "on": True, "reference": False},
    "fee_refund": {"amount": True, "reason": True},
}
"""Kind of move -> its members, true where one must be there."""


def move_members(kind: str, members: Mapping[str, str]) -> dict[str, str]:
    """Check what a move says. Raises MoveError that names the member."""
    wanted = MOVES.get(kind)
    if wanted is None:
        raise MoveError(f"{kind[:40]}: one of {', '.join(MOVES)}")
    said = ", ".join(name if must else f"{name} (if known)" for name, must in wanted.items())
    unknown = set(members) - set(wanted)
    missing = {name for name, must in wanted.items() if must} - set(members)
    if unknown or missing:
        raise MoveError(f"{min(unknown or missing)}: {'unknown' if unknown else 'missing'}; {kind} says {said}")
    for name, value in members.items():
        if name == "amount" and not AMOUNT.fullmatch(value):
            raise MoveError('amount: yuan with two decimals, such as "1250.00"')
        if name == "on" and not is_day(value):
            raise MoveError("on: a day such as 2026-01-05")
        if not 0 < len(value) <= MAX_TEXT:
            raise MoveError(f"{name}: a text of 1 to {MAX_TEXT} characters")
    return dict(members)
