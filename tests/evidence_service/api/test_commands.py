"""The commands around the API: keys are made, listed and revoked; the access log is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from tests.evidence_service.api.room import LOG, Room
from web.cli import main


def run(room: Room, *words: str, fails: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["--home", str(room.home), *words, "--json"])
    assert done.exit_code == fails, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_key_is_shown_once_works_and_is_revoked(room: Room) -> None:
    made = run(
        room, "api", "key", "add", "--institution", "sample-cf", "--scopes", "events:read, log:read", "--purpose", "x"
    )
    assert made["scopes"] == ["events:read", "log:read"]
    assert room.get(f"{LOG}/checkpoint", made["key"]).status_code == 404
    assert room.get(f"{LOG}/events/E/proof", made["key"]).status_code == 403
    listed = run(room, "api", "key", "list")["keys"]
    assert made["id"] in [key["id"] for key in listed]
    assert made["key"] not in json.dumps(listed)
    assert run(room, "api", "key", "revoke", made["id"])["revoked_at"]
    assert room.get(f"{LOG}/checkpoint", made["key"]).status_code == 401


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--institution", "nobody", "--scopes", "verify", "--purpose", "x"], "not-found"),
        (["--institution", "sample-cf", "--scopes", "all", "--purpose", "x"], "settings"),
        (["--institution", "sample-cf", "--scopes", "verify", "--purpose", " "], "settings"),
    ],
)
def test_a_key_for_nobody_for_nothing_or_without_purpose_is_refused(room: Room, words: list[str], code: str) -> None:
    assert run(room, "api", "key", "add", *words, fails=1)["error"]["code"] == code
    assert run(room, "api", "key", "revoke", "0" * 16, fails=1)["error"]["code"] == "not-found"


def test_the_access_log_is_read_by_time_institution_and_number(room: Room) -> None:
    room.log_events(2)
    room.get(f"{LOG}/events/E-1")
    found = run(room, "audit", "access")
    assert found["count"] == 2
    assert [one["action"] for one in found["accesses"]] == ["events:write", "events:read"]
    assert found["accesses"][1]["purpose"] == "tests"
    assert run(room, "audit", "access", "--limit", "1")["accesses"] == found["accesses"][1:]
    assert run(room, "audit", "access", "--since", "2099-01-01")["count"] == 0
    assert run(room, "audit", "access", "--until", "2099-01-01T00:00:00Z")["count"] == 2
    assert run(room, "audit", "access", "--institution", "other-cf")["count"] == 0
