"""What the outside must promise to the evidence room. Adapters keep these promises; simulators in tests do too.

One file per promise; this file only gathers them.
"""

from __future__ import annotations

from evidence_service.ports.anchor import (
    ON_CHAIN_STATES,
    OPEN_STATES,
    AnchorChain,
    AnchorRecord,
    AnchorState,
    AnchorStore,
)
from evidence_service.ports.loan_map import LoanMaps
from evidence_service.ports.log import (
    LoanHead,
    LogRecord,
    LogStore,
    LogWriter,
    NewEntry,
    OpenedPart,
    PublishedCheckpoint,
    StoredEvent,
)
from evidence_service.ports.preparing import Preparing
from evidence_service.ports.signer import Signer
from evidence_service.ports.subject_keys import SubjectErasedError, SubjectKey, SubjectKeys
from evidence_service.ports.vault import Vault

__all__ = [
    "ON_CHAIN_STATES",
    "OPEN_STATES",
    "AnchorChain",
    "AnchorRecord",
    "AnchorState",
    "AnchorStore",
    "LoanHead",
    "LoanMaps",
    "LogRecord",
    "LogStore",
    "LogWriter",
    "NewEntry",
    "OpenedPart",
    "Preparing",
    "PublishedCheckpoint",
    "Signer",
    "StoredEvent",
    "SubjectErasedError",
    "SubjectKey",
    "SubjectKeys",
    "Vault",
]
