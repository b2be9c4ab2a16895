"""The evidence room as others call it: one object per instance, one method per verb.

Litigation and the pages come in through this door only; so do the commands.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.adapters.key_files import KeyFileSigner, LogKeySigner
from evidence_service.adapters.prepare_pool import PreparePool, helpers_for
from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.adapters.sql_anchor_store import SqlAnchorStore
from evidence_service.adapters.sql_corrections import SqlCorrections
from evidence_service.adapters.sql_cosignatures import SqlCosignatureStore
from evidence_service.adapters.sql_environments import SqlEnvironments
from evidence_service.adapters.sql_erasures import SqlErasures
from evidence_service.adapters.sql_histories import SqlHistories
from evidence_service.adapters.sql_loan_map import SqlLoanMap
from evidence_service.adapters.sql_log_audit import SqlLogAuditReader
from evidence_service.adapters.sql_log_keys import SqlLogKeys
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.adapters.sql_source_keys import SqlSourceKeys
from evidence_service.adapters.surviving_copies import SurvivingCopies
from evidence_service.core.anchor_material import parse_anchor
from evidence_service.core.anchor_view import root_at
from evidence_service.core.clock_bounds import ClockBounds, refuse_far_off
from evidence_service.core.commitment import Disclosure
from evidence_service.core.environment import REPEAT, Environment
from evidence_service.core.erased import Erased
from evidence_service.core.erasure_material import erasure_text
from evidence_service.core.event import INSTITUTION, Event, event_from
from evidence_service.core.key_history import LogKey, key_at
from evidence_service.core.policy import parse_policy
from evidence_service.core.source_signature import SourceRules
from evidence_service.core.trust import PinnedAuthority, TrustFile
from evidence_service.errors import ChainError, NotAnInstanceError, NotFoundError, SettingsError
from evidence_service.importing.records import Record
from evidence_service.ports import ON_CHAIN_STATES, AnchorRecord, LogRecord, PublishedCheckpoint, StoredEvent
from evidence_service.ports.timestamp import StampedToken
from evidence_service.ports.witness import WitnessDoor
from evidence_service.retention_file import load_duties
from evidence_service.settings import Settings
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.workflow.alerts import raise_alerts
from evidence_service.workflow.anchor import Anchoring, anchor, take_material
from evidence_service.workflow.audit import ConsistencyFinding, audit_consistency
from evidence_service.workflow.audit_log import LogAudit, audit_log
from evidence_service.workflow.check_map import MapCheck, check_map
from evidence_service.workflow.cosign import Cosigning, cosign, report
from evidence_service.workflow.disclose import disclose
from evidence_service.workflow.erase import erased_form
from evidence_service.workflow.import_events import ImportCounts, ImportDoors, Reject, import_records
from evidence_service.workflow.ingest import Receipt, ingest_batch
from evidence_service.workflow.material import gather
from evidence_service.workflow.originals import FindFile, store_originals
from evidence_service.workflow.privacy import PrivacyDoors, refuse_restricted, restricted_loans
from evidence_service.workflow.prove import EvidenceProof, erasure_of, prove
from evidence_service.workflow.prove_map import import_audit, map_material
from evidence_service.workflow.publish import publish
from evidence_service.workflow.timestamp import (
    Stamping,
    measure_block,
    measure_clock,
    measure_witnesses,
    require_clock,
    stamp,
    stamp_older,
    timestamps_material,
)
from evidence_service.workflow.trust_file import NOBODY, Others, trust_file
from evidence_service.workflow.witness_report import WitnessReport

MAX_ANCHORS = 100_000
CATCH_UP = 20
"""So many of the newest checkpoints are looked at for one that no timestamp authority stamped."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The outside of the evidence room, wired once in bootstrap."""

    settings: Settings
    store: SqlLogStore
    log_keys: SqlLogKeys
    log_audit: SqlLogAuditReader
    histories: SqlHistories
    anchors: SqlAnchorStore
    maps: SqlLoanMap
    vault: FileVault
    erasures: SqlErasures
    copies: SurvivingCopies
    accesses: SqlAccessLog
    corrections: SqlCorrections
    chain: InstanceChain
    cosignatures: SqlCosignatureStore
    witnesses: WitnessDoor
    stamping: Stamping
    sources: SqlSourceKeys
    environments: SqlEnvironments
    observe: Callable[[datetime], Environment]
    now: Callable[[], datetime]
    randomness: Callable[[int], bytes]
    passphrase: bytes | None


