"""What parties said through their case page: objections and proposals, and whether anybody answered them.

Spec: docs/spec/served.md section 6. Read from the loan's events; a superseded one does not count, one whose content
was erased is not told any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from litigation.core.history import HistoryEvent, LoanHistory

OBJECTED, PROPOSED, ANSWERED = "objection.raised", "instalments.proposed", "statement.answered"


class Result(StrEnum):
    """What the institution decided about an objection or a proposal."""

    ACCEPTED = "accepted"
    PARTLY = "accepted_in_part"
    REFUSED = "refused"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the institution answered, and when."""

    at: datetime
    result: str
    text: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One objection or proposal. `payload` is what the party said; `answer` is None while nobody answered."""

    event_id: str
    kind: str
    our_reference: str
    recipient: str
    at: datetime
    payload: Mapping[str, Any]
    answer: Answer | None

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None


def submissions_of(history: LoanHistory) -> tuple[Submission, ...]:
    """Every objection and proposal of a loan, in the order of the log."""
    answers = {event.payload["answers"]: _answer(event) for event in history.all(ANSWERED)}
    return tuple(
        Submission(
            event_id=event.event_id,
            kind=event.type,
            our_reference=event.payload["our_reference"],
            recipient=event.payload["recipient"],
            at=event.occurred_at,
            payload=event.payload,
            answer=answers.get(event.event_id),
        )
        for event in history.all(OBJECTED, PROPOSED)
    )


def open_submissions(history: LoanHistory) -> tuple[Submission, ...]:
    """Those that wait for an answer."""
    return tuple(one for one in submissions_of(history) if one.open)


def _answer(event: HistoryEvent) -> Answer:
    return Answer(event.occurred_at, event.payload["result"], event.payload["text"])
