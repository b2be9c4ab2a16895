"""What can be refused around served papers. No message holds personal data, a link or a code."""

from __future__ import annotations

from litigation.errors import LitigationError


class InvitationError(LitigationError):
    """A party cannot be invited, or there is no such invitation; the message says why."""

    code = "served-invitation"


class PapersClosedError(LitigationError):
    """The papers cannot be shown now: restricted, erased, or their file is gone or was changed."""

    code = "served-closed"


class FormRefusedError(LitigationError):
    """A form was filled in wrongly; `problem` is the key of the sentence that says how, `field` where."""

    code = "served-form"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


class FormUsedError(LitigationError):
    """This form was sent before with other words; a new form says something new."""

    code = "served-form-used"


class AnswerError(LitigationError):
    """An answer to a party cannot be recorded; the message says why."""

    code = "served-answer"
