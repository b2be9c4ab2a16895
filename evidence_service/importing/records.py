"""What a reader hands on for each row: an event that the row tells of, or why there is none.

Spec: docs/guide/importing.md. Nothing is lost silently: every row that is not blank ends as `Accepted` (once per
event) or as `Rejected` with its line, a stable reason code and a sentence that holds no value of the row except
the name of an activity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from evidence_service.errors import EvidenceError, MalformedInputError

MAX_ROW_BYTES = 4 * 1024 * 1024
"""The largest row of any format. A longer one is rejected without being held in memory."""


class Accepted(NamedTuple):
    """One event of the file. NDJSON hands over the bytes of the line (`raw`) for the strict parser of the core;
    CSV and XES hand over the event object that the profile made of the row."""

    line: int
    event: dict[str, Any] | None
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row of the file that gives no event. `reason_code` is stable; `reason` is for people."""

    line: int
    reason_code: str
    reason: str


Record = Accepted | Rejected


class ImportFileError(MalformedInputError):
    """A whole file cannot be read: not its format, a column is missing, no profile fits."""

    code: ClassVar[str] = "import-file"


class ProfileError(EvidenceError):
    """A mapping profile is wrong; the message names its file and line."""

    code: ClassVar[str] = "profile"


class RowError(EvidenceError):
    """One row cannot be mapped. `reason_code` goes into the list of rejects."""

    code: ClassVar[str] = "row"

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_code = reason_code

    def rejected(self, line: int) -> Rejected:
        """Turn the error into the record of that line."""
        return Rejected(line, self.reason_code, str(self))
