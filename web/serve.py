"""Runs the web application: gunicorn with threads, on this machine's loopback address unless told otherwise.

The application is made inside the worker, after the fork: a database engine must not cross it. No access log is
written: addresses and names of people stay out of files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

THREADS = 8
TIMEOUT = 120


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app, self._options = make_app, options
        super().__init__()

    def load_config(self) -> None:
        """Put our options in; gunicorn reads no file and no command line."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, once per worker."""
        return self._make_app()


def serve(make_app: Callable[[], Flask], host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve until told to stop (SIGINT or SIGTERM)."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    Server(
        make_app,
        {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": TIMEOUT,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "proofdocket",
        },
    ).run()
