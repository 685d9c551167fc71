"""OpenAPI of request bodies, derived from the nine tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from features.tables.definition import Column, Kind
from features.tables.schema import TABLES
from serving.web.request_bodies import JSON, LINES

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.CATEGORY: {"type": "string"},
    Kind.TIMESTAMP: {"type": "string", "format": "date-time"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
}


def _object(properties: dict[str, Any], required: list[str], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, **more}


_TEXT = {"type": "string"}
_PARTS = {"code": _TEXT, "message": _TEXT, "where": {"type": "array"}, "expected": _TEXT}
_ERROR = _object({"error": _object(_PARTS, list(_PARTS))}, ["error"])


def record_schema(table: str) -> dict[str, Any]:
    """Return the JSON schema of a record of a table."""
    columns = TABLES[table].columns
    required = [column.name for column in columns if not column.nullable and not column.optional]
    return _object({column.name: _column(column) for column in columns}, required, additionalProperties=False)


def with_body(schema: dict[str, Any], *, lines: bool = False) -> dict[str, Any]:
    """Return the OpenAPI addition of a route: the schema of its body and the shape of errors."""
    content = {LINES[0]: {"schema": _TEXT}} if lines else {JSON[0]: {"schema": schema}}
    return {
        "requestBody": {"required": True, "content": content},
        "responses": {"4XX": {"description": "Refused", "content": {JSON[0]: {"schema": _ERROR}}}},
    }


def access_request_schema(purposes: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of a request for a record."""
    names = dict.fromkeys(("decision_id", "table", "id"), _TEXT)
    properties = {**names, "purpose": {"type": "string", "enum": list(purposes)}, "urgent": {"type": "boolean"}}
    return _object(properties, [*names, "purpose"])


def access_answer_schema(answers: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of an answer to a request."""
    return _object({"answer": {"type": "string", "enum": list(answers)}}, ["answer"])


def own_view_schema(views: Sequence[str], reasons: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of an officer's own view."""
    properties = {"view": {"type": "string", "enum": list(views)}, "reason": {"type": "string", "enum": list(reasons)}}
    return _object(properties, list(properties))


def _column(column: Column) -> dict[str, Any]:
    schema = dict(_TYPES[column.kind])
    if column.allowed:
        schema["enum"] = [*column.allowed, *([None] if column.nullable else [])]
    if column.minimum is not None:
        schema["minimum"] = column.minimum
    if column.maximum is not None:
        schema["maximum"] = column.maximum
    if column.nullable:
        schema["type"] = [schema["type"], "null"]
    return schema


DECISION_SEARCH = _object(
    {
        **dict.fromkeys(
            ("name", "passport", "subject_id", "post", "model", "finding", "outcome", "officer", "before"), _TEXT
        ),
        "subject": {"type": "string", "enum": ["visa", "entry"]},
        "route": {"type": "string", "enum": ["interview_queue", "child_procedure", "no_score"]},
        **{name: {"type": "string", "format": "date"} for name in ("since", "until")},
        "limit": {"type": "integer", "minimum": 1, "maximum": 500},
    },
    [],
)
_SCHEMAS = {name: record_schema(name) for name in sorted(TABLES)}
CORRECTION = _object(
    {"table": {"type": "string", "enum": list(_SCHEMAS)}, "record": {"anyOf": list(_SCHEMAS.values())}},
    ["table", "record"],
)
WHAT_IF = _object(
    {
        "subject": {"type": "string", "enum": ["visa", "entry"]},
        "subject_id": _TEXT,
        "records": {
            "type": "object",
            "properties": {name: {"type": "array", "items": schema} for name, schema in _SCHEMAS.items()},
            "additionalProperties": False,
        },
    },
    ["subject", "subject_id", "records"],
)
