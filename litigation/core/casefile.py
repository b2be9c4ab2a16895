"""The case file: every fact, amount and exhibit that the papers of one case are drawn from.

One case file drives all papers (docs/spec/bundle.md). It holds values only: no clock, no database; the same
case file gives the same papers, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from evidence_service.core.provenance import UNKNOWN_PROVENANCE, Provenance
from litigation.core.claim import Claim
from litigation.core.defect import Defect
from litigation.core.derived_debt import DerivedDebt
from litigation.core.paper_kinds import DEFAULT_PAPERS, PaperKind
from litigation.core.party import (
    NO_ACCOUNT,
    NO_SERVICE,
    NOBODY,
    Agent,
    BankAccount,
    Guarantee,
    Organisation,
    Party,
    Security,
    ServiceAddress,
)


class FactState(StrEnum):
    """How we know a fact: an event says it, a rule derives it from events, nothing supports it, or it is not for the
    recipient to know."""

    PROVEN = "proven"
    DERIVED = "derived"
    UNSUPPORTED = "unsupported"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the complaint. `key` is stable (`contract.number`); `exhibit` is the number of the exhibit
    that proves it (0 where none does); `event` and `field` name the event behind it."""

    key: str
    value: str
    state: FactState
    event: str = ""
    field: str = ""
    exhibit: int = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """The loan contract as signed. Rates are annual fractions; `clauses` maps a topic to its clause number."""

    name: str
    number: str
    signed_on: date | None
    place: str
    lender: str
    borrower: str
    principal: Decimal | None
    annual_rate: Decimal | None
    penalty_rate: Decimal | None
    compound: bool
    term_start: date | None
    term_end: date | None
    repayment: str
    clauses: tuple[tuple[str, str], ...]
    clause_texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Repayment:
    """What was repaid until the cut-off: sums in the claim's currency, and the day up to which interest is paid."""

    principal: Decimal
    interest: Decimal
    interest_through: date | None


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """An amount that the source states as a total without dates (a draft may show it; nothing is computed from it)."""

    label_zh: str
    label_en: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of this loan as the log holds it, for the evidence certificate.

    `attachments` are the SHA-256 digests (hex) of its originals. `index` is its leaf index, `leaf_hash` hex.
    `corrected_by` is the number of the correction that counts in its place, None where it counts itself; `erased`
    says that its content was erased.
    """

    event_id: str
    type: str
    zh: str
    en: str
    occurred_at: datetime
    captured_at: datetime
    sequence: int
    index: int
    leaf_hash: str
    attachments: tuple[str, ...]
    corrected_by: int | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit: an original and what it is offered to prove (Evidence Rules 19). `content` is the original bytes;
    `withheld`: not for the recipient, who learns that there is one and what it is offered to prove."""

    number: int
    title: str
    source: str
    object_of_proof: str
    summary: str
    event_id: str
    index: int
    file_name: str
    media_type: str
    sha256: str
    sm3: str
    content: bytes
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One of the ten checks as it stood when the package was built (printed on the certificate)."""

    number: int
    zh: str
    en: str
    state: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LogState:
    """The log state this package was built from: C2SP origin, size, root (hex), and its anchor if there is one."""

    origin: str
    tree_size: int
    root: str
    checkpoint_at: datetime
    chain_id: int
    contract: str
    tx_hash: str
    block_number: int
    anchor_state: str


@dataclass(frozen=True, slots=True)
class PropertyClue:
    """Something that a debtor owns, as an event says: what may be preserved, or enforced against."""

    owner: str
    kind: str
    description: str
    location: str
    amount: Decimal | None
    event_id: str


@dataclass(frozen=True, slots=True)
class JudgmentOrder:
    """The instrument that is to be enforced: its number, kind, day of effect, and what it orders to be paid."""

    case_number: str
    kind: str
    effective_on: date | None
    amount: Decimal | None
    performed: Decimal
    event_id: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the papers of one case need. `defects` names each missing required fact; a file with defects can
    only be printed as a draft (不得提交 / NOT FOR FILING). `sample` marks fictional data (样例 / SAMPLE).

    `defendants`: the borrower first, then who else is sued; `co_borrowers` counts those among them who owe the loan
    itself (from 1), `joined` says since which day each of them does; guarantees and securities point to the others.
    `papers` are what the route puts into the package.

    `findings` is the whole list of defects, warnings too; `defects` holds a sentence for each that blocks. `route` is
    what a person decided.
    """

    our_reference: str
    institution: str
    loan: str
    court: str
    as_of: date
    plaintiff: Organisation
    agent: Agent | None
    defendants: tuple[Party, ...]
    contract: Contract
    disbursed_on: date | None
    disbursed_amount: Decimal | None
    claim: Claim | None
    stated_totals: tuple[StatedTotal, ...]
    repaid: Repayment | None
    overdue_since: date | None
    overdue_days: int
    accelerated_on: date | None
    acceleration_reached_on: date | None
    jurisdiction_clause: str
    facts: tuple[Fact, ...]
    exhibits: tuple[Exhibit, ...]
    events: tuple[LoggedEvent, ...]
    log: LogState
    checks: tuple[CheckLine, ...]
    defects: tuple[str, ...]
    draft: bool
    sample: bool
    provenance: Provenance = UNKNOWN_PROVENANCE
    further_agents: tuple[Agent, ...] = ()
    co_borrowers: tuple[int, ...] = ()
    third_parties: tuple[Party, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    securities: tuple[Security, ...] = ()
    property_clues: tuple[PropertyClue, ...] = ()
    judgment: JudgmentOrder | None = None
    service: ServiceAddress = NO_SERVICE
    account: BankAccount = NO_ACCOUNT
    service_clause: str = ""
    agreed_address: str = ""
    papers: tuple[PaperKind, ...] = DEFAULT_PAPERS
    first_page: int = 1
    recipient: str = "court"
    preservation_fee: Decimal | None = None
    payment_order_fee: Decimal | None = None
    derived: DerivedDebt | None = None
    findings: tuple[Defect, ...] = ()
    route: str = ""
    joined: tuple[tuple[int, date], ...] = ()

    @property
    def defendant(self) -> Party:
        """The first defendant: the borrower."""
        return self.defendants[0] if self.defendants else NOBODY

    @property
    def agents(self) -> tuple[Agent, ...]:
        """All agents ad litem."""
        return ((self.agent,) if self.agent else ()) + self.further_agents
