"""The real instance behind the pages: rows from the evidence and litigation rooms, as web/ports.py asks for them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from evidence_service.errors import NotFoundError
from evidence_service.ports import StoredEvent
from evidence_service.service import EvidenceService
from evidence_service.workflow.prove import NotPublishedError
from litigation.bootstrap import open_rooms
from litigation.served.bootstrap import served_by
from litigation.served.service import ServedService
from litigation.service import LitigationService
from web.approvals import ApprovalKind, ApprovalRequest
from web.approved_files import ApprovedFilesHands
from web.compliance_desk import ComplianceDesk
from web.filing_act import carry_out_filing
from web.identity import Identity, identity_of
from web.legal_desk import LegalDesk
from web.owners import owner_in
from web.ports import AnchorRow, CaseRow, CheckpointRow, Counts, EntryDetail, EntryRow, LogRow, PackageRow
from web.sealing import SecretBox, key_file

RUN_KEY = "compliance.key"


class RoomsInstance:
    """`Instance` over both rooms."""

    def __init__(self, litigation: LitigationService, engine: Engine) -> None:
        self._litigation, self._engine = litigation, engine
        self._evidence: EvidenceService = litigation.evidence
        home = self._evidence.settings
        self._keys = home.keys_dir
        self._identity = identity_of(home.home, home.keys_dir, engine)
        self._approved = ApprovedFilesHands(self._evidence)

    @property
    def identity(self) -> Identity:
        """Accounts, second factors, sessions, purposes, four-eyes requests."""
        return self._identity

    @cached_property
    def legal(self) -> LegalDesk:
        """The legal staff's desk."""
        return LegalDesk(self._litigation, self._engine)

    @cached_property
    def compliance(self) -> ComplianceDesk:
        """The compliance officers' desk."""
        return ComplianceDesk(self._evidence, self._engine, SecretBox(key_file(self._keys, RUN_KEY)))

    @cached_property
    def served(self) -> ServedService:
        """The papers that parties read."""
        return served_by(self._evidence, self._engine)

    def counts(self, institutions: Set[str]) -> Counts:
        """How much there is of these institutions."""
        cases, packages = self._litigation.cases.counts(institutions)
        return Counts(
            checkpoints=self._evidence.store.checkpoint_count(institutions),
            anchors=self._evidence.anchors.count_on_chain(institutions),
            cases=cases,
            packages=packages,
        )

    def logs(self) -> Sequence[LogRow]:
        """Every log, oldest first."""
        rows = []
        for log in self._evidence.logs():
            latest = self._evidence.store.latest_checkpoint(log.institution)
            rows.append(
                LogRow(
                    institution=log.institution,
                    name=log.name,
                    origin=log.origin,
                    vkey=log.vkey,
                    size=log.size,
                    published_size=latest.checkpoint.size if latest else 0,
                    loans=self._evidence.store.loan_count(log.institution),
                )
            )
        return rows

    def entries(self, institution: str, before_index: int | None, limit: int) -> Sequence[EntryRow]:
        """Entries below an index (all of them for None), newest first."""
        found = self._evidence.store.events_before(institution, before_index, limit)
        return [
            EntryRow(
                index=event.index,
                event_id=event.event_id,
                type=event.type,
                loan=event.loan,
                sequence=event.sequence,
                occurred_at=event.occurred_at,
                captured_at=event.captured_at,
            )
            for event in found
        ]

    def entry(self, institution: str, index: int) -> EntryDetail:
        """One entry; NotFoundError if there is none."""
        event = self._event(institution, index)
        return EntryDetail(
            index=event.index,
            event_id=event.event_id,
            type=event.type,
            loan=event.loan,
            sequence=event.sequence,
            occurred_at=event.occurred_at,
            captured_at=event.captured_at,
            leaf=event.leaf,
            leaf_hash=event.leaf_hash.hex(),
        )

    def proof(self, institution: str, index: int) -> str:
        """The tlog-proof of an entry as text; NotFoundError while no checkpoint covers it."""
        try:
            return self._evidence.prove(self._event(institution, index)).proof.text()
        except NotPublishedError as error:
            raise NotFoundError(str(error)) from error

    def checkpoints(self, institution: str, limit: int) -> Sequence[CheckpointRow]:
        """The newest checkpoints of a log."""
        return [
            CheckpointRow(
                institution=institution,
                size=published.checkpoint.size,
                root=published.checkpoint.root.hex(),
                created_at=published.created_at,
                note=published.note,
            )
            for published in self._evidence.store.checkpoints(institution, limit)
        ]

    def anchors(self, institution: str, limit: int) -> Sequence[AnchorRow]:
        """The newest anchors of a log."""
        return [
            AnchorRow(
                institution=record.institution,
                size=record.size,
                root=record.root.hex(),
                tx=record.tx,
                block=record.block,
                state=record.state.value,
                gas=record.gas,
                created_at=record.created_at,
            )
            for record in self._evidence.anchors.newest(institution, limit)
        ]

    def cases(self, limit: int, before: int | None, institutions: Set[str]) -> Sequence[CaseRow]:
        """Cases with an id below `before`, newest first."""
        return [
            CaseRow(row.id, row.our_reference, row.institution, row.loan, row.state, row.opened_at)
            for row in self._litigation.cases.cases(limit, before, institutions)
        ]

    def packages(self, limit: int, before: int | None, institutions: Set[str]) -> Sequence[PackageRow]:
        """Packages with an id below `before`, newest first."""
        return [
            PackageRow(
                id=row.id,
                our_reference=row.our_reference,
                institution=row.institution,
                file_name=Path(row.path).name,
                sha256=row.sha256,
                pages=row.pages,
                as_of=date.fromisoformat(row.as_of),
                draft=row.draft,
                built_at=row.built_at,
                tree_size=row.tree_size,
                size=row.size,
            )
            for row in self._litigation.cases.packages(limit, before, institutions)
        ]

    def record_access(self, *, who: str, action: str, institution: str, object: str, purpose: str) -> None:
        """Put on record who opens which page, before it is shown; raises where that is impossible."""
        self._evidence.record_accesses([object], who=who, action=action, institution=institution, purpose=purpose)

    def owner_of(self, argument: str, value: Any) -> str:
        """The institution of what an address names; NotFoundError where it is not there."""
        return owner_in(self._engine, argument, value)

    def propose(self, kind: ApprovalKind, institution: str, name: str, content: bytes, by: str) -> None:
        """Check a file of rules or a template as it would stand in force, and let it wait for a second person."""
        self._approved.propose(kind, institution, name, content, by)

    def file_in_force(self, kind: ApprovalKind, name: str) -> bytes | None:
        """The file of that name that is in force here."""
        return self._approved.in_force(kind, name)

    def carry_out(self, request: ApprovalRequest, approved_by: str) -> str:
        """Do what a second person approved."""
        if request.kind is ApprovalKind.FILING:
            return carry_out_filing(self.legal, request)
        return self._approved.carry_out(request, approved_by)

    def package_bytes(self, package_id: int) -> tuple[str, Path]:
        """File name and place of a package's ZIP; NotFoundError if there is none, RestrictedError for a loan that is
        only stored."""
        row = self._litigation.cases.package(package_id)
        self._evidence.refuse_restricted(row.institution, self._litigation.cases.loan_of(row.our_reference))
        path = Path(row.path)
        if not path.is_file():
            raise NotFoundError(f"the file of package {package_id} is no longer where it was written")
        return path.name, path

    def _event(self, institution: str, index: int) -> StoredEvent:
        return self._evidence.store.event_at(institution, index)


def open_instance(home: Path | None) -> RoomsInstance:
    """Open the instance of a home folder for the pages."""
    litigation, engine = open_rooms(home)
    return RoomsInstance(litigation, engine)
