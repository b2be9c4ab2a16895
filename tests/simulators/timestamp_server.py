"""A timestamp authority behind HTTP on this machine, which misbehaves as a test asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulators.timestamp_authority import Authority

REPLY = "application/timestamp-reply"


@dataclass
class TimestampServer:
    """What the server does with the next question; `asked` counts them.

    `mode` is good, away (cut before the authority saw it), lost (stamped, and the answer is lost), status, redirect,
    drip, endless, text, refusal, rubbish, or stale (the token of another request).
    """

    authority: Authority
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    mode: str = "good"
    asked: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, query: bytes) -> bytes:
        if self.mode == "refusal":
            return Authority.refuse()
        if self.mode == "rubbish":
            return b"this is no timestamp"
        parts: dict[str, Any] = {"nonce": 1234567} if self.mode == "stale" else {}
        return self.authority.respond(query, self.now(), **parts)


@contextmanager
def serving(authority: Authority, now: Callable[[], datetime] | None = None) -> Iterator[TimestampServer]:
    """Serve until the block ends."""
    state = TimestampServer(authority)
    if now is not None:
        state.now = now

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            state.seen.append(dict(self.headers))
            if state.mode == "away":
                self.close_connection = True
                return
            body = state.answer(query)
            if state.mode == "lost":
                self.close_connection = True
                return
            self._send(body)

        def _send(self, body: bytes) -> None:
            status = {"status": 503, "redirect": 307}.get(state.mode, 200)
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if state.mode == "text" else REPLY)
            if state.mode == "redirect":
                self.send_header("Location", state.url)
            if state.mode == "endless":
                body += bytes(100_000)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if state.mode == "drip":
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if state.released.wait(0.05):
                        return
                return
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the test reads `asked`."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
