"""The event catalogue: every kind of event from `application.submitted` to `enforcement.closed`.

Spec: docs/spec/event.md. One file per stage of a loan's life; this file only gathers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from evidence_service.core.catalogue import disposal, lending, post_lending, pre_lending, served
from evidence_service.core.catalogue.schema import EventType, Field, Kind, Stage

CATALOGUE: Mapping[str, EventType] = MappingProxyType(
    {kind.code: kind for part in (pre_lending, lending, post_lending, disposal, served) for kind in part.TYPES}
)

__all__ = ["CATALOGUE", "EventType", "Field", "Kind", "Stage"]
