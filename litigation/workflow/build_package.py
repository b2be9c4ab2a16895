"""Build: one case's papers, originals, log entries and proofs into one signed ZIP.

Spec: docs/spec/bundle.md. Everything is computed from the pinned source; nothing here reads a clock.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from evidence_service.core.metadata import EventEntry, PackageMetadata
from evidence_service.core.package import PackageContents, PackagedEvent, assemble
from evidence_service.core.report import Report
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_twin
from evidence_service.verifier.page import party_page
from litigation.core.casefile import CaseFile
from litigation.core.claim_json import claim_to_json
from litigation.core.debt_record import debt_record
from litigation.core.derived_json import derived_to_json
from litigation.core.disclosure_cut import check_nothing_left
from litigation.core.disclosure_set import Selection
from litigation.core.history import LoanHistory
from litigation.core.late_exhibits import Earlier
from litigation.documents.embedding import embed_evidence
from litigation.documents.fonts import FontSet
from litigation.documents.package import render_package
from litigation.documents.templates import TemplateSet, shipped
from litigation.workflow.assess import Assessment
from litigation.workflow.case_source import CaseSource

README = """ProofDocket 诉讼材料包 / litigation package {reference}

本包由当事人（{institution}）生成，不能仅凭本包自证。请用您自己信任的信任文件核验：
This package comes from a party and proves nothing by itself. Verify it with a trust file of your own:

    proofdocket verify PACKAGE.zip --trust FILE --issuer KEY [--rpc URL]

- data/bundle.pdf       全部文书与证据，连续页码 / all papers and exhibits, continuous page numbers
- data/originals/       证据原件，文件名为其 SHA-256 / originals, named by their SHA-256
- data/evidence/        每个事件的日志条目、存在证明、披露字段 / log entry, proof (C2SP tlog-proof), disclosures
- data/facts.json       文书中的事实及其出处 / the facts of the papers and where each comes from
- data/ledger.json      欠款计算的输入与逐笔结果 / inputs and lines of the debt calculation
- data/package.json     本包的日志状态 / the log state of this package
- data/log/             日志状态的旁证：贷款映射、见证规则、时间戳、链上锚定
                        / what confirms that state: loan map, witness policy, timestamps, anchor
- data/verify.html      离线核验页，用浏览器打开；请尽量另从法院或公开页面取得，不用当事人送来的这一份
                        / a verifier to open in a browser; better take it from the court or the public page
- manifest-sha256.txt   各文件摘要（BagIt，RFC 8493）/ digests of all files

证明范围：自记入日志之时起未被更改；入链之前的真实性取决于来源材料。
What it proves: unaltered since it was logged. What happened before rests on the sources.
"""


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """A package in memory. `pages` counts the pages of its PDF; `pdf_sha256` is of the PDF in it, sealed or not."""

    our_reference: str
    content: bytes
    pdf_sha256: str
    pages: int
    draft: bool

    @property
    def sha256(self) -> str:
        """SHA-256 of the ZIP, hex."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What a package was made with, so that it can be made again: templates, rules, and the program that draws."""

    texts: TemplateSet
    rules_digest: str = ""
    renderer: str = ""

    def named(self) -> dict[str, Any]:
        """As `made_with` in data/ledger.json."""
        templates = {
            name: {"id": one.id, "version": one.version, "dated": one.dated, "sha256": one.digest}
            for name, one in self.texts.templates.items()
        }
        return {"templates": templates, "rules": self.rules_digest, "renderer": self.renderer}


@dataclass(frozen=True, slots=True)
class Twin:
    """The evidence of a package as its PDF will carry it: written once, checked, then embedded."""

    metadata: PackageMetadata
    raw: bytes


def twin_of(metadata: PackageMetadata, events: Sequence[PackagedEvent], material: Mapping[str, str]) -> Twin:
    """Write the evidence of a package."""
    return Twin(metadata, twin_bytes(metadata, events, material))


def twin_report(twin: Twin, now: datetime) -> Report:
    """The ten checks on the evidence of a package, as a reader without trust file and chain would see them."""
    return verify_twin(twin.raw, None, None, now)


