"""A court over real HTTP that gives every answer a court can give, good and bad, on demand. Not part of the program.

It keeps packages, letters and moves in memory, signs entries with a key of its own, and before each request asks its
script what to do this time. What it takes stays taken also where the answer is bad: that is how answers get lost.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.core.note import parse_note
from litigation.core.court_entry import FIRST, CourtEntry, EntryKind, entry_text, text_digest
from litigation.core.registered_court import RegisteredCourt, registered_court

NAME = "模拟人民法院"
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
START = datetime(2026, 11, 22, 1, tzinfo=UTC)
KEY = "pd_key-of-the-lender"


@dataclass(frozen=True, slots=True)
class Bad:
    """How one request goes wrong. `acts`: the court did what was asked, and the answer is bad all the same."""

    status: int = 200
    body: bytes = b""
    acts: bool = False
    cut: bool = False
    short: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def problem(status: int, code: str, **headers: str) -> Bad:
    """A refusal in the court's form."""
    said = json.dumps({"status": status, "code": code, "detail": f"said for {code}"}).encode()
    return Bad(status, said, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()))


@dataclass
class SimulatedCourt:
    """The court, its signing key, and the script of what goes wrong next."""

    folder: Path
    script: list[Bad] = field(default_factory=list)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    packages: dict[str, int] = field(default_factory=dict)
    letters: dict[str, bytes] = field(default_factory=dict)
    moves: dict[str, bytes] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    order: list[tuple[str, int]] = field(default_factory=list)
    port: int = 9
    known: bool = True

    def __post_init__(self) -> None:
        self.signer = KeyFileSigner(self.folder / "court.pem", "court.example/simulated")
        self.other = KeyFileSigner(self.folder / "other.pem", "court.example/simulated")

    @property
    def court(self) -> RegisteredCourt:
        """As the lender's book has it."""
        url = f"http://127.0.0.1:{self.port}/api/court/v1"
        return registered_court({"name": NAME, "address": ADDRESS, "vkey": self.signer.vkey, "url": url})

    def enter(self, filing_id: str, kind: str, detail: dict[str, Any], signer: KeyFileSigner | None = None) -> str:
        """Sign the next entry of a filing."""
        notes = self.notes.setdefault(filing_id, [])
        previous = text_digest(parse_note(notes[-1].encode()).text) if notes else FIRST
        entry = CourtEntry(NAME, filing_id, len(notes) + 1, previous, EntryKind(kind), START, detail)
        notes.append((signer or self.signer).sign_note(entry_text(entry)))
        self.order.append((filing_id, len(notes)))
        return notes[-1]

    def receipt(self, filing_id: str, letter: bytes, **changed: Any) -> str:
        """Take a letter and sign its receipt."""
        said = json.loads(letter)
        detail = {
            "package_sha256": said["package"]["sha256"],
            "size": said["package"]["size"],
            "letter_sha256": sha256(letter).hexdigest(),
            "our_reference": said["our_reference"],
            "filer": said["institution"],
        }
        self.letters[filing_id] = letter
        return self.enter(filing_id, "received", detail | changed)

    def puts(self) -> list[str]:
        """Paths of everything that was sent, in order."""
        return [path for method, path, _ in self.asked if method == "PUT"]

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """What a good court answers."""
        parts = path.partition("?")[0].removeprefix("/api/court/v1/").split("/")
        if parts == ["court"]:
            return 200, {"name": NAME, "address": ADDRESS, "vkey": self.signer.vkey}
        if not self.known:
            return 401, {"code": "unauthorised", "detail": "no such key"}
        match (method, parts):
            case "PUT", ["packages", digest]:
                if sha256(body).hexdigest() != digest:
                    return 400, {"code": "digest-differs", "detail": "other bytes"}
                new = digest not in self.packages
                self.packages[digest] = len(body)
                return 201 if new else 200, {"sha256": digest, "size": len(body)}
            case "PUT", ["filings", filing_id]:
                return self._take_letter(filing_id, body)
            case "PUT", ["filings", filing_id, "moves", digest]:
                if filing_id not in self.letters or sha256(body).hexdigest() != digest:
                    return 404, {"code": "not-found", "detail": "no filing here"}
                new = digest not in self.moves
                self.moves[digest] = body
                return 201 if new else 200, {"sha256": digest}
            case "GET", ["filings", filing_id] if filing_id in self.notes:
                return 200, {"state": "received", "entries": self.notes[filing_id]}
            case "GET", ["entries"]:
                after = int(path.partition("after=")[2].partition("&")[0])
                rows = [
                    {"id": at, "filing_id": one, "n": n, "note": self.notes[one][n - 1]}
                    for at, (one, n) in enumerate(self.order, 1)
                    if at > after
                ]
                return 200, {"entries": rows, "after": len(self.order)}
        return 404, {"code": "not-found", "detail": "nothing here"}

    def _take_letter(self, filing_id: str, letter: bytes) -> tuple[int, Any]:
        said = json.loads(letter)
        if said["court_address"] != ADDRESS:
            return 400, {"code": "filing-letter", "detail": "court_address: another court"}
        if said["package"]["sha256"] not in self.packages:
            return 409, {"code": "package-missing", "detail": "send the package first"}
        if self.letters.get(filing_id, letter) != letter:
            return 409, {"code": "filing-differs", "detail": "received with another letter"}
        if filing_id in self.letters:
            return 200, {"receipt": self.notes[filing_id][0]}
        return 201, {"receipt": self.receipt(filing_id, letter)}

    @contextmanager
    def open(self) -> Iterator[SimulatedCourt]:
        """Serve on a port of loopback until the end of the block."""
        simulated = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._do(b"")

            def do_PUT(self) -> None:
                self._do(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def _do(self, body: bytes) -> None:
                simulated.asked.append((self.command, self.path, len(body)))
                bad = simulated.script.pop(0) if simulated.script else None
                good = simulated.answer(self.command, self.path, body) if bad is None or bad.acts else (200, {})
                if bad is not None and bad.cut:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                status, said = (bad.status, bad.body) if bad is not None else (good[0], json.dumps(good[1]).encode())
                self.send_response(status)
                for name, value in bad.headers if bad is not None else ():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said) + (100 if bad is not None and bad.short else 0)))
                self.end_headers()
                self.wfile.write(said)
                self.close_connection = self.close_connection or (bad is not None and bad.short)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
