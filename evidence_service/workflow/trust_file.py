"""Writes a trust file of this instance, for tests and demonstrations: a court writes and signs its own.

Spec: docs/spec/trust.md. The chain that an instance runs alone is graded *self-run*: it adds no independent time.
Witnesses and authorities are those that the instance asks; auditors and courts are named by the person at the keyboard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from evidence_service.core.policy import NONE, Policy
from evidence_service.core.trust import PinnedAuthority, PinnedChain, PinnedCourt, PinnedKey, PinnedLog, TrustFile
from evidence_service.ports import LogRecord

VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Others:
    """The parties beside the lender that a trust file of the instance pins."""

    policy: Policy | None = None
    authorities: tuple[PinnedAuthority, ...] = ()
    auditors: tuple[str, ...] = ()
    courts: tuple[PinnedCourt, ...] = ()


NOBODY = Others()


def trust_file(
    logs: Sequence[LogRecord],
    credit_codes: Mapping[str, str],
    log_ids: Mapping[str, Sequence[str]],
    chain: PinnedChain | None,
    now: datetime,
    others: Others = NOBODY,
    keys: Mapping[str, Sequence[PinnedKey]] = MappingProxyType({}),
) -> TrustFile:
    """Pin every log of the instance, its chain and the others, issued now for a year, requiring all ten checks.

    `keys` are the pins of logs whose keys were changed, oldest first.
    """
    moment = now.replace(microsecond=0)
    witnesses = () if others.policy is None else others.policy.witnesses
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
                keys=tuple(keys.get(log.institution) or _open_pins(log)),
                package_keys=(PinnedKey(log.package_vkey),),
                log_ids=tuple(log_ids.get(log.institution, ())),
            )
            for log in logs
        ),
        chains=(chain,) if chain else (),
        witnesses=tuple(PinnedKey(str(witness.key), witness.name) for witness in witnesses),
        quorum=0 if others.policy is None else fewest(others.policy),
        auditors=tuple(PinnedKey(vkey) for vkey in others.auditors),
        authorities=others.authorities,
        courts=others.courts,
        required=tuple(range(1, 11)),
    )


def _open_pins(log: LogRecord) -> list[PinnedKey]:
    return [PinnedKey(vkey) for vkey in (log.vkey, log.mldsa_vkey) if vkey]


def fewest(policy: Policy, name: str = "") -> int:
    """How many witnesses at least must have cosigned for the policy's quorum (a trust file knows one number)."""
    wanted = name or policy.quorum
    group = next((group for group in policy.groups if group.name == wanted), None)
    if group is None:
        return 0 if wanted == NONE else 1
    return sum(sorted(fewest(policy, member) for member in group.members)[: group.threshold])
