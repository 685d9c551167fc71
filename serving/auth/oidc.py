"""OpenID Connect: authorization code with PKCE, and an ID token that is verified here.

Nothing of a token is trusted before its signature, issuer, audience, nonce and times are verified against the keys that
the configured issuer publishes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from features.settings import OidcSettings

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures by a private key; no ``none``, and no shared secret that a public key could be taken for."""
SECONDS = 5.0
LEEWAY_SECONDS = 30
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SignInRejected(Exception):
    """Raised where the provider's answer cannot be used; the message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Start:
    """A begun sign-in: where the browser goes, and the secrets that its answer is compared with."""

    address: str
    state: str
    nonce: str
    verifier: str


def begin(settings: OidcSettings) -> Start:
    """Return a begun sign-in with secrets of its own."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    with _session(settings) as session:
        address, _ = session.create_authorization_url(
            _metadata(settings)["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
        )
    return Start(address, state, nonce, verifier)


def finish(settings: OidcSettings, code: str, nonce: str, verifier: str) -> str:
    """Exchange a code for an ID token, verify it, and return its subject.

    Raises `SignInRejected` for a refused code, or a token that is unsigned, expired, of another issuer, client or sign-in.
    """
    metadata = _metadata(settings)
    try:
        with _session(settings) as session:
            token = session.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=verifier, timeout=SECONDS, allow_redirects=False
            )
        return verified_subject(settings, str(token["id_token"]), _json(metadata["jwks_uri"]), nonce)
    except SignInRejected:
        raise
    except Exception as error:  # the provider's words and the token stay out of logs
        raise SignInRejected(f"the provider's answer cannot be used ({type(error).__name__})") from None


def verified_subject(settings: OidcSettings, id_token: str, keys: dict[str, Any], nonce: str) -> str:
    """Return the subject of an ID token; raises an error of joserfc, or `SignInRejected`, for any other token."""
    token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
    required = {
        "iss": settings.issuer,
        "aud": settings.client_id,
        "nonce": nonce,
        "exp": None,
        "iat": None,
        "sub": None,
    }
    options = {
        name: ClaimsOption(essential=True) if value is None else ClaimsOption(essential=True, value=value)
        for name, value in required.items()
    }
    JWTClaimsRegistry(None, LEEWAY_SECONDS, **options).validate(token.claims)
    audience = token.claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if token.claims.get("azp", None if several else settings.client_id) != settings.client_id:
        raise SignInRejected("the token was issued to another client")
    return str(token.claims["sub"])


def _session(settings: OidcSettings) -> OAuth2Session:
    return OAuth2Session(
        settings.client_id, settings.client_secret, scope="openid", redirect_uri=settings.redirect_uri,
        code_challenge_method="S256",
    )  # fmt: skip


def _metadata(settings: OidcSettings) -> dict[str, Any]:
    """Return what the issuer publishes about itself; raises `SignInRejected` for another issuer or an unsafe address."""
    metadata = _json(f"{settings.issuer}/.well-known/openid-configuration")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if metadata.get("issuer") != settings.issuer or not all(is_safe(str(metadata.get(name))) for name in names):
        raise SignInRejected("the provider publishes another issuer or an address that is not https")
    return metadata


def is_safe(address: str) -> bool:
    """Return whether an address is https, or on this very machine.

    >>> is_safe("https://id.example"), is_safe("http://id.example"), is_safe("http://127.0.0.1:9000/x")
    (True, False, True)
    """
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _json(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        content = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise SignInRejected(f"the provider does not answer ({type(error).__name__})") from None
    if not isinstance(content, dict):
        raise SignInRejected("the provider's answer is no object")
    return content
