"""Refusals of requests: the exception, and the one shape in which every error is answered."""

from __future__ import annotations

from collections.abc import Sequence

from features.tables.faults import Fault

_FAULTS_LISTED = 100


class Refusal(Exception):
    """Raised to answer a request with an error; no part of it may quote what was sent.

    Parameters
    ----------
    status
        HTTP status.
    code
        Short name of the rule, for programs.
    where
        Tables, columns or parameters that are wrong.
    expected
        What to send instead.
    """

    def __init__(
        self, status: int, code: str, message: str, *, where: Sequence[object] = (), expected: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.where, self.expected = list(where), expected

    def as_json(self) -> dict[str, object]:
        """Return the body of the error."""
        return {"error": {name: getattr(self, name) for name in ("code", "message", "where", "expected")}}


def faulty_records(faults: Sequence[Fault]) -> Refusal:
    """Return the refusal of records with faults; lists the first hundred."""
    where = [
        {
            "table": fault.table,
            "row": fault.row,
            "column": fault.column,
            "found": fault.actual,
            "expected": fault.expected,
        }
        for fault in faults[:_FAULTS_LISTED]
    ]
    expected = "records as in features/tables/schema/"
    return Refusal(422, "records", f"{len(faults)} fault(s) in the records", where=where, expected=expected)


def busy() -> Refusal:
    """Return the refusal of a request that may be sent again unchanged."""
    return Refusal(503, "busy", "the service is busy; nothing was stored", expected="the same request again, later")


def unexpected() -> Refusal:
    """Return the refusal after an unforeseen error."""
    return Refusal(
        500,
        "internal",
        "the service failed on this request; nothing was stored",
        expected="the same request again; if it fails again, tell the operator, whose log says where",
    )
