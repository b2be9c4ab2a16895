"""Writes a trust file of this instance, for tests and demonstrations: a court writes and signs its own.

Spec: docs/spec/trust.md. The chain that an instance runs alone is graded *self-run*: it adds no independent time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from evidence_service.core.trust import PinnedChain, PinnedKey, PinnedLog, TrustFile
from evidence_service.ports import LogRecord

VALID_FOR = timedelta(days=365)


def trust_file(
    logs: Sequence[LogRecord],
    credit_codes: Mapping[str, str],
    log_ids: Mapping[str, str],
    chain: PinnedChain | None,
    now: datetime,
) -> TrustFile:
    """Pin every log of the instance and its chain, issued now for a year, requiring all ten checks."""
    moment = now.replace(microsecond=0)
    return TrustFile(
        version=1,
        issuer="this instance itself (for tests and demonstrations)",
        issued_at=moment,
        expires_at=moment + VALID_FOR,
        logs=tuple(
            PinnedLog(
                institution=log.institution,
                credit_code=credit_codes.get(log.institution, ""),
                origin=log.origin,
                keys=tuple(PinnedKey(vkey) for vkey in (log.vkey, log.mldsa_vkey) if vkey),
                package_keys=(PinnedKey(log.package_vkey),),
                log_ids=tuple(log_ids[name] for name in (log.institution,) if log_ids.get(name)),
            )
            for log in logs
        ),
        chains=(chain,) if chain else (),
        witnesses=(),
        quorum=0,
        required=tuple(range(1, 11)),
    )
