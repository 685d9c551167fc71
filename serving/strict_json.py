"""Is this body exactly one JSON value? UTF-8, no duplicate keys, no NaN or infinity, no NUL, not too large or deep."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable

from fastapi import Request

from serving.errors import Refused

BODY_LIMIT = 1 << 20
RECORDS_LIMIT = 64 << 20
READ_SECONDS = 30.0
DEPTH_LIMIT = 32
JSON = ("application/json",)
LINES = ("application/x-ndjson", "application/jsonl", *JSON)
FORM = ("application/x-www-form-urlencoded",)


def body_of(types: tuple[str, ...] = JSON, limit: int = BODY_LIMIT) -> Callable[[Request], Awaitable[bytes]]:
    """Return what a route depends on for its body, so that the route itself need not wait on the network."""

    async def body(request: Request) -> bytes:
        return await read_body(request, types, limit)

    return body


async def read_body(request: Request, types: tuple[str, ...], limit: int) -> bytes:
    """Read a body within its limit and time.

    Raises
    ------
    Refused
        415 if it says to be of another type, 413 if it is too large, 408 if it takes too long.
    """
    declared = request.headers.get("content-type")
    if declared is not None and not _is_of(declared, types):
        raise Refused(415, "content_type", "the body is of another type", expected=f"Content-Type: {types[0]}")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise Refused(413, "too_large", "the body is too large", expected=f"at most {limit} bytes")
    content = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > limit:
                    raise Refused(413, "too_large", "the body is too large", expected=f"at most {limit} bytes")
    except TimeoutError:
        raise Refused(
            408, "slow", "the body took too long", expected=f"all of it within {READ_SECONDS:.0f} s"
        ) from None
    return bytes(content)


def _is_of(declared: str, types: tuple[str, ...]) -> bool:
    kind, _, parameters = declared.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return kind.strip().lower() in types and charset in {"", "charset=utf-8"}


def parse(content: bytes) -> object:
    """Parse a body strictly.

    Raises
    ------
    Refused
        400 if it is anything but plain JSON.
    """
    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
        _shallow(value)
        return value
    except (ValueError, RecursionError):
        # the parser's own words may quote the body
        raise Refused(
            400, "json", "the body is not plain JSON",
            expected="UTF-8 JSON without duplicate keys, NaN, infinities, NUL or lone surrogates, at most 32 deep",
        ) from None  # fmt: skip


def parse_object(content: bytes) -> dict[str, object]:
    """Parse a body that must be a JSON object."""
    value = parse(content)
    if not isinstance(value, dict):
        raise Refused(400, "json", "the body is not a JSON object", expected="an object in braces")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _no_constant(_: str) -> float:
    raise ValueError("not finite")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _shallow(value: object, depth: int = 0) -> None:
    if depth > DEPTH_LIMIT:
        raise ValueError("too deep")
    if isinstance(value, dict):
        for key, inner in value.items():
            _shallow(key, depth + 1)
            _shallow(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _shallow(inner, depth + 1)
    elif isinstance(value, str) and ("\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise ValueError("not text")
