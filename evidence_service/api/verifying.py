"""The ten checks over HTTP: a package, a PDF or a proof comes in, the report goes out, nothing is kept.

Spec: docs/spec/verify.md. Uploads stay in memory. The server asks no chain for anybody: check 8 passes only with
anchor material; without a trust file checks 6 to 8 stay *not checked*.
"""

from __future__ import annotations

import json
from threading import BoundedSemaphore

from flask import Response, request

from evidence_service.api.access import computes, door
from evidence_service.api.limits import MAX_VERIFY, MAX_VERIFY_FILE, MAX_VERIFY_PART
from evidence_service.api.problems import Refusal
from evidence_service.core.api_key import Scope
from evidence_service.core.proof import HEADER
from evidence_service.core.report import Report
from evidence_service.core.trust import TrustFile
from evidence_service.core.trust_note import read_trust
from evidence_service.core.verify import verify_proof
from evidence_service.verifier.inputs import verify_bytes

PARTS = ("file", "leaf", "disclosures", "material", "trust")
PATIENCE = 20.0
_slots = BoundedSemaphore(2)  # two at a time bound the memory


@computes(Scope.VERIFY)
def post_verify() -> Response:
    """Run the ten checks on what was sent."""
    if request.mimetype != "multipart/form-data":
        raise Refusal(415)
    request.max_content_length = MAX_VERIFY
    if not _slots.acquire(timeout=PATIENCE):
        raise Refusal(503, "Too many verifications at once; try again later.", "unavailable")
    try:
        return _verified()
    finally:
        _slots.release()


def _verified() -> Response:
    parts = {name: _part(name) for name in PARTS}
    lang = request.args.get("lang", "en")
    if lang not in {"en", "zh"}:
        raise Refusal(400, "lang: en or zh")
    file = parts["file"]
    if file is None:
        raise Refusal(400, "file: send a package (.zip), a PDF, or a proof (.tlog-proof) with its leaf")
    trust = read_trust(parts["trust"]) if parts["trust"] is not None else None
    report = _report(file, parts, trust)
    value = report.as_json("zh" if lang == "zh" else "en")
    return Response(json.dumps(value, ensure_ascii=False), content_type="application/json")


def _report(file: bytes, parts: dict[str, bytes | None], trust: TrustFile | None) -> Report:
    now = door().service.now()
    if not file.startswith(HEADER.encode()):
        return verify_bytes(file, trust, None, now)
    leaf = parts["leaf"]
    if leaf is None:
        raise Refusal(400, "leaf: send the log entry that the proof is about", "leaf-missing")
    disclosures, material = parts["disclosures"], parts["material"]
    return verify_proof(file, leaf, trust, None, now, disclosures=disclosures, material=material)


def _part(name: str) -> bytes | None:
    sent = request.files.getlist(name)
    if len(sent) > 1:
        raise Refusal(400, f"{name}: sent twice")
    if not sent:
        return None
    raw: bytes = sent[0].read()
    if len(raw) > (MAX_VERIFY_FILE if name == "file" else MAX_VERIFY_PART):
        raise Refusal(413)
    return raw
