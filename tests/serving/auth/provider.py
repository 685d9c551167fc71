"""A strict OpenID provider for tests, in a process of its own; on request it answers with a faulty token.

It requires PKCE (S256), gives a code for one use, and signs with RS256.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

KEY, OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})
CODES: dict[str, dict[str, str]] = {}


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def token_of(given: dict[str, str], issuer: str) -> str:
    now, fault = int(time.time()), given["fault"]
    claims: dict[str, Any] = {
        "iss": issuer, "sub": given["sub"], "aud": given["client_id"], "iat": now, "exp": now + 300,
        "nonce": given["nonce"],
    }  # fmt: skip
    claims |= {
        "wrong nonce": {"nonce": "x"}, "expired": {"exp": now - 60}, "other audience": {"aud": "other"},
        "other issuer": {"iss": "https://other.example"}, "several audiences": {"aud": [given["client_id"], "other"]},
        "other party": {"azp": "other"}, "issued in the future": {"iat": now + 600},
    }.get(fault, {})  # fmt: skip
    for name in {"no nonce": ["nonce"], "no end": ["exp"], "no subject": ["sub"]}.get(fault, []):
        del claims[name]
    if fault == "unsigned":
        return f"{part({'alg': 'none'})}.{part(claims)}."
    if fault == "shared secret":
        # the public key as the secret of an HMAC
        return jwt.encode({"alg": "HS256", "kid": "1"}, claims, OctKey.import_key(KEY.as_pem(private=False)), ["HS256"])
    token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, OTHER_KEY if fault == "other key" else KEY, ["RS256"])
    if fault == "altered":
        head, _, signature = token.split(".")
        return f"{head}.{part(claims | {'sub': 'subject of the auditor'})}.{signature}"
    return token


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        path = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(path.query).items()}
        if path.path == "/authorize":
            if given.get("code_challenge_method") != "S256" or not given.get("code_challenge"):
                self.answer(400, {"error": "invalid_request"})
                return
            code = secrets.token_urlsafe()
            CODES[code] = {"fault": "", **given}
            self.send_response(302)
            self.send_header(
                "Location", f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"
            )
            self.end_headers()
        elif path.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", f"{address}{path.path.removeprefix('/moved')}")
            self.end_headers()
        elif path.path == "/jwks":
            self.answer(200, {"keys": [KEY.as_dict(private=False)]})
        else:
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
            self.answer(200, {"issuer": address, **{name: f"{address}/{path}" for name, path in names.items()}})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        begun = CODES.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if begun is None or challenge.rstrip(b"=").decode() != begun["code_challenge"]:
            self.answer(400, {"error": "invalid_grant"})
            return
        issuer = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        self.answer(200, {"access_token": "x", "token_type": "Bearer", "id_token": token_of(begun, issuer)})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
