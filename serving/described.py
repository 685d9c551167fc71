"""What does `/openapi.json` say of the bodies that may be sent? Derived from the nine tables, never written twice."""

from __future__ import annotations

from typing import Any

from features.tables.description import Column, Kind
from features.tables.nine_tables import TABLES
from serving.strict_json import JSON, LINES

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.CATEGORY: {"type": "string"},
    Kind.TIMESTAMP: {"type": "string", "format": "date-time"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "where": {"type": "array"},
                "expected": {"type": "string"},
            },
            "required": ["code", "message", "where", "expected"],
        }
    },
    "required": ["error"],
}


def record(table: str) -> dict[str, Any]:
    """Return the JSON schema of one record of a table."""
    columns = TABLES[table].columns
    return {
        "type": "object",
        "properties": {column.name: _column(column) for column in columns},
        "required": [column.name for column in columns if not column.nullable and not column.optional],
        "additionalProperties": False,
    }


def body(schema: dict[str, Any], *, lines: bool = False) -> dict[str, Any]:
    """Return what a route adds to its description: the schema of its body, and the shape of every error."""
    kind = LINES[0] if lines else JSON[0]
    return {
        "requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"} if lines else schema}}},
        "responses": {"4XX": {"description": "Refused", "content": {JSON[0]: {"schema": _ERROR}}}},
    }


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


CORRECTION = {
    "type": "object",
    "properties": {
        "table": {"type": "string", "enum": sorted(TABLES)},
        "record": {"anyOf": [record(name) for name in sorted(TABLES)]},
    },
    "required": ["table", "record"],
}
WHAT_IF = {
    "type": "object",
    "properties": {
        "subject": {"type": "string", "enum": ["visa", "entry"]},
        "subject_id": {"type": "string"},
        "records": {
            "type": "object",
            "properties": {name: {"type": "array", "items": record(name)} for name in sorted(TABLES)},
            "additionalProperties": False,
        },
    },
    "required": ["subject", "subject_id", "records"],
}
