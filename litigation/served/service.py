"""Served papers as others call them: invite, enter, read, say something, answer.

Spec: docs/spec/served.md. What a visit may read is decided by its invitation alone: no case, package or loan is ever
named by the reader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evidence_service.core.report import Report
from evidence_service.service import EvidenceService
from evidence_service.verifier.inputs import verify_bytes
from evidence_service.verifier.trust_store import TrustStore
from evidence_service.workflow.privacy import RestrictedError
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.core.history import court_date
from litigation.core.rules import Rules
from litigation.core.submissions import OBJECTED, PROPOSED, Result, Submission, submissions_of
from litigation.served.adapters.package_shelf import PackageShelf
from litigation.served.adapters.party_loan import party_loan
from litigation.served.core.changes import Changes, since
from litigation.served.core.forms import Form
from litigation.served.core.invitation import Invitation, Opening, check_party, secret_digest
from litigation.served.core.papers import Papers, read_papers
from litigation.served.core.party import PartyLoan
from litigation.served.errors import InvitationError, PapersClosedError
from litigation.served.ports import CodeHash, InvitationStore
from litigation.served.workflow.doors import ServedDoors
from litigation.served.workflow.enter import Entered, Visit, enter, visit
from litigation.served.workflow.invite import Invited, Terms, invite, recover_all, withdraw
from litigation.served.workflow.speak import Received, answer, speak
from litigation.workflow.case_source import our_reference

PURPOSE = "served papers"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the legal staff invites to which case; the rest as in `Terms`. `package` may be empty."""

    case: str
    recipient: str
    package: str
    days: int
    openings: int
    site: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One invitation with its openings and what its party said."""

    invitation: Invitation
    openings: tuple[Opening, ...]
    said: tuple[Submission, ...]


class ServedService:
    """One instance's served papers."""

    def __init__(
        self,
        evidence: EvidenceService,
        cases: SqlCaseStore,
        shelf: PackageShelf,
        store: InvitationStore,
        codes: CodeHash,
        rules: Callable[[], Rules],
        randomness: Callable[[int], bytes],
    ) -> None:
        self.evidence = evidence
        self._cases, self._shelf, self._store, self._rules = cases, shelf, store, rules
        self._doors = ServedDoors(store, codes, EventJournal(evidence), self._party, randomness, evidence.now)

    def invite(self, asked: Asked, who: str) -> Invited:
        """Make link and code for a party of a case."""
        recipient = check_party(asked.recipient)
        reference = asked.case if ":" in asked.case else our_reference(self.evidence.log().institution, asked.case)
        loan, institution = self._cases.loan_of(reference), reference.partition(":")[0]
        digest = self._shelf.choose(reference, recipient, asked.package)
        terms = Terms(reference, institution, loan, recipient, digest, asked.days, asked.openings, who, asked.site)
        self._on_record(who, "served:invite", institution, reference)
        return invite(terms, self._doors)

    def listed(self, case: str, who: str) -> list[Listed]:
        """Invitations of a case, or all, with openings and submissions; what a crash kept from the log is logged."""
        recover_all(self._doors)
        mine = self._store.all(case)
        spoken = {institution: self._spoken(institution) for institution in {one.institution for one in mine}}
        found = []
        for one in mine:
            self._on_record(who, "served:list", one.institution, one.our_reference)
            found.append(self._listed(one, spoke=one.loan in spoken[one.institution]))
        return found

    def show(self, invitation: str, who: str) -> Listed:
        """One invitation."""
        one = self._find(invitation)
        self._on_record(who, "served:show", one.institution, one.our_reference)
        return self._listed(one)

    def withdraw(self, invitation: str, reason: str, who: str) -> Invitation:
        """Withdraw an invitation."""
        one = self._find(invitation)
        self._on_record(who, "served:withdraw", one.institution, one.our_reference)
        return withdraw(one.id, reason, self._doors)

    def answer(self, event_id: str, result: Result, text: str, who: str) -> Submission:
        """Answer an objection or a proposal."""
        one = self._find(event_id.split(":")[1] if event_id.count(":") == 2 else "")
        self._on_record(who, "served:answer", one.institution, one.our_reference)
        return answer(event_id, result, text, one, self._doors)

    def enter(self, link: str, code: str) -> Entered | None:
        """Begin a session; None for every refusal."""
        return enter(link, code, self._doors)

    def visit(self, cookie: str) -> Visit | None:
        """The running session of a cookie."""
        return visit(cookie, self._doors)

    def leave(self, cookie: str) -> None:
        """End a session."""
        self._store.end(secret_digest(cookie))

    def record(self, reader: Visit, page: str) -> None:
        """Put on record that a party opens a page, before it is shown."""
        one = reader.invitation
        self._on_record(f"served:{one.id}", f"served:{page}", one.institution, one.our_reference)

    def papers(self, reader: Visit) -> Papers:
        """The package of a visit; refused where its loan was restricted or erased since."""
        self._party(reader.invitation)
        return read_papers(self._shelf.read(reader.invitation.package_sha256))

    def changes(self, reader: Visit, papers: Papers) -> Changes:
        """What happened since the package was drawn, as the party's disclosure set allows."""
        party = self._party(reader.invitation)
        today = court_date(self.evidence.now())
        return since(party.history, papers.as_of, papers.metadata.tree_size, party.selection, self._rules(), today)

    def report(self, papers: Papers) -> Report:
        """The ten checks on the package, with the trust file that this instance installed; no chain is asked."""
        trust = TrustStore(self.evidence.settings.home).installed()
        return verify_bytes(papers.content, trust, None, self.evidence.now(), name="package.zip")

    def openings(self, reader: Visit) -> list[Opening]:
        """When these papers were opened with this invitation: a party sees whether somebody else did."""
        return list(self._store.openings(reader.invitation.id))

    def said(self, reader: Visit) -> list[Submission]:
        """What this party said, with the answers."""
        return list(self._said(reader.invitation))

    def speak(self, reader: Visit, form: Form) -> Received:
        """Log what a party says."""
        return speak(reader.invitation, form, self._doors)

    def _spoken(self, institution: str) -> set[str]:
        """Loans about which any party said something: only their histories are read for a list."""
        store = self.evidence.store
        return {loan for kind in (OBJECTED, PROPOSED) for loan in store.loans_with(institution, kind)}

    def _listed(self, one: Invitation, *, spoke: bool = True) -> Listed:
        try:
            said = [told for told in self._said(one) if told.payload["invitation"] == one.id] if spoke else []
        except (RestrictedError, PapersClosedError):
            said = []  # only stored, or erased: what was said is not told any more
        return Listed(one, tuple(self._store.openings(one.id)), tuple(said))

    def _said(self, invitation: Invitation) -> tuple[Submission, ...]:
        found = submissions_of(self._party(invitation).history)
        return tuple(one for one in found if one.recipient == invitation.recipient)

    def _party(self, invitation: Invitation) -> PartyLoan:
        day = court_date(invitation.made_at)
        return party_loan(self.evidence, invitation.institution, invitation.loan, invitation.recipient, day)

    def _find(self, invitation: str) -> Invitation:
        found = self._store.find(invitation)
        if found is None:
            raise InvitationError(f"no invitation {invitation[:40]!r} here; see `served list`")
        return found

    def _on_record(self, who: str, action: str, institution: str, reference: str) -> None:
        self.evidence.record_accesses([reference], who=who, action=action, institution=institution, purpose=PURPOSE)
