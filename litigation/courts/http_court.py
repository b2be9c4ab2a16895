"""The way to a court's instance over HTTP: packages, letters, moves, entries, within limits of size and time.

Spec: docs/spec/filing.md. No redirect is followed, no proxy used. Where no clean answer came, it is not known whether
the court acted; the same request may be sent again, and `standing` asks first.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from evidence_service.core.canonical import MAX_DEPTH, nesting_exceeds
from litigation.core.registered_court import RegisteredCourt
from litigation.delivery_ports import CourtEntries, CourtStanding
from litigation.errors import LitigationError

TIMEOUT_SECONDS = 30.0
SLOWEST = 64 * 1024
"""Bytes per second that an upload must keep up with, beyond the time for the answer."""
MAX_ANSWER = 8 * 1024 * 1024
LEAST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds within which a court that is busy is asked again, whatever it says."""
AT_ONCE = 500


class CourtUnreachableError(LitigationError):
    """The court did not answer, or not as a court does; whether it acted is not known. Run the command again."""

    code = "court-unreachable"
    retry_after: float | None = None
    """Seconds after which a court that is busy (429, 503) wants to be asked again; None where it is away."""


class CourtRefusedError(LitigationError):
    """The court refused the request; its reason is in the message."""

    code = "court-refused"


class CourtKeyRefusedError(CourtRefusedError):
    """The court does not know our key, or ended it; every other request would be refused as well."""

    code = "court-key-refused"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after: str = ""


def _cut(connected: socket.socket) -> None:
    """Shut a connection from another thread, also where its answer still drips."""
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


class HttpCourt:
    """`CourtGateway` of one registered court, over one connection that is kept: one of these per thread."""

    def __init__(self, court: RegisteredCourt, key: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.court = court
        self._key, self._timeout = key, timeout
        parts = urlsplit(court.url)
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._path = parts.hostname or "", parts.port, parts.path
        self._connection: http.client.HTTPConnection | None = None

    def describe(self) -> dict[str, Any]:
        """Who the intake says that it is."""
        return self._json(self._ask("GET", "/court"))

    def standing(self, filing_id: str) -> CourtStanding | None:
        """What the court has of a filing: state and notes; None where it has none."""
        answer = self._ask("GET", f"/filings/{filing_id}")
        if answer.status == 404:
            return None
        value = self._json(answer)
        return CourtStanding(str(value.get("state", "")), tuple(str(note) for note in value.get("entries", ())))

    def put_package(self, sha256: str, package: bytes) -> None:
        """Bring a package to the court; doing it again changes nothing."""
        self._json(self._ask("PUT", f"/packages/{sha256}", package, "application/zip"))

    def put_filing(self, filing_id: str, letter: bytes) -> str:
        """Hand in a letter; the court's receipt, the same for the same letter."""
        value = self._json(self._ask("PUT", f"/filings/{filing_id}", letter, "application/json"))
        return str(value.get("receipt", ""))

    def put_move(self, filing_id: str, sha256: str, body: bytes) -> None:
        """Tell the court something about a filing; doing it again changes nothing."""
        self._json(self._ask("PUT", f"/filings/{filing_id}/moves/{sha256}", body, "application/json"))

    def entries(self, after: int) -> CourtEntries:
        """Entries of our filings behind a place, as signed notes, and the place behind them."""
        value = self._json(self._ask("GET", f"/entries?after={after}&limit={AT_ONCE}"))
        try:
            found = tuple((str(one["filing_id"]), int(one["n"]), str(one["note"])) for one in value["entries"])
            return CourtEntries(found, int(value["after"]))
        except (KeyError, TypeError, ValueError):
            raise CourtUnreachableError(f"{self.court.name} answered something else than entries") from None

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> _Answer:
        headers: Mapping[str, str] = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        if body:
            headers = {**headers, "Content-Type": kind}
        try:
            kept = self._connection is not None
            try:
                return self._once(method, f"{self._path}{path}", body, headers)
            except (ConnectionError, http.client.BadStatusLine):
                if not kept:
                    raise
                # A kept connection that the court closed meanwhile; every request may be repeated.
                return self._once(method, f"{self._path}{path}", body, headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise CourtUnreachableError(
                f"{self.court.name} did not answer at {self.court.url} ({type(error).__name__}); nothing is lost, "
                "run the command again later"
            ) from None

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> _Answer:
        """One request on the connection that is kept; it is kept on only after a whole answer."""
        connection, self._connection = self._connection, None
        if connection is None:
            connection = self._kind(self._host, self._port, timeout=self._timeout)
        whole = False
        try:
            limit = Timer(self._timeout + len(body) / SLOWEST, _cut, [_connected(connection)])
            limit.daemon = True
            limit.start()
            try:
                with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent: it says why
                    connection.request(method, path, body or None, dict(headers))
                answer, whole = _answered(connection)
                return answer
            finally:
                limit.cancel()
        finally:
            if whole:
                self._connection = connection
            else:
                connection.close()

    def close(self) -> None:
        """Let go of the connection; the next request makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _json(self, answer: _Answer) -> dict[str, Any]:
        try:
            text = answer.body.decode() if len(answer.body) <= MAX_ANSWER else ""
            value = None if nesting_exceeds(text, MAX_DEPTH) else json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise CourtUnreachableError(f"{self.court.name} answered {answer.status} with something unreadable")
        if answer.status in (200, 201):
            return value
        detail = str(value.get("detail", ""))[:500]
        said = f"{self.court.name} answered {answer.status} {str(value.get('code', ''))[:60]}: {detail}"
        if answer.status >= 500 or answer.status in (408, 429):
            error = CourtUnreachableError(said + ". Run the command again later")
            error.retry_after = _seconds(answer.retry_after) if answer.status in (429, 503) else None
            raise error
        raise (CourtKeyRefusedError if answer.status in (401, 403) else CourtRefusedError)(said)


def _connected(connection: http.client.HTTPConnection) -> socket.socket:
    """The connection's socket; connected now, unless it was kept."""
    if connection.sock is None:
        connection.connect()
    found: socket.socket = connection.sock
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _answered(connection: http.client.HTTPConnection) -> tuple[_Answer, bool]:
    """What came back, and whether the connection may be used on."""
    with connection.getresponse() as response:
        said = response.read(MAX_ANSWER + 1)
        if response.length and len(said) <= MAX_ANSWER:  # a bounded read tells nobody that it fell short
            raise http.client.IncompleteRead(said)
        whole = len(said) <= MAX_ANSWER and not response.will_close
        return _Answer(response.status, said, response.getheader("Retry-After", "")), whole


def _seconds(text: str) -> float:
    """Retry-After in seconds; a date, or nothing, means the least."""
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else LEAST_PAUSE
