"""The litigation room as others call it: pin a source, select loans, build packages, keep cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.container import read
from evidence_service.core.metadata import ChainClaim, EventEntry
from evidence_service.core.provenance import Confirmation
from evidence_service.errors import NotFoundError
from evidence_service.institution_files import read_institution
from evidence_service.ports import AnchorRecord, PublishedCheckpoint
from evidence_service.ports.timestamp import TimestampAuthority
from evidence_service.service import EvidenceService
from litigation.adapters.evidence_door import confirmations, history_of, packaged_events
from litigation.adapters.renderer_version import renderer
from litigation.adapters.rule_folder import RuleFolder, RulesUnapprovedError
from litigation.adapters.sql_case_store import CaseRow, PackageRow, SqlCaseStore
from litigation.adapters.template_folder import TemplateFolder, TemplatesUnapprovedError
from litigation.core.claim import Claim
from litigation.core.disclosure_cut import closed_texts, cut
from litigation.core.disclosure_set import COURT, check_recipient, select
from litigation.core.duplicates import refuse_duplicate
from litigation.core.history import LoanHistory, court_date
from litigation.core.judgment import JudgmentDebt
from litigation.core.late_exhibits import SUPPLEMENT, Earlier, LateExhibitError, check_earlier
from litigation.core.origin import Surroundings
from litigation.core.paper_kinds import DEFAULT_PAPERS, PaperKind, route_of
from litigation.core.pinned import PinnedMaterial, pin_material
from litigation.core.plaintiff import plaintiff_from
from litigation.core.rules import Rules
from litigation.disclosure_book import disclosure_sets
from litigation.documents.fonts import FontSet
from litigation.documents.templates import Language, TemplateSet, shipped
from litigation.errors import LitigationError
from litigation.workflow.assemble import assemble_case
from litigation.workflow.assess import assess
from litigation.workflow.assess_debt import debt_of
from litigation.workflow.build_package import (
    BuiltPackage,
    MadeWith,
    build_package,
    metadata_for,
    originals_of,
    twin_of,
    twin_report,
)
from litigation.workflow.case_source import HOUSE_EVENTS, CaseSource, our_reference, suing
from litigation.workflow.seal_package import BundleSealer, SealedPackage, is_sealed, seal_of, seal_package
from litigation.workflow.select_overdue import select_overdue
from litigation.workflow.stamp_root import StampedRoot, stamp_root

SYSTEM_VERSION = "0.1.0"
EVENT_NAMES = {code: (kind.zh, kind.en) for code, kind in CATALOGUE.items()}


class LoanErasedError(LitigationError):
    """Content of this loan was erased, so no claim can be drawn from it."""

    code = "loan-erased"


class StaleCheckpointError(LitigationError):
    """A loan has events that the pinned checkpoint does not cover."""

    code = "stale-checkpoint"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package on disk: what a worker hands back. `built_at` says when, where that was kept; else it is now."""

    our_reference: str
    institution: str
    loan: str
    path: Path
    sha256: str
    pdf_sha256: str
    size: int
    pages: int
    draft: bool
    built_at: datetime | None = None


