"""The one error family of the evidence room.

An error says what is wrong, with which thing, and what to do next; it carries a stable `code`
that the command line, the web pages and the tests use. No message ever holds personal data:
name the line, the field or the digest, not the value.
"""

from __future__ import annotations

from typing import ClassVar


class ProofDocketError(Exception):
    """Something that a person must hear about. `code` is stable; the text is for people."""

    code: ClassVar[str] = "error"


class EvidenceError(ProofDocketError):
    """Anything that goes wrong in the evidence room."""

    code: ClassVar[str] = "evidence-error"


class MalformedInputError(EvidenceError):
    """Bytes from outside do not follow their format; the message names the place."""

    code: ClassVar[str] = "malformed-input"


class NotFoundError(EvidenceError):
    """The thing that was asked for is not in this instance."""

    code: ClassVar[str] = "not-found"


class ConflictError(EvidenceError):
    """The same identifier was used before for something else."""

    code: ClassVar[str] = "conflict"


class SettingsError(EvidenceError):
    """A setting is missing or wrong; the message names it."""

    code: ClassVar[str] = "settings"


class NotAnInstanceError(EvidenceError):
    """The home folder was never initialised."""

    code: ClassVar[str] = "not-an-instance"


class StoreError(EvidenceError):
    """The database or the vault did not keep its promise."""

    code: ClassVar[str] = "store"


class ChainError(EvidenceError):
    """The chain refused, is away, or is not the chain that this instance knows."""

    code: ClassVar[str] = "chain"
