"""The way to a witness over HTTP: one add-checkpoint request, one answer, within a size and a time limit.

Spec: docs/spec/witness.md, https://c2sp.org/tlog-witness. No redirect is followed, no proxy used. Where no clean answer
came, it is not known whether the witness cosigned; asking again is always safe.
"""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from threading import Timer
from urllib.parse import urlsplit

from evidence_service.errors import EvidenceError
from evidence_service.ports.witness import WitnessReply

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 64 * 1024


class WitnessUnreachableError(EvidenceError):
    """The witness did not answer, or not with HTTP; whether it cosigned is not known."""

    code = "witness-unreachable"


class HttpWitnessDoor:
    """`WitnessDoor` over HTTP and HTTPS."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout

    def add_checkpoint(self, url: str, body: bytes) -> WitnessReply:
        """Send an add-checkpoint request to a submission prefix."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise WitnessUnreachableError("its address is not a URL") from None
        if parts.scheme not in ("http", "https") or not host:
            raise WitnessUnreachableError("its address does not begin with http:// or https://")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        try:
            reply = self._post(
                kind(host, port, timeout=self._timeout), f"{parts.path.rstrip('/')}/add-checkpoint", body
            )
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise WitnessUnreachableError(f"it did not answer ({type(error).__name__})") from None
        if len(reply.body) > MAX_ANSWER:
            raise WitnessUnreachableError(f"its answer is larger than {MAX_ANSWER >> 10} KiB")
        return reply

    def _post(self, connection: http.client.HTTPConnection, target: str, body: bytes) -> WitnessReply:
        """One question over its own connection, which is cut when the time is over."""
        try:
            connection.connect()
            limit = Timer(self._timeout, _cut, [connection.sock])
            limit.daemon = True
            limit.start()
            try:
                connection.request("POST", target, body, {"Content-Type": "text/plain; charset=utf-8"})
                with connection.getresponse() as response:
                    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
                    said = response.read(MAX_ANSWER + 1)
                    if response.length and len(said) <= MAX_ANSWER:  # a bounded read tells nobody that it fell short
                        raise http.client.IncompleteRead(said)
                    return WitnessReply(response.status, kind, said)
            finally:
                limit.cancel()
        finally:
            connection.close()


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