class LitigationService:
    """One instance's cases and packages."""

    def __init__(
        self,
        evidence: EvidenceService,
        cases: SqlCaseStore,
        fonts_dir: Path,
        node_modules: Path,
        open_seal: Callable[[FontSet], BundleSealer],
    ) -> None:
        self._open_seal = open_seal
        self.evidence = evidence
        self.cases = cases
        self._fonts_dir = fonts_dir
        self._node_modules = node_modules

    @cached_property
    def fonts(self) -> FontSet:
        """The fonts of the papers, loaded once per process."""
        return FontSet.load(self._fonts_dir if self._fonts_dir.is_dir() else None, self._node_modules)

    @cached_property
    def sealer(self) -> BundleSealer:
        """The seal of the instance, opened once per process."""
        return self._open_seal(self.fonts)

    def today(self) -> date:
        """Today's date for a court (Asia/Shanghai)."""
        return court_date(self.evidence.now())

    def pin(
        self,
        institution: str | None,
        as_of: date,
        *,
        draft: bool,
        tree_size: int | None = None,
        recipient: str = COURT,
        earlier: tuple[Earlier, ...] = (),
        papers: tuple[PaperKind, ...] = DEFAULT_PAPERS,
    ) -> CaseSource:
        """Pin the source of a batch: by default the newest anchored checkpoint, else the newest."""
        log = self.evidence.log(institution)
        published, anchor = self._log_state(log.institution, tree_size)
        check_earlier(earlier, published.checkpoint.size)
        data = read_institution(self.evidence.settings.institutions_dir, log.institution) or {}
        return CaseSource(
            log=self.evidence.log_as_signed(log, published),
            published=published,
            chain=self._chain_claim(anchor) if anchor else None,
            anchor_state=anchor.state.value if anchor else "",
            as_of=as_of,
            rules=self.rules(),
            plaintiff=plaintiff_from(data),
            event_names=EVENT_NAMES,
            draft=draft,
            recipient=check_recipient(recipient),
            earlier=earlier,
            papers=SUPPLEMENT if earlier else papers,
        )

    def rules(self) -> Rules:
        """The rules in force: the instance's own files count only where the log holds their approval too."""
        folder = RuleFolder(self.evidence.settings.home)
        for one in folder.in_force():
            if not self._is_logged(one.institution, one.event_id):
                raise RulesUnapprovedError(f"rules/{one.file}: no approval of it is in the log; approve it again")
        return folder.rules()

    @cached_property
    def texts(self) -> TemplateSet:
        """The texts of the papers in force: the instance's own count only where the log holds their approval too."""
        folder = TemplateFolder(self.evidence.settings.home)
        for one in folder.in_force():
            if not self._is_logged(one.institution, one.event_id_as("templates.approved")):
                raise TemplatesUnapprovedError(
                    f"templates/{one.file}: no approval of it is in the log; approve it again"
                )
        return folder.templates()

    @property
    def renderer(self) -> str:
        """Which program draws, with which texts: the same line wherever the same inputs give the same bytes."""
        return f"{renderer()}, templates {self.texts.digest[:16]}"

    def overdue(self, source: CaseSource, min_days: int) -> list[str]:
        """Loans that are overdue on the source's day, by loan number."""
        institution = source.log.institution
        store = self.evidence.store
        known = {
            loan for kind in ("contract.signed", "loan.charged_off") for loan in store.loans_with(institution, kind)
        }
        known -= self.evidence.restricted_loans(institution)  # stored, and nothing else
        return select_overdue(
            sorted(known), lambda loan: self.history(source, loan), source.as_of, source.rules, min_days
        )

    def history(self, source: CaseSource, loan: str) -> LoanHistory:
        """A loan's history as the pinned checkpoint holds it."""
        institution, size = source.log.institution, source.published.checkpoint.size
        events = [event for event in self.evidence.store.events_of_loan(institution, loan) if event.index < size]
        return history_of(institution, loan, events)

    def debt(self, institution: str | None, loan: str, as_of: date) -> Claim | JudgmentDebt:
        """What a loan owes on a day by its logged events."""
        source = self.pin(institution, as_of, draft=True)
        self.evidence.refuse_restricted(source.log.institution, loan)
        history = self.history(source, loan)
        if not history.events:
            raise NotFoundError("this loan has no events in the log")
        return debt_of(history, as_of, source.rules)

    def build(self, source: CaseSource, loan: str) -> BuiltPackage:
        """Build the package of one loan in memory."""
        institution, size = source.log.institution, source.published.checkpoint.size
        stored = self.evidence.store.events_of_loan(institution, loan)
        if not stored:
            raise NotFoundError("this loan has no events in the log")
        self.evidence.refuse_restricted(institution, loan)
        erased = sum(event.erased for event in stored)
        if erased and not source.draft:
            raise LoanErasedError(
                f"the content of {erased} event(s) of this loan was erased: no claim can be drawn from them; "
                "--draft builds what is left, with those entries in their erased form"
            )
        later = [event for event in stored if event.index >= size and event.type not in HOUSE_EVENTS]
        if later:
            raise StaleCheckpointError(
                f"{len(later)} event(s) of this loan were logged after checkpoint {size}; "
                "run `proofdocket publish` and `proofdocket anchor`, then build again"
            )
        covered = [event for event in stored if event.index < size]
        history = history_of(institution, loan, covered)
        if not source.draft and suing(source):
            refuse_duplicate(history_of(institution, loan, stored), source.as_of, source.rules)
        assessment = assess(history, source.as_of, source.rules, source.plaintiff.court_code)
        selection = select(source.recipient, source.as_of, disclosure_sets(), history)
        packaged = packaged_events(self.evidence, covered, history, source.published, selection)
        entries = [EventEntry(event.sequence, event.index, event.type) for event in covered]
        reference = our_reference(institution, loan)
        head = self.evidence.store.loan_head(institution, loan)
        metadata = metadata_for(source, reference, head.reference, entries, draft=False)
        material = self.evidence.material(institution, loan, source.published)
        if source.material is not None:
            material = source.material.of_loan(material)
        twin = twin_of(metadata, packaged, material)
        report = twin_report(twin, source.published.created_at)
        read_original = partial(self.evidence.original, institution)
        whole = assemble_case(history, assessment, report, source, read_original, self._surroundings(source))
        if source.earlier and not whole.exhibits:
            raise LateExhibitError("nothing is late: every original of this loan is in the earlier packages")
        case = cut(whole, history, selection)
        metadata = metadata_for(source, reference, head.reference, entries, draft=case.draft)
        return build_package(
            case,
            assessment,
            metadata,
            packaged,
            material,
            originals_of(history, read_original, selection, source.earlier),
            self.fonts,
            self._sign_note(institution),
            closed_texts(history, selection) if source.recipient != COURT else frozenset(),
            MadeWith(self.texts, source.rules.digest, self.renderer),
            twin,
        )

    def reading_copy(self, source: CaseSource, loan: str) -> bytes:
        """The papers of one loan in English as a PDF, marked as not for filing; nothing is recorded of it."""
        reader = copy(self)
        reader.__dict__["texts"] = shipped(Language.EN)
        built = reader.build(replace(source, draft=True), loan)
        return read(built.content)["data/bundle.pdf"]

    def _surroundings(self, source: CaseSource) -> Surroundings:
        """Who else saw the pinned checkpoint, and what was observed where its events were captured."""
        return Surroundings(self._confirmations(source), tuple(self.evidence.environments()))

    def _confirmations(self, source: CaseSource) -> tuple[Confirmation, ...]:
        if source.material is not None:
            return source.material.confirmations
        return confirmations(self.evidence, source.log.institution, source.published, source.chain)

    def pin_material(self, source: CaseSource, loan: str) -> PinnedMaterial:
        """What others said of the pinned checkpoint by now; any of its loans tells it."""
        material = self.evidence.material(source.log.institution, loan, source.published)
        return pin_material(self._confirmations(source), material)

    def require_seal(self) -> BundleSealer:
        """The seal; refused at once where there is none, before hundreds of cases fail one by one."""
        return self.sealer

    def seal(self, built: BuiltPackage) -> BuiltPackage:
        """Seal a package that was built. What a provider has not answered yet is asked for again next time."""
        sign_note = self._sign_note(built.our_reference.partition(":")[0])
        content, pdf_sha256 = seal_package(built.content, self.sealer, sign_note, self.evidence.now())
        return replace(built, content=content, pdf_sha256=pdf_sha256)

    def stamp_root(
        self,
        institution: str | None,
        packages: Sequence[Path],
        authorities: Sequence[TimestampAuthority],
        write: Callable[[Path, bytes], None],
    ) -> StampedRoot | None:
        """Put the sealed ones among these packages under one root; None where there is none of this institution."""
        log = self.evidence.log(institution)
        sealed = {}
        for path in packages:
            content = path.read_bytes()
            if is_sealed(content, log.origin):
                sealed[path] = sha256(content).hexdigest()
        return stamp_root(log.origin, sealed, authorities, write) if sealed else None

    def _sign_note(self, institution: str) -> Callable[[str], str]:
        return partial(self.evidence.sign_package, institution)

    def record(self, source: CaseSource, built: Sequence[PackageFile], reason: str) -> list[PackageFile]:
        """Log and store what was built: each case and each package once, however often this runs.

        Returns those that are not on disk any more as they were built: nothing is recorded of them.
        """
        now = self.evidence.now()
        events, gone = [], []
        for package in built:
            content = _as_built(package)
            if content is None:
                gone.append(package)
                continue
            moment = (package.built_at or now).isoformat(timespec="microseconds").replace("+00:00", "Z")
            events += self._new_events(source, package, content, moment, reason)
        self.evidence.submit(events)
        # Crash here: the events are logged, the rows are missing; the next run finds the events and adds the rows.
        self.cases.record_packages(
            [
                (CaseRow(0, one.our_reference, one.institution, one.loan, "package_built", now), _row(source, one, now))
                for one in built
                if one not in gone
            ]
        )
        return gone

    def _new_events(
        self, source: CaseSource, package: PackageFile, content: bytes, moment: str, reason: str
    ) -> list[dict[str, Any]]:
        opened = {"our_reference": package.our_reference, "route": route_of(source.papers), "reasons": [reason]}
        seal = seal_of(content, self._sign_note(package.institution))
        made = (seal.unsealed_sha256, seal.unsealed_pdf_sha256) if seal else (package.sha256, package.pdf_sha256)
        built = {
            "our_reference": package.our_reference,
            "package_digest": made[0],
            "pdf_digest": made[1],
            "pages": package.pages,
            "tree_size": source.published.checkpoint.size,
            "root": source.published.checkpoint.root.hex(),
            "as_of": source.as_of.isoformat(),
            "draft": package.draft,
            "recipient": source.recipient,
        }
        case_id = f"case.opened:{sha256(package.our_reference.encode()).hexdigest()[:32]}"
        found = [
            self._house_event(package, case_id, "case.opened", opened, moment),
            self._house_event(package, f"package.built:{made[0]}", "package.built", built, moment),
        ]
        if seal is not None:
            if (
                self.evidence.settings.home / "seals"
            ).is_dir():  # the sealed file is written: nothing is to be asked again
                self.sealer.forget(seal.unsealed_pdf_sha256)
            sealed = _sealed_payload(package, seal, source.recipient)
            found.append(
                self._house_event(package, f"package.sealed:{package.sha256}", "package.sealed", sealed, moment)
            )
        return [event for event in found if not self._is_logged(package.institution, event["id"])]

    def _is_logged(self, institution: str, event_id: str) -> bool:
        try:
            self.evidence.event(event_id, institution)
        except NotFoundError:
            return False
        return True

    def _house_event(
        self, package: PackageFile, event_id: str, kind: str, payload: dict[str, Any], moment: str
    ) -> dict[str, Any]:
        return {
            "id": event_id,
            "institution": package.institution,
            "loan": package.loan,
            "type": kind,
            "type_version": 1,
            "occurred_at": moment,
            "actor": {"role": "batch", "org": package.institution},
            "source": {"system": "proofdocket", "mechanism": "automatic", "version": SYSTEM_VERSION},
            "payload": payload,
        }

    def _log_state(self, institution: str, tree_size: int | None) -> tuple[PublishedCheckpoint, AnchorRecord | None]:
        store = self.evidence.store
        if tree_size is not None:
            published = store.checkpoint_at(institution, tree_size)
            if published is None:
                raise NotFoundError(f"log {institution} has no checkpoint of size {tree_size}")
            return published, self.evidence.anchor_covering(institution, tree_size)
        for anchor in self.evidence.anchors.newest(institution, 50):
            anchored = store.checkpoint_at(institution, anchor.size) if anchor.block is not None else None
            if anchored is not None:
                return anchored, anchor
        newest = store.latest_checkpoint(institution)
        if newest is None:
            raise NotFoundError(f"log {institution} has no checkpoint; run `proofdocket publish` first")
        return newest, None

    def _chain_claim(self, anchor: AnchorRecord) -> ChainClaim:
        known = self.evidence.chain.deployment()
        assert known is not None
        assert anchor.block is not None
        return ChainClaim(
            chain_id=anchor.chain_id,
            genesis=known.genesis_hash.lower(),
            contract=anchor.contract.lower(),
            code_hash=known.code_hash.lower(),
            log_id=anchor.chain_log_id,
            tx=anchor.tx,
            block=anchor.block,
        )


def _as_built(package: PackageFile) -> bytes | None:
    """The bytes of a package on disk; None where it was moved, deleted or replaced since it was built."""
    try:
        content = package.path.read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == package.sha256 else None


def _sealed_payload(package: PackageFile, seal: SealedPackage, recipient: str) -> dict[str, Any]:
    return {
        "our_reference": package.our_reference,
        "package_digest": package.sha256,
        "pdf_digest": seal.pdf_sha256,
        "unsealed_package_digest": seal.unsealed_sha256,
        "unsealed_pdf_digest": seal.unsealed_pdf_sha256,
        "holder": seal.holder,
        "sample": seal.sample,
        "timestamp": seal.timestamp,
        "recipient": recipient,
    }


def _row(source: CaseSource, package: PackageFile, now: Any) -> PackageRow:
    return PackageRow(
        id=0,
        our_reference=package.our_reference,
        institution=package.institution,
        path=str(package.path),
        sha256=package.sha256,
        pdf_sha256=package.pdf_sha256,
        size=package.size,
        pages=package.pages,
        as_of=source.as_of.isoformat(),
        tree_size=source.published.checkpoint.size,
        root=source.published.checkpoint.root.hex(),
        draft=package.draft,
        built_at=now,
    )
