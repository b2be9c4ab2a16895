"""Runs the web application and the API beside it, in gunicorn; see evidence_service/http_server.py."""

from __future__ import annotations

from evidence_service.http_server import Server, serve

__all__ = ["Server", "serve"]
