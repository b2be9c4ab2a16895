"""What the verbs of served papers need from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from litigation.ports import Journal
from litigation.served.core.invitation import Invitation
from litigation.served.core.party import PartyLoan
from litigation.served.ports import CodeHash, InvitationStore


@dataclass(frozen=True, slots=True)
class ServedDoors:
    """Store, code hash, the journal to the log, the loan as a party may see it, randomness and the clock."""

    store: InvitationStore
    codes: CodeHash
    journal: Journal
    party: Callable[[Invitation], PartyLoan]
    randomness: Callable[[int], bytes]
    now: Callable[[], datetime]
