"""A small identity provider on loopback: discovery, keys, authorization code with PKCE, ID tokens signed with RS256.

It checks what a provider checks (client secret, redirect address, code used once, verifier of the challenge), and can
be told to lie in one way at a time.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Thread
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "proofdocket", "a client secret of the tests"
BACK = "http://localhost/sign-in/provider/back"


@dataclass
class Provider:
    """What it says of the person who signs in; `lie` changes the ID token."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    lie: dict[str, Any] = field(default_factory=dict)
    another_key: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.claims | self.lie
        key = RSAKey.generate_key(2048, parameters={"kid": "one"}) if self.another_key else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    def app(self) -> Flask:
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Response:
            return jsonify(
                issuer=self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
                jwks_uri=f"{self.issuer}/keys",
                id_token_signing_alg_values_supported=["RS256"],
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(keys=[self.key.as_dict(private=False)])

        @app.get("/authorize")
        def authorize() -> Any:
            asked = request.args.to_dict()
            self.asked.append(asked)
            assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, BACK)
            assert asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(8)
            self.codes[code] = asked
            return redirect(f"{BACK}?code={code}&state={asked['state']}")

        @app.post("/token")
        def token() -> Any:
            asked = self.codes.pop(request.form["code"], None)
            known = request.authorization is not None and request.authorization.password == SECRET
            if asked is None or not known:
                return jsonify(error="invalid_grant"), 400
            made = base64.urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=")
            if made.decode() != asked["code_challenge"]:
                return jsonify(error="invalid_grant"), 400
            return jsonify(access_token="x", token_type="Bearer", expires_in=300, id_token=self.token(asked))

        return app


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider on a free port."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
