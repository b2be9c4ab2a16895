"""One question over HTTP within one limit of time: name, connection, TLS handshake, request and answer together.

Standard library alone: a stranger's verifier asks its node with it. No redirect is followed, no proxy is used, nothing
is asked twice. However slowly the other side drips, the connection is cut when the time is over: what came is no
answer.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread, Timer
from time import monotonic
from urllib.parse import urlsplit

LEAST = 0.001


@dataclass(frozen=True, slots=True)
class HttpPlace:
    """Whom to ask. Raises ValueError where the address is no http or https URL."""

    secure: bool
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, url: str) -> HttpPlace:
        """The place that a URL names."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address begins with http:// or https://")
        port = parts.port or (http.client.HTTPS_PORT if parts.scheme == "https" else http.client.HTTP_PORT)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme == "https", parts.hostname, port, target)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, media type without parameters in lower case, and body; at most one byte more than was allowed."""

    status: int
    media_type: str
    body: bytes


def post(place: HttpPlace, body: bytes, headers: Mapping[str, str], *, seconds: float, most: int) -> HttpAnswer:
    """Ask once. Raises OSError, http.client.HTTPException or ValueError where no whole answer came in time."""
    clock = _Clock(seconds)
    kind = http.client.HTTPSConnection if place.secure else http.client.HTTPConnection
    connection = kind(place.host, place.port, timeout=seconds)
    try:
        connection.sock = clock.connect(place)
        connection.request("POST", place.target, body, dict(headers))
        with connection.getresponse() as response:
            said = response.read(most + 1)
            if response.length and len(said) <= most:  # a bounded read tells nobody that it fell short
                raise http.client.IncompleteRead(said)
            media_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
            answer = HttpAnswer(response.status, media_type, said)
    except Exception:
        clock.check()  # the time says more than what a cut connection raises
        raise
    finally:
        clock.stop()
        connection.close()
    clock.check()
    return answer


class _Clock:
    """The limit of one question: counts down, and cuts the connection when nothing is left."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._over = Event()
        self._sock: socket.socket | None = None
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        """Seconds that are left; TimeoutError where none are."""
        self.check()
        return max(self._end - monotonic(), LEAST)

    def check(self) -> None:
        """Raise TimeoutError when the time is over."""
        if self._over.is_set():
            raise TimeoutError("no answer in time")

    def stop(self) -> None:
        """The question is answered, or given up."""
        self._timer.cancel()

    def connect(self, place: HttpPlace) -> socket.socket:
        """A connection to the first address that takes one, with TLS where the place asks for it."""
        problem: OSError = OSError("the name has no address")
        for family, kind, protocol, _name, address in self._addresses(place):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.left())
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._watched(self._with_tls(sock, place.host) if place.secure else sock)
            except OSError as error:
                sock.close()
                problem = error
        raise problem

    def _with_tls(self, sock: socket.socket, host: str) -> socket.socket:
        # The handshake is many reads, each with a time of its own: it is done under the watch, not while wrapping.
        context = ssl.create_default_context()
        wrapped = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        try:
            self._watched(wrapped)
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def _watched(self, sock: socket.socket) -> socket.socket:
        self._sock = sock
        self.check()  # the timer may have fired before it knew this one
        return sock

    def _addresses(self, place: HttpPlace) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple]]:  # type: ignore[type-arg]
        """The resolver knows no limit of time: it is asked beside us, and left alone when the time is over."""
        found: list[object] = []

        def resolve() -> None:
            try:
                found.append(socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                found.append(error)

        asking = Thread(target=resolve, daemon=True)
        asking.start()
        asking.join(self.left())
        if not found:
            raise TimeoutError("the name was not resolved in time")
        answer = found[0]
        if isinstance(answer, Exception):
            raise OSError("the name has no address") from answer
        return answer  # type: ignore[return-value]

    def _cut(self) -> None:
        self._over.set()
        sock = self._sock
        if sock is not None:
            with suppress(OSError):  # beside the reader: TLS is not asked, the transport ends
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
