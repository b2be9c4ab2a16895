"""Four-eyes requests in the SQL database: three append-only tables for what was asked, decided and done."""

from __future__ import annotations

from collections.abc import Callable, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError
from web.approvals import (
    Approval,
    ApprovalError,
    ApprovalKind,
    ApprovalRequest,
    Decision,
    Outcome,
    decide,
    make_request,
)
from web.tables import approval_decision as decisions
from web.tables import approval_outcome as outcomes
from web.tables import approval_request as requests

NEWEST = 100


class SqlApprovals:
    """The requests of one instance."""

    def __init__(self, engine: Engine, randomness: Callable[[int], bytes]) -> None:
        self._engine, self._randomness = engine, randomness

    def ask(
        self,
        kind: ApprovalKind,
        institution: str,
        object: str,
        content: bytes,
        *,
        reason: str,
        asked_by: str,
        now: datetime,
    ) -> ApprovalRequest:
        """Keep a request; it waits for a second person."""
        request_id = self._randomness(8).hex()
        request = make_request(request_id, kind, institution, object, content, reason, asked_by, now)
        values = {
            "id": request.id,
            "kind": kind.value,
            "institution": institution,
            "object": object,
            "digest": request.digest,
            "content": content,
            "reason": request.reason,
            "asked_by": asked_by,
            "asked_at": format_instant(now),
            "expires_at": format_instant(request.expires_at),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(requests).values(values))
        return request

    def find(self, request_id: str) -> Approval:
        """A request with what became of it; NotFoundError if there is none."""
        with reading(self._engine) as connection:
            return self._find(connection, request_id)

    def newest(self, institutions: Set[str]) -> list[Approval]:
        """The newest requests of these institutions."""
        query = select(requests.c.id).where(requests.c.institution.in_(sorted(institutions)))
        with reading(self._engine) as connection:
            found = connection.execute(
                query.order_by(requests.c.asked_at.desc(), requests.c.id).limit(NEWEST)
            ).scalars()
            return [self._find(connection, request_id) for request_id in found.all()]

    def decide(
        self, request_id: str, *, decided_by: str, digest: str, approved: bool, reason: str, now: datetime
    ) -> Approval:
        """Keep the decision of a second person. Of two that come together one is refused."""
        try:
            with writing(self._engine) as connection:
                approval = self._find(connection, request_id)
                decision = decide(approval, decided_by, digest, approved, reason, now)
                values = {
                    "request": request_id,
                    "asked_by": approval.request.asked_by,
                    "decided_by": decided_by,
                    "approved": int(approved),
                    "reason": decision.reason,
                    "at": format_instant(now),
                }
                connection.execute(insert(decisions).values(values))
        except IntegrityError:
            raise ApprovalError("somebody else decided this request just now") from None
        return Approval(approval.request, decision)

    def record(self, request_id: str, *, done: bool, detail: str, now: datetime) -> None:
        """Keep how an attempt to carry it out ended."""
        values = {"request": request_id, "at": format_instant(now), "done": int(done), "detail": detail[:500]}
        with writing(self._engine) as connection:
            connection.execute(insert(outcomes).values(values))

    def _find(self, connection: Connection, request_id: str) -> Approval:
        row = connection.execute(select(requests).where(requests.c.id == request_id)).one_or_none()
        if row is None:
            raise NotFoundError("no request has this id")
        said = connection.execute(select(decisions).where(decisions.c.request == request_id)).one_or_none()
        made = connection.execute(select(outcomes).where(outcomes.c.request == request_id).order_by(outcomes.c.id))
        return Approval(
            _request(row),
            None if said is None else Decision(said.decided_by, bool(said.approved), said.reason, _at(said.at)),
            tuple(Outcome(_at(one.at), bool(one.done), one.detail) for one in made),
        )


def _request(row: Any) -> ApprovalRequest:
    return ApprovalRequest(
        id=row.id,
        kind=ApprovalKind(row.kind),
        institution=row.institution,
        object=row.object,
        content=bytes(row.content),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=_at(row.asked_at),
        expires_at=_at(row.expires_at),
        digest=row.digest,
    )


def _at(text: str) -> datetime:
    return parse_instant(text, "at")
