"""`serve` runs the application in gunicorn, on loopback, and stops when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from tests.web.instance import full_instance
from web.app import create_app
from web.serve import serve
serve(lambda: create_app(full_instance(Path(sys.argv[1])), secret_key=b"k" * 32), port=int(sys.argv[2]))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str, body: bytes | None = None) -> int:
    request = urllib.request.Request(address, data=body)
    if body is not None:
        request.add_header("Content-Type", "multipart/form-data; boundary=x")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code)


def test_the_server_answers_refuses_a_huge_upload_with_a_page_and_stops(tmp_path: Path) -> None:
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(port)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
    )
    try:
        site = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        while True:
            try:
                status = answers(f"{site}/healthz")
                break
            except urllib.error.URLError:
                assert time.monotonic() < deadline, "the server did not come up"
                time.sleep(0.1)
        assert status == 200
        assert answers(f"{site}/verify") == 200
        # The body is larger than allowed: the reader must get the 413 page, not a broken connection.
        assert answers(f"{site}/verify", b"x" * (70 * 1024 * 1024)) == 413
    finally:
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
    assert child.returncode == 0
    assert b"127.0.0.1 - -" not in errors  # no access log
    assert not (tmp_path / ".gunicorn").exists()