def metadata_for(
    source: CaseSource, reference: str, loan_reference: str, events: Sequence[EventEntry], *, draft: bool
) -> PackageMetadata:
    """What data/package.json says of a case."""
    checkpoint = source.published.checkpoint
    return PackageMetadata(
        institution=source.log.institution,
        credit_code=source.plaintiff.organisation.credit_code,
        our_reference=reference,
        as_of=source.as_of.isoformat(),
        loan=loan_reference,
        origin=source.log.origin,
        log_vkey=source.log.vkey,
        package_vkey=source.log.package_vkey,
        tree_size=checkpoint.size,
        root=checkpoint.root.hex(),
        checkpoint=source.published.note,
        chain=source.chain,
        events=tuple(events),
        draft=draft,
        sample=source.plaintiff.sample,
        recipient=source.recipient,
    )


def build_package(
    case: CaseFile,
    assessment: Assessment,
    metadata: PackageMetadata,
    events: tuple[PackagedEvent, ...],
    material: Mapping[str, str],
    originals: Mapping[str, tuple[str, bytes]],
    fonts: FontSet,
    sign_note: Callable[[str], str],
    closed: frozenset[str] = frozenset(),
    made: MadeWith | None = None,
    twin: Twin | None = None,
) -> BuiltPackage:
    """Render the papers, embed the evidence, and pack everything under one signature.

    `twin` is what was checked; where the package became a draft meanwhile, it is written anew. `closed` are texts that
    the recipient must not get: where one is left, no package is made.
    """
    made = made or MadeWith(shipped())
    rendered = render_package(case, fonts, made.texts)
    if twin is None or twin.metadata != metadata:
        twin = twin_of(metadata, events, material)
    pdf = embed_evidence(rendered.pdf, twin.raw)
    contents = PackageContents(
        metadata=metadata,
        pdf=pdf,
        facts=_json([asdict(fact) for fact in case.facts]),
        ledger=_json({**_ledger(case, assessment), "made_with": made.named()}),
        readme=README.format(reference=case.our_reference, institution=case.plaintiff.name or case.institution),
        events=events,
        originals=originals,
        material=material,
        verifier=party_page(),
    )
    for place, text in (("facts.json", contents.facts), ("ledger.json", contents.ledger)):
        check_nothing_left(text.decode(), place, closed)
    content = assemble(contents, sign_note)
    return BuiltPackage(case.our_reference, content, sha256(pdf).hexdigest(), rendered.pages, case.draft)


def originals_of(
    history: LoanHistory, read_original: Callable[[str], bytes], selection: Selection, earlier: Sequence[Earlier] = ()
) -> dict[str, tuple[str, bytes]]:
    """The originals that the recipient gets, superseded ones included, by SHA-256 with a safe file extension; in a
    supplement those of later events."""
    since = earlier[-1].tree_size if earlier else 0
    return {
        original.sha256: (extension(original.name, original.media_type), read_original(original.sha256))
        for event in history.events
        if event.index >= since and selection.shows_originals(event)
        for original in event.originals
    }


def extension(file_name: str, media_type: str) -> str:
    """A safe file extension for an original: from its name, else from its media type, else ``bin``."""
    suffix = PurePath(file_name).suffix.lower().lstrip(".")
    if not (suffix.isascii() and suffix.isalnum() and len(suffix) <= 8):
        suffix = (mimetypes.guess_extension(media_type) or ".bin").lstrip(".")
    return suffix


def _ledger(case: CaseFile, assessment: Assessment) -> dict[str, Any]:
    if case.claim is None or assessment.terms is None:
        stated = [
            {
                "label": total.label_en,
                "label_zh": total.label_zh,
                "amount": f"{total.amount:f}",
                "currency": total.currency,
            }
            for total in case.stated_totals
        ]
        derived = {} if case.derived is None else {"derived": derived_to_json(case.derived)}
        return {"input": None, "claim": None, "stated_totals": stated, "reason": assessment.missing, **derived}
    record = debt_record(assessment.terms, assessment.payments, case.as_of)
    return {"input": record, "claim": claim_to_json(case.claim), "stated_totals": [], "reason": ""}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()
