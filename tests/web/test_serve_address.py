"""A port that another program has is named at once."""

from __future__ import annotations

import socket

import pytest

from web.serve_command import AddressTakenError, require_free


def test_a_busy_port_is_refused_in_one_line_and_a_free_one_stays_free() -> None:
    """The check itself must not keep the port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressTakenError, match=f"127.0.0.1:{port}.*--port"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)
