"""Request bodies: read within limits and parsed as strict JSON (UTF-8, no duplicate keys, NaN, infinity or NUL)."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from serving.refusals import Refusal

BODY_LIMIT = 1 << 20
RECORDS_LIMIT = 64 << 20
READ_SECONDS = 30.0
DEPTH_LIMIT = 32
JSON = ("application/json",)
LINES = ("application/x-ndjson", "application/jsonl", *JSON)
FORM = ("application/x-www-form-urlencoded",)


def body_of(types: tuple[str, ...] = JSON, limit: int = BODY_LIMIT) -> Callable[[Request], Awaitable[bytes]]:
    """Return the dependency that reads a body, so that routes need not wait on the network."""

    async def body(request: Request) -> bytes:
        return await read_body(request, types, limit)

    return body


async def read_body(request: Request, types: tuple[str, ...], limit: int) -> bytes:
    """Return a request's body.

    Raises `Refusal` 415 for another content type, 413 above the limit, 408 after `READ_SECONDS`.
    """
    declared = request.headers.get("content-type")
    if declared is not None and not _is_of(declared, types):
        raise Refusal(415, "content_type", "the body is of another type", expected=f"Content-Type: {types[0]}")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise _too_large(limit)
    content = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        expected = f"all of it within {READ_SECONDS:.0f} s"
        raise Refusal(408, "slow", "the body took too long", expected=expected) from None
    return bytes(content)


def form_fields(body: Annotated[bytes, Depends(body_of(FORM))]) -> dict[str, str]:
    """Return the first value of each field of a form."""
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", errors="replace")).items()}


JsonBody = Annotated[bytes, Depends(body_of())]
LargeJsonBody = Annotated[bytes, Depends(body_of(limit=RECORDS_LIMIT))]
LinesBody = Annotated[bytes, Depends(body_of(LINES, RECORDS_LIMIT))]
FormFields = Annotated[dict[str, str], Depends(form_fields)]


def parse(content: bytes) -> object:
    """Return the JSON value of a body.

    Raises `Refusal` 400 for anything but plain JSON; the parser's message is dropped, as it may quote the body.
    """
    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
        _check_depth_and_text(value)
        return value
    except (ValueError, RecursionError):
        raise Refusal(
            400, "json", "the body is not plain JSON",
            expected="UTF-8 JSON without duplicate keys, NaN, infinities, NUL or lone surrogates, at most 32 deep",
        ) from None  # fmt: skip


def parse_object(content: bytes) -> dict[str, object]:
    """Return the JSON object of a body."""
    value = parse(content)
    if not isinstance(value, dict):
        raise Refusal(400, "json", "the body is not a JSON object", expected="an object in braces")
    return value


def _too_large(limit: int) -> Refusal:
    return Refusal(413, "too_large", "the body is too large", expected=f"at most {limit} bytes")


def _is_of(declared: str, types: tuple[str, ...]) -> bool:
    kind, _, parameters = declared.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return kind.strip().lower() in types and charset in {"", "charset=utf-8"}


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("duplicate key")
    return entries


def _no_constant(_: str) -> float:
    raise ValueError("not finite")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _check_depth_and_text(value: object, depth: int = 0) -> None:
    if depth > DEPTH_LIMIT:
        raise ValueError("too deep")
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for inner in value:
            _check_depth_and_text(inner, depth + 1)
    elif isinstance(value, str) and ("\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise ValueError("not text")
