"""What an operator does to accounts, by page or by command: make, change, close, unlock, reset. Every act is on record.

Who is a legal lead decides as the second pair of eyes; so nobody becomes one, and no lead's second factor goes, by one
operator's word alone: another lead approves it first (web/approvals.py). The command line is outside of that.
"""

from __future__ import annotations

import json
from collections.abc import Set
from datetime import datetime
from enum import StrEnum

from argon2 import PasswordHasher

from evidence_service.core.commitment import base64url
from evidence_service.errors import ConflictError, MalformedInputError, NotFoundError
from web.accounts import HASHER, MAX_NAME, hash_password, is_paused
from web.approvals import ApprovalKind, ApprovalRequest
from web.identity import Identity
from web.ports import Account, Accounts, Role

PASSWORD_BYTES = 18


class NameRefusedError(MalformedInputError):
    """The name of an account is empty, too long, or holds unprintable characters."""

    code = "name-refused"


class LastLeadError(ConflictError):
    """Two people are needed for this, and there is one; the command line of the machine can do it."""

    code = "needs-second-person"


class Act(StrEnum):
    """What is done to an account in one step."""

    DISABLE = "disable"
    ENABLE = "enable"
    UNLOCK = "unlock"
    END_SESSIONS = "end_sessions"
    RESET_FACTOR = "reset_factor"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of an act


def add_account(
    accounts: Accounts,
    name: str,
    password: str,
    role: Role,
    institutions: Set[str] = frozenset(),
    *,
    must_change: bool = False,
    hasher: PasswordHasher = HASHER,
) -> None:
    """Make an account; the password is kept only as its argon2id hash."""
    if not sound_name(name):
        raise NameRefusedError(
            f"an account name has 1 to {MAX_NAME} printable characters, no colon, slash or comma, no space at its ends"
        )
    accounts.add(name, hash_password(password, hasher), role, frozenset(institutions), must_change=must_change)


def sound_name(name: str) -> bool:
    """Whether an account may have this name."""
    plain = bool(name.strip()) and name == name.strip() and len(name) <= MAX_NAME and name.isprintable()
    return plain and not set(name) & set(':/\\,"<>') and name not in (".", "..")


def state_of(account: Account, now: datetime) -> str:
    """How an account stands: open, disabled, paused, or waiting for its own password."""
    if account.disabled_at is not None:
        return "disabled"
    if is_paused(account, now):
        return "paused"
    return "must-change" if account.must_change else "open"


def seen_account(people: Identity, name: str, mine: Set[str]) -> Account:
    """An account that belongs nowhere but where the operator does; any other is not there."""
    account = people.accounts.find(name)
    if account is None or not account.institutions <= mine:
        raise NotFoundError("no account has this name")
    return account


def needs_lead(people: Identity, account: Account, role: Role | None = None) -> bool:
    """Whether a lead has to agree: it is about a lead, or makes one where there is one already.

    A disabled lead counts too: an operator may disable leads, and would be free to make his own after that."""
    if account.role is Role.LEAD:
        return True
    return role is Role.LEAD and any(one.role is Role.LEAD and one.institutions for one in people.accounts.all())


def change(people: Identity, account: Account, role: Role, institutions: Set[str], by: str, now: datetime) -> None:
    """Give an account another role or other institutions; its sessions end."""
    people.note(by, "account:change", f"account {account.name} {account.role.value} > {role.value}")
    people.accounts.change(account.name, role, institutions)
    people.sessions.end_all(account.name, now)
    # Crash before the last line: the next request of an open session reads role and institutions anew anyway.


def act(people: Identity, account: Account, what: Act, by: str, now: datetime) -> str:
    """Do one thing to an account; returns a password that is shown this once, or nothing."""
    people.note(by, f"account:{what.value.replace('_', '-')}", f"account {account.name}")
    if what is Act.UNLOCK:
        people.accounts.record_success(account.name, now)
        return ""
    if what is Act.ENABLE:
        people.accounts.disable(account.name, None)
        return ""
    password = ""
    if what is Act.DISABLE:
        people.accounts.disable(account.name, now)
    elif what is Act.RESET_FACTOR:
        people.factors.remove(account.name)
    elif what is Act.RESET_PASSWORD:
        password = new_password(people)
        people.accounts.set_password(account.name, hash_password(password, people.hasher), must_change=True)
    people.sessions.end_all(account.name, now)
    return password


def new_password(people: Identity) -> str:
    """A password that its owner replaces at the first sign-in."""
    return base64url(people.randomness(PASSWORD_BYTES))


def ask_lead(
    people: Identity, account: Account, wanted: dict[str, object], *, reason: str, by: str, now: datetime
) -> ApprovalRequest:
    """Ask another lead: what is wanted becomes a request."""
    institution = min(account.institutions or set(map(str, _places(wanted))), default="")
    if not institution:
        raise LastLeadError("an account that belongs nowhere has no lead to ask: give it an institution first")
    content = json.dumps({"account": account.name, **wanted}, ensure_ascii=False, sort_keys=True, indent=1).encode()
    return people.approvals.ask(
        ApprovalKind.ROLE,
        institution,
        f"{wanted['act']}: {account.name}",
        content,
        reason=reason,
        asked_by=by,
        now=now,
    )


def places_wanted(request: ApprovalRequest) -> frozenset[str]:
    """Where a request would have somebody belong: a lead answers for his own institutions only."""
    return frozenset(map(str, _places(json.loads(request.content))))


def carry_out_role(people: Identity, request: ApprovalRequest, by: str, now: datetime) -> str:
    """Do what a lead agreed to."""
    wanted = json.loads(request.content)
    account = people.accounts.find(wanted["account"])
    if account is None:
        raise NotFoundError("the account is gone")
    if wanted["act"] == "change":
        change(people, account, Role(wanted["role"]), set(map(str, _places(wanted))), by, now)
        return f"{account.name} is {wanted['role']} now"
    act(people, account, Act(wanted["act"]), by, now)
    return f"{wanted['act']} done for {account.name}"


def _places(wanted: dict[str, object]) -> list[object]:
    found = wanted.get("institutions", [])
    return list(found) if isinstance(found, list) else []
