"""Runs a WSGI application: gunicorn with threads, on this machine's loopback address unless told otherwise.

The application is made inside the worker, after the fork: a database engine must not cross it. No access log is
written: addresses and names of people stay out of files. A sender that drips its request is cut off: each request has
a time to arrive that grows with its size, so that a handful of slow senders cannot hold every thread.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from evidence_service.errors import ProofDocketError

THREADS = 8
TIMEOUT = 120
GRACE = 15.0
"""Seconds that every request may take to arrive, and a reader to take a piece of its answer."""
PIECE = 64 * 1024
SLOWEST = 32 * 1024
"""Bytes per second that a body must keep up with beyond that."""


class AddressTakenError(ProofDocketError):
    """The address cannot be listened on: another program has the port, or the host is not this machine."""

    code = "address-taken"


class HurriedSocket:
    """A client's socket whose bytes must arrive in time; otherwise it looks as if the sender had gone."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self.restart()

    def restart(self) -> None:
        """A new request begins."""
        self._started, self._received = time.monotonic(), 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """What has arrived, up to `size` bytes."""
        left = self._started + GRACE + self._received / SLOWEST - time.monotonic()
        self._inner.settimeout(max(left, 0.001))
        try:
            got = self._inner.recv(size, flags)
        except TimeoutError:
            # As if the sender had gone: gunicorn closes without a word, an application answers 408.
            raise ConnectionResetError(errno.ECONNRESET, "the request arrives too slowly") from None
        finally:
            self._inner.settimeout(GRACE)  # for what is sent back
        self._received += len(got)
        return got

    def sendall(self, data: bytes, flags: int = 0) -> None:
        """Send everything; each piece must be taken in time."""
        view = memoryview(data)
        while view:
            view = view[self._inner.send(view[:PIECE], flags) :]

    def setblocking(self, flag: bool) -> None:
        """Blocking here always means: with a time limit."""
        self._inner.settimeout(GRACE if flag else 0.0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class HurriedWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, which reads every request through a `HurriedSocket`."""

    def handle(self, conn: Any) -> Any:
        """Handle one request of a connection."""
        if not isinstance(conn.sock, HurriedSocket):
            conn.sock = HurriedSocket(conn.sock)
        conn.sock.restart()
        return super().handle(conn)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code."""

    def __init__(self, make_app: Callable[[], Any], options: dict[str, Any]) -> None:
        self._make_app, self._options = make_app, options
        super().__init__()

    def load_config(self) -> None:
        """Put our options in; gunicorn reads no file and no command line."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application, once per worker."""
        return self._make_app()


def serve(make_app: Callable[[], Any], host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve until told to stop (SIGINT or SIGTERM)."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    Server(
        make_app,
        {
            "bind": bind,
            "workers": workers,
            "worker_class": f"{__name__}.HurriedWorker",
            "threads": THREADS,
            "timeout": TIMEOUT,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "proofdocket",
        },
    ).run()


def require_free(host: str, port: int) -> None:
    """Say at once that a port is busy, instead of trying for seconds."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)
        raise AddressTakenError(f"cannot listen on {host}:{port} ({reason}); choose another --port") from None
