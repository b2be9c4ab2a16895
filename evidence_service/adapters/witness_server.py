"""The witness's HTTP server: `POST /add-checkpoint` and `GET /<origin hash>/checkpoint`, on the standard library alone.

Spec: docs/spec/witness.md, https://c2sp.org/tlog-witness. A request has a size limit and one time limit over all of it,
however slowly bytes drip in; so many connections at once and no more. No address of a caller is written down.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from threading import BoundedSemaphore, Timer
from typing import Any

from evidence_service.core.witness_request import MAX_REQUEST
from evidence_service.errors import EvidenceError, StoreError
from evidence_service.ports.witness import WitnessReply
from evidence_service.workflow.add_checkpoint import TEXT_TYPE, Witness, add_checkpoint, latest_checkpoint

REQUEST_SECONDS = 30.0
CONNECTIONS = 64
ADD = "/add-checkpoint"


class AddressInUseError(EvidenceError):
    """The witness cannot listen on its address: another program has the port, or the host is not this machine."""

    code = "witness-address"


class WitnessServer(ThreadingMixIn, HTTPServer):
    """One witness behind one address."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        witness: Witness,
        host: str,
        port: int,
        *,
        say: Callable[[str], None],
        seconds: float = REQUEST_SECONDS,
        connections: int = CONNECTIONS,
    ) -> None:
        self.witness, self.say, self.seconds = witness, say, seconds
        self._places = BoundedSemaphore(connections)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise AddressInUseError(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another --port"
            ) from None

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; where all places are taken, the connection is closed unanswered."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread to be had
            self._places.release()
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no event; nothing about it is written down."""


class _Handler(BaseHTTPRequestHandler):
    """One connection. `server` is the WitnessServer."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "proofdocket-witness"
    sys_version = ""

    def handle_one_request(self) -> None:
        """One request, cut off when its time is over; waiting for the next one on a kept connection counts too."""
        limit = Timer(self.server.seconds, _cut, [self.connection])
        limit.daemon = True
        limit.start()
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        finally:
            limit.cancel()

    def do_POST(self) -> None:
        """The add-checkpoint call."""
        length = self.headers.get("Content-Length", "")
        if self.path != ADD:
            self._say(HTTPStatus.NOT_FOUND, "there is only /add-checkpoint", close=True)
        elif not (length.isascii() and length.isdigit() and len(length) < 10):
            self._say(HTTPStatus.LENGTH_REQUIRED, "a request says its length", close=True)
        elif int(length) > MAX_REQUEST:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MAX_REQUEST} bytes", close=True)
        else:
            raw = self.rfile.read(int(length))
            if len(raw) == int(length):
                self._answer(lambda: add_checkpoint(self.server.witness, raw))
            else:
                self.close_connection = True

    def do_GET(self) -> None:
        """The newest checkpoint that was cosigned for a log."""
        first, _, rest = self.path[1:].partition("/")
        if rest != "checkpoint" or len(first) != 64:
            self._say(HTTPStatus.NOT_FOUND, "there is only /<origin hash>/checkpoint")
        else:
            self._answer(lambda: latest_checkpoint(self.server.witness, first))

    def log_message(self, format: str, *args: Any) -> None:
        """No access log: who asks stays out of files."""

    def _answer(self, work: Callable[[], WitnessReply]) -> None:
        try:
            reply = work()
        except StoreError as error:  # nothing was cosigned: the log asks again
            self.server.say(f"Error: {error}")
            reply = WitnessReply(HTTPStatus.SERVICE_UNAVAILABLE, TEXT_TYPE, b"the witness cannot write its state\n")
        self._send(reply)

    def _say(self, status: HTTPStatus, text: str, *, close: bool = False) -> None:
        self.close_connection = close or self.close_connection
        self._send(WitnessReply(status, TEXT_TYPE, f"{text}\n".encode()))

    def _send(self, reply: WitnessReply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