class EvidenceService:
    """One instance's evidence: its logs, originals, checkpoints, anchors."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._observed: Environment | None = None

    @property
    def settings(self) -> Settings:
        """The settings this instance was opened with."""
        return self._edges.settings

    @property
    def store(self) -> SqlLogStore:
        """The log store, for reading."""
        return self._edges.store

    @property
    def anchors(self) -> SqlAnchorStore:
        """The anchor records, for reading."""
        return self._edges.anchors

    @property
    def chain(self) -> InstanceChain:
        """The chain this instance anchors on."""
        return self._edges.chain

    @property
    def histories(self) -> SqlHistories:
        """Whole loans, for conformance."""
        return self._edges.histories

    @property
    def sources(self) -> SqlSourceKeys:
        """The keys with which source systems sign events."""
        return self._edges.sources

    def now(self) -> datetime:
        """The instance's clock."""
        return self._edges.now()

    def add_institution(self, institution: str, name: str = "") -> LogRecord:
        """Make the log of an institution, with its log key and package key; an existing one is returned."""
        if not INSTITUTION.match(institution):
            raise SettingsError("an institution is named by 2 to 40 characters of a-z, 0-9 and -")
        origin = f"{self.settings.origin_prefix}/{institution}"
        known = next((log for log in self.logs() if log.institution == institution), None)
        signer = self.key_pair(institution, origin, self.log_keys(known)[-1].number if known else 1)
        record = LogRecord(
            id=0,
            institution=institution,
            name=name or institution,
            origin=origin,
            vkey=signer.vkey,
            package_vkey=self._package_signer(institution, origin).vkey,
            size=0,
            mldsa_vkey=signer.mldsa_vkey,
        )
        # Crash here: keys without a log; the next call finds the same keys and makes the log.
        return self._edges.store.ensure_log(record, self.now())

    def logs(self) -> list[LogRecord]:
        """Every log of this instance, oldest first."""
        return self._edges.store.logs()

    def log(self, institution: str | None = None) -> LogRecord:
        """The named log; without a name the instance's first log that has entries, else its first."""
        if institution is not None:
            return self._edges.store.log(institution)
        logs = self.logs()
        if not logs:
            raise NotFoundError("this instance has no log yet; run `proofdocket init`")
        return next((log for log in logs if log.size), logs[0])

    @property
    def key_changes(self) -> SqlLogKeys:
        """The changes of logs' keys."""
        return self._edges.log_keys

    def log_keys(self, log: LogRecord) -> tuple[LogKey, ...]:
        """Every key that a log had, oldest first, each with its window; the last one signs."""
        return self._edges.log_keys.keys(log.institution)

    def log_as_signed(self, log: LogRecord, published: PublishedCheckpoint) -> LogRecord:
        """The log with the keys under which one of its checkpoints was signed."""
        key = key_at(self.log_keys(log), published.checkpoint.size)
        return replace(log, vkey=key.vkey, mldsa_vkey=key.mldsa_vkey or log.mldsa_vkey)

    def key_pair(self, institution: str, origin: str, number: int) -> LogKeySigner:
        """The log keys of a number: NAME.log.pem, after a change NAME.log-2.pem, and so on; made where missing."""
        name = f"{institution}.log.pem" if number == 1 else f"{institution}.log-{number}.pem"
        return LogKeySigner(self.settings.keys_dir / name, origin, self._edges.passphrase)

    def import_records(
        self,
        records: Iterable[Record],
        *,
        find_file: Callable[[str], bytes | None],
        reject: Callable[[Reject], None],
        progress: Callable[[ImportCounts], None],
    ) -> ImportCounts:
        """Take the records of a file; see workflow.import_events."""
        self._before_capture()
        doors = ImportDoors(
            store=self._edges.store,
            vault=self._edges.vault,
            find_file=find_file,
            reject=reject,
            progress=progress,
            now=self._edges.now,
            randomness=self._edges.randomness,
            rules=self._edges.sources.rules,
            preparing=PreparePool(helpers_for(os.cpu_count() or 1), self._edges.randomness),
        )
        counts = import_records(records, {log.institution for log in self.logs()}, doors)
        for institution in sorted(counts.institutions):
            self.raise_alerts(institution)
        return counts

    def submit(self, events: Iterable[Mapping[str, Any]]) -> list[Receipt]:
        """Log events of the house's own making (a case moved, a package was built); returns receipts in order."""
        checked = [event_from(dict(value)) for value in events]
        receipts: dict[int, Receipt] = {}
        for institution in sorted({event.institution for event in checked}):
            mine: dict[int, Event] = {at: event for at, event in enumerate(checked) if event.institution == institution}
            made = self._log(institution, [*mine.values()], SourceRules(self.sources.rules(institution).keys))
            receipts.update(zip(mine, made, strict=True))
        return [receipts[at] for at in range(len(checked))]

    def log_events(self, institution: str, events: Sequence[Event]) -> list[Receipt]:
        """Log checked events of one institution; returns receipts in order once everything is durable."""
        return self._log(institution, events, self.sources.rules(institution))

    def _log(self, institution: str, events: Sequence[Event], rules: SourceRules) -> list[Receipt]:
        self._before_capture()
        receipts = ingest_batch(
            self._edges.store, institution, events, now=self.now(), randomness=self._edges.randomness, rules=rules
        )
        if any("corrects" in event.fields for event in events):
            # Crash here: logged, and its case does not know; the next correction or `docket list` tells it.
            self.raise_alerts(institution)
        return receipts

    def _before_capture(self) -> None:
        """The clock must not be far off; and what surrounds this process is looked at, once a day."""
        now = self.now()
        refuse_far_off(self.clock()[0], now)
        if self._observed is None or now - self._observed.observed_at >= REPEAT:
            self._observed = self._edges.observe(now)
            self._edges.environments.add(self._observed)

    def environments(self) -> list[Environment]:
        """What was observed of the capturing environment, oldest first."""
        return self._edges.environments.all()

    def keep_originals(self, event: Event, find_file: FindFile) -> None:
        """Check the originals that an event names and make them durable, before the event is logged."""
        store_originals(event, [], find_file, self._edges.vault)

    def publish(self, institution: str) -> PublishedCheckpoint:
        """Sign the present state of a log, and ask witnesses and timestamp authorities; none of them can stop this."""
        log = self._edges.store.log(institution)
        require_clock(self._edges.stamping)
        asked = self.now()
        published = publish(self._edges.store, log, self._log_signer(log), asked)
        cosign(log, published, self._cosigning())
        if published.created_at >= asked:  # else it was cosigned at some earlier time
            measure_witnesses(self._edges.stamping, asked, self._cosigned(institution, published))
        self._stamp(institution, published)
        if self._edges.anchors.without_material(institution):
            with suppress(ChainError):  # a chain that is away never stops publishing
                take_material(log, self.anchoring())
        return self._edges.store.checkpoint_at(institution, published.checkpoint.size) or published

    def _cosigned(self, institution: str, published: PublishedCheckpoint) -> dict[str, datetime]:
        states = self.witness_report(institution, published).witnesses
        return {one.name: one.cosigned_at for one in states if one.cosigned_at is not None}

    def stamp(self, institution: str) -> dict[str, str]:
        """Ask the authorities that have not stamped the newest checkpoint; why any of them did not, by name.

        Where all did, the newest older ones without any token are stamped too.
        """
        published = self._edges.store.latest_checkpoint(institution)
        return {} if published is None else self._stamp(institution, published)

    def _stamp(self, institution: str, published: PublishedCheckpoint) -> dict[str, str]:
        stamping = self._edges.stamping
        missing = stamp(stamping, institution, published)
        if stamping.authorities and not missing:
            after = self._edges.log_keys.keys(institution)[-1].after_size
            stamp_older(stamping, institution, self._edges.store.checkpoints(institution, CATCH_UP), after)
        return missing

    def tokens(self, institution: str, size: int) -> tuple[StampedToken, ...]:
        """The timestamp tokens over the checkpoint of that size."""
        return self._edges.stamping.store.tokens(institution, size)

    def authorities(self) -> tuple[str, ...]:
        """The names of the timestamp authorities that are asked."""
        return tuple(authority.name for authority in self._edges.stamping.authorities)

    def clock(self, *, measure: bool = False) -> tuple[list[ClockBounds], dict[str, str]]:
        """The newest bounds of our clock beside each other one; measured now where asked, with who did not answer."""
        if measure:
            return measure_clock(self._edges.stamping)
        return self._edges.stamping.store.newest_measurements(), {}

    def witness_report(self, institution: str, published: PublishedCheckpoint) -> WitnessReport:
        """How a checkpoint stands with the configured witnesses."""
        return report(self._edges.store.log(institution), published, self._cosigning())

    def _cosigning(self) -> Cosigning:
        path = self.settings.witness_policy
        policy = path.read_text("utf-8", "replace") if path.is_file() else ""
        return Cosigning(self._edges.store, self._edges.cosignatures, self._edges.witnesses, policy, self._edges.now)

    def anchor(self, institution: str) -> AnchorRecord:
        """Put the newest checkpoint of a log on the chain."""
        asked = self.now()
        record = anchor(self._edges.store.log(institution), self.anchoring())
        text = self._edges.anchors.material(record)
        if text is not None and record.created_at >= asked and not self._edges.chain.is_local:
            measure_block(self._edges.stamping, asked, record.chain_id, parse_anchor(text).header)
        return record

    def anchoring(self) -> Anchoring:
        """The chain, opened, and what anchoring needs beside it."""
        return Anchoring(
            logs=self._edges.store,
            anchors=self._edges.anchors,
            chain=self._edges.chain.open(),
            confirmations=self.settings.confirmations,
            now=self.now(),
        )

    def event(self, event_id: str, institution: str | None = None) -> StoredEvent:
        """One event by its id."""
        return self._edges.store.event(event_id, institution)

    def prove(self, event: StoredEvent, published: PublishedCheckpoint | None = None) -> EvidenceProof:
        """The proof of an event under a checkpoint, by default the newest anchored one, else the newest."""
        return prove(self._edges.store, event, published or self._anchored_over(event))

    def prove_erased(self, event: StoredEvent) -> tuple[EvidenceProof, dict[str, str]]:
        """The proof of an event whose content was erased, and the material that shows that the log says so too.

        Under a checkpoint that holds that entry as well; where there is none yet, without the material.
        """
        told = erasure_of(self._edges.store, event)
        if told is None or self._edges.store.checkpoint_covering(event.institution, told.index) is None:
            return self.prove(event), {}
        proof = self.prove(told)
        return self.prove(event, proof.published), {"erasure": erasure_text(told.leaf, proof.proof.text())}

    def _anchored_over(self, event: StoredEvent) -> PublishedCheckpoint | None:
        for record in self._edges.anchors.newest(event.institution, 50):
            if record.block is not None and record.size > event.index:
                return self._edges.store.checkpoint_at(event.institution, record.size)
        return None

    def original(self, institution: str, sha256: str) -> bytes:
        """An original of an institution by its SHA-256, re-hashed as it is read."""
        return self._edges.vault.get(institution, sha256)

    def privacy(self, institution: str) -> PrivacyDoors:
        """The doors of erasing, restricting, holding and the retention calendar (workflow/erase.py and others)."""
        return PrivacyDoors(
            institution=self._edges.store.log(institution).institution,
            erasures=self._edges.erasures,
            keys=self._edges.store.keys,
            vault=self._edges.vault,
            copies=self._edges.copies,
            duties=load_duties(),
            submit=self.submit,
            now=self.now(),
        )

    def disclose(self, event: StoredEvent, fields: Sequence[str] | None, *, who: str, purpose: str) -> list[Disclosure]:
        """Open chosen fields of an event (None: all); on record with its purpose before anything is returned."""
        opened = disclose(event, fields, self.privacy(event.institution))
        self._edges.accesses.add(
            who=who,
            action="disclose",
            institution=event.institution,
            object=f"entry {event.index}: {', '.join(one.name for one in opened)}",
            purpose=purpose,
            at=self.now(),
        )
        return list(opened)

    def record_accesses(self, objects: Sequence[str], *, who: str, action: str, institution: str, purpose: str) -> None:
        """Put on record who looks at what, before it is shown or built; where that fails, nothing is."""
        self._edges.accesses.add_all(
            who=who, action=action, institution=institution, objects=objects, purpose=purpose, at=self.now()
        )

    def erased_form(self, event: StoredEvent) -> Erased | None:
        """What stands in place of an event's disclosures where its content was erased."""
        return erased_form(event, self.privacy(event.institution)) if event.erased else None

    def restricted_loans(self, institution: str) -> set[str]:
        """Loans with a subject whose data is restricted to storage."""
        return restricted_loans(self.privacy(institution))

    def raise_alerts(self, institution: str) -> int:
        """Log `case.alerted` for every correction of what a package holds that has none yet; returns how many."""
        return raise_alerts(institution, self._edges.corrections, self._edges.store, self.submit)

    def refuse_restricted(self, institution: str, loan: str) -> None:
        """Raise RestrictedError where a subject of a loan is restricted to storage."""
        refuse_restricted(loan, self.privacy(institution))

    def material(self, institution: str, loan: str, published: PublishedCheckpoint) -> dict[str, str]:
        """What travels with the proofs of a loan under a checkpoint, by name (core.material)."""
        return gather(
            (
                ("anchor", lambda: self._anchor_material(institution, published.checkpoint.size)),
                ("map", lambda: self._map_material(institution, loan, published)),
                ("policy", lambda: self._edges.cosignatures.policy_at(institution, published.checkpoint.size)),
                (
                    "timestamps",
                    lambda: timestamps_material(self._edges.stamping.store, institution, published.checkpoint.size),
                ),
            )
        )

    def _anchor_material(self, institution: str, size: int) -> str | None:
        record = self.anchor_covering(institution, size)
        return None if record is None else self._edges.anchors.material(record)

    def _map_material(self, institution: str, loan: str, published: PublishedCheckpoint) -> str | None:
        reference = self._edges.store.loan_head(institution, loan).reference
        return map_material(self._edges.store, self._edges.maps, institution, reference, published)

    def import_audit_note(self, note: str, institution: str) -> PublishedCheckpoint:
        """Keep a map auditor's note, so that packages of its checkpoint carry it; returns that checkpoint."""
        published = import_audit(self._edges.store, self._edges.maps, institution, note)
        self._edges.maps.add_note(institution, published.checkpoint.size, note, self.now())
        return published

    def sign_package(self, institution: str, text: str) -> str:
        """Sign a package's note text with the institution's package key."""
        log = self._edges.store.log(institution)
        return self._package_signer(log.institution, log.origin).sign_note(text)

    def anchor_covering(self, institution: str, size: int) -> AnchorRecord | None:
        """The anchor of exactly that tree size, if it is mined or final."""
        records = self._edges.anchors.at(institution, size)
        return next((record for record in records if record.state in ON_CHAIN_STATES), None)

    def audit_consistency(self, institution: str, old_size: int, new_size: int) -> ConsistencyFinding:
        """Whether the older checkpoint is a prefix of the newer one."""
        return audit_consistency(self._edges.store, institution, old_size, new_size)

    def check_map(self, log: LogRecord, *, rebuild: bool) -> MapCheck:
        """Whether the stored loan map is what the entries give; with `rebuild` what differs is put back."""
        return check_map(log, self._edges.store, self._edges.maps, rebuild=rebuild)

    def audit_log(
        self, institution: str, *, ask_chain: bool, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> LogAudit:
        """Read every row of a log anew and locate what does not fit; see workflow.audit_log."""
        log = self._edges.store.log(institution)
        anchored = self._anchored_roots(log) if ask_chain else {}
        keys = self.log_keys(log)
        return audit_log(self._edges.log_audit, log, anchored=anchored, keys=keys, progress=progress)

    def _anchored_roots(self, log: LogRecord) -> dict[int, bytes]:
        """What the contract holds of a log now, at every size that this instance recorded as anchored."""
        chain = self._edges.chain.open()
        chain.check()
        reader, contract = RpcChainReader(chain.url), chain.contract.lower()
        return {
            record.size: root_at(reader, contract, record.chain_log_id.lower(), record.size)
            for record in self._edges.anchors.newest(log.institution, MAX_ANCHORS)
            if record.state in ON_CHAIN_STATES
        }

    def trust_file(self, credit_codes: Mapping[str, str], others: Others = NOBODY) -> TrustFile:
        """A trust file of this instance for tests and demonstrations."""
        logs = self.logs()
        chain = self._edges.chain
        log_ids = {log.institution: self._edges.anchors.log_ids(log.institution) for log in logs}
        keys = {log.institution: [pin for key in self.log_keys(log) for pin in key.pins()] for log in logs}
        path = self.settings.witness_policy
        policy = parse_policy(path.read_text("utf-8", "replace")) if path.is_file() else None
        stamping = tuple(PinnedAuthority(one.name, one.certificate) for one in self._edges.stamping.authorities)
        everybody = replace(others, policy=policy, authorities=(*stamping, *others.authorities))
        pinned = chain.pinned(self.settings.confirmations)
        return trust_file(logs, credit_codes, log_ids, pinned, self.now(), everybody, keys)

    def _log_signer(self, log: LogRecord) -> LogKeySigner:
        """The signer of a log that exists; other keys than the log's own never sign for it."""
        signer = self.key_pair(log.institution, log.origin, self.log_keys(log)[-1].number)
        if signer.vkey != log.vkey or log.mldsa_vkey not in ("", signer.mldsa_vkey):
            raise SettingsError(f"log {log.institution}: its key files are not those it was made with; restore them")
        return signer

    def _package_signer(self, institution: str, origin: str) -> KeyFileSigner:
        path = self.settings.keys_dir / f"{institution}.package.pem"
        return KeyFileSigner(path, f"{origin}/package", self._edges.passphrase)


def file_beside(path: Path) -> Callable[[str], bytes | None]:
    """Finds originals by SHA-256 in the folder ``<import file>.attachments/``."""
    folder = path.with_name(path.name + ".attachments")

    def find(sha256: str) -> bytes | None:
        candidate = folder / sha256
        return candidate.read_bytes() if candidate.is_file() else None

    return find


def require_initialised(service: EvidenceService) -> None:
    """Raise unless `init` was run on this home."""
    if not service.logs():
        raise NotAnInstanceError(f"{service.settings.home} is not an instance yet; run `proofdocket init`")
