"""A stranger's verifier needs the standard library, cryptography and rfc8785, and nothing else of the house."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from evidence_service.core.trust_json import trust_bytes
from tests.evidence_service.verify.world import NOW, make_world

PROGRAM = """
import importlib.abc, json, sys
from datetime import datetime
from pathlib import Path
ALLOWED = {"cryptography", "rfc8785", "evidence_service", "cffi", "_cffi_backend"}
class Gate(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ALLOWED:
            raise ImportError(f"a stranger does not have {name}")
sys.meta_path.insert(0, Gate())
from evidence_service.core.trust_json import parse_trust
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.inputs import verify_file
package, trust, now = sys.argv[1:]
report = verify_file(Path(package), parse_trust(Path(trust).read_bytes()), None, datetime.fromisoformat(now))
loaded = {name.partition(".")[0] for name in sys.modules} | {name for name in sys.modules if "evidence_service" in name}
print(json.dumps({"report": report.as_json(), "loaded": sorted(loaded)}))
"""


def test_the_verifier_runs_where_nothing_else_is_installed(tmp_path: Path) -> None:
    world = make_world()
    package, trust = tmp_path / "p.zip", tmp_path / "t.json"
    package.write_bytes(world.package_zip())
    trust.write_bytes(trust_bytes(world.trust(required=(1, 2, 3, 4, 5, 6, 9))))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(package), str(trust), NOW.isoformat()],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3],
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout)
    assert answer["report"]["result"] == "passed"
    ours = {name for name in answer["loaded"] if name.startswith("evidence_service.")}
    allowed = ("evidence_service.core", "evidence_service.verifier", "evidence_service.errors")
    assert [name for name in sorted(ours) if not name.startswith(allowed)] == []
