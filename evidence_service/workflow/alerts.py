"""A correction of what a package holds alerts its case: the alert is an event of the loan, once per correction.

Spec: docs/spec/event.md (Corrections). Called after whatever may bring corrections, and by who lists the docket: a
crash in between only delays the alert.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from evidence_service.core.event import format_instant
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.ports import LogStore
from evidence_service.ports.corrections import Contradiction, CorrectionStore
from evidence_service.workflow.ingest import Receipt
from evidence_service.workflow.privacy import SYSTEM_VERSION, id_of


def raise_alerts(
    institution: str,
    corrections: CorrectionStore,
    store: LogStore,
    submit: Callable[[Sequence[Mapping[str, Any]]], list[Receipt]],
) -> int:
    """Log the alerts that are missing; returns how many."""
    events = [made for one in corrections.contradictions(institution) if (made := _alert(one, store)) is not None]
    if not events:
        return 0
    for receipt in submit(events):
        if receipt.state == "rejected" and receipt.code != "duplicate-id":
            raise StoreError(f"the log refused event {receipt.event_id}: {receipt.reason}")
    return len(events)


def _alert(one: Contradiction, store: LogStore) -> dict[str, Any] | None:
    """The alert of a correction; None where it is logged already, or the package was built from an older state."""
    event_id = id_of("case.alerted", one.institution, one.correction)
    if _moment(event_id, one.institution, store) is not None:
        return None
    package = _package(one, store)
    if package and int(package["tree_size"]) <= one.corrected_index:
        return None
    moment = _moment(one.correction, one.institution, store)
    assert moment is not None
    payload = {"corrected_event": one.corrected_event, "correction": one.correction, "filed": one.filed} | package
    return {
        "id": event_id,
        "institution": one.institution,
        "loan": one.loan,
        "type": "case.alerted",
        "type_version": 1,
        "occurred_at": format_instant(moment),
        "actor": {"role": "system", "org": one.institution},
        "source": {"system": "proofdocket", "mechanism": "automatic", "version": SYSTEM_VERSION},
        "payload": payload,
    }


def _package(one: Contradiction, store: LogStore) -> dict[str, Any]:
    """Digest and tree size of the package, where its event can still be opened."""
    event = store.event(one.package_event, one.institution)
    if event.body is None:
        return {}
    payload = json.loads(event.body)["payload"]
    return {"package_digest": payload["package_digest"], "tree_size": payload["tree_size"]}


def _moment(event_id: str, institution: str, store: LogStore) -> datetime | None:
    """When an event was captured; None where the log does not hold it."""
    try:
        return store.event(event_id, institution).captured_at
    except NotFoundError:
        return None
