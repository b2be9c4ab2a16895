"""The integrator's guide: its curl lines run as they stand, answers are as shown, its table is the route map."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evidence_service.api.access import PUBLIC, scope_of
from evidence_service.api.problems import OF_STATUS
from evidence_service.core.api_key import Scope
from tests.architecture.markdown import block, page
from tests.evidence_service.api.room import Room, batch
from tests.evidence_service.api.test_openapi import serving
from tests.evidence_service.examples import INSTITUTION

GUIDE = "docs/guide/api.md"


def run(title: str, address: str, key: str, folder: Path) -> list[str]:
    """Run a block of the guide; what it printed, answer by answer."""
    environment = {**os.environ, "API": address, "KEY": key}
    script = block(GUIDE, title).replace("curl -sS", "curl -sS -w '\\n'")
    done = subprocess.run(
        ["bash", "-ec", script], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return [line for line in done.stdout.splitlines() if line]


def same_shape(shown: Any, got: Any) -> bool:
    """What the guide prints with … in place of what differs from run to run."""
    if shown == "…":
        return got not in ("", None)
    if isinstance(shown, dict):
        return isinstance(got, dict) and set(shown) == set(got) and all(same_shape(shown[n], got[n]) for n in shown)
    if isinstance(shown, list):
        return len(shown) == len(got) and all(map(same_shape, shown, got))
    return bool(shown == got)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_lines_of_the_guide_run_and_answer_as_shown(room: Room, tmp_path: Path) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(batch(2, 100)))
    (tmp_path / "contract.pdf").write_bytes(b"%PDF-1.7 a scan\n\n")
    with serving(room) as address:
        for title in ("event", "batch", "attachment"):
            answer = json.loads(run(title, address, room.key, tmp_path)[0])
            assert same_shape(json.loads(block(GUIDE, f"{title}-answer")), answer), answer
        room.door.service.publish(INSTITUTION)
        receipt, *note = run("read", address, room.key, tmp_path)
        assert json.loads(receipt)["index"] == 0
        assert note[0] == room.door.service.log(INSTITUTION).origin
        report = json.loads(run("verify", address, room.key, tmp_path)[-1])
        assert report["result"] == "incomplete", "without a trust file"
        assert [one["state"] for one in report["checks"] if one["n"] in (1, 3, 5)] == ["passed"] * 3
        refused = run("read", address, room.new_key([Scope.VERIFY]), tmp_path)
        assert same_shape(json.loads(block(GUIDE, "problem")), json.loads(refused[0]))


def test_the_table_of_routes_is_the_route_map(room: Room) -> None:
    rows = dict(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \| `?([\w:]+)`? \|", page(GUIDE), re.MULTILINE))
    routes = {}
    for rule in room.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<:>]+:)?(\w+)>", r"{\1}", rule.rule)
        (method,) = (rule.methods or set()) - {"HEAD"}
        routes[f"{method} {path}"] = str(scope_of(room.app, rule.endpoint))
    assert rows == routes
    assert PUBLIC in rows.values()


def test_every_scope_and_every_code_of_a_problem_is_explained() -> None:
    text = page(GUIDE)
    assert [scope for scope in Scope if f"| `{scope}` |" not in text] == []
    errors = page("docs/reference/errors.md")
    assert [code for code, _ in OF_STATUS.values() if f"`{code}`" not in text and f"`{code}`" not in errors] == []
