"""A provider of seals as a process of its own: keeps the key, gets digests over HTTP, misbehaves as a test asks.

Run as `python -m tests.simulators.seal_provider FOLDER` with seal.key and seal.pem in the folder; prints its port.
Modes: good, away (cut before anything is done), lost (sealed, and the answer to PUT is lost), slow (answers 202 until
the mode is changed), other (signs another digest), refusing. `GET /counts` says how many signatures were made.
"""

from __future__ import annotations

import asyncio
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from litigation.adapters.seal_keys import read_key


class Provider:
    """The key, the mode, and every signature by the digest that it is over."""

    def __init__(self, folder: Path) -> None:
        key = read_key(folder, None)
        certificate = x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
        private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore.from_certs([certificate])  # type: ignore[no-untyped-call]
        self._signer = signers.SimpleSigner(certificate, keys.PrivateKeyInfo.load(private), store)
        self.made: dict[str, bytes] = {}
        self.mode = "good"

    def sign(self, request: str) -> None:
        """Sign once; the same request again is the same signature."""
        if request not in self.made:
            digest = bytes(32) if self.mode == "other" else bytes.fromhex(request)
            signed = asyncio.run(self._signer.async_sign(digest, "sha256", use_pades=True))
            self.made[request] = signed.dump()


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    """What answers for a provider."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if provider.mode == "away":
                self.close_connection = True
                return
            if provider.mode == "refusing":
                self._answer(403, b"")
                return
            provider.sign(said["digest"])
            if provider.mode == "lost":
                self.close_connection = True
                return
            self._answer(202, b"")

        def do_GET(self) -> None:
            if self.path == "/counts":
                self._answer(200, str(len(provider.made)).encode())
                return
            container = provider.made.get(self.path.rpartition("/")[2])
            if container is None:
                self._answer(404, b"")
            elif provider.mode == "slow":
                self._answer(202, b"")
            else:
                self._answer(200, container)

        def do_POST(self) -> None:
            provider.mode = self.path.rpartition("/")[2]
            self._answer(200, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Provider(Path(sys.argv[1]))))
    print(server.server_port, flush=True)
    server.serve_forever()
