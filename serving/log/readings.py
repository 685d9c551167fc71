"""Reading log: who reads about whom is written down before it is sent.

What cannot be written down is not sent: the error that the database raises takes the place of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from serving.auth.permissions import Caller
from serving.refusals import Refusal
from serving.store.readings import Reading, insert_readings

PURPOSE_HEADER = "Mimamori-Purpose"
LONGEST_PURPOSE = 200


def log_readings(request: Request, caller: Caller, readings: Sequence[Reading], purpose: str | None = None) -> None:
    """Commit what is about to be shown to a caller, with the purpose that is given or that the request names.

    Raises `Refusal` 400 for a purpose that cannot be kept; the database's error if nothing can be written.
    """
    header = request.headers.get(PURPOSE_HEADER)
    if header is not None and not (len(header) <= LONGEST_PURPOSE and header.isascii() and header.isprintable()):
        expected = f"up to {LONGEST_PURPOSE} printable ASCII characters in {PURPOSE_HEADER}"
        raise Refusal(400, "purpose", "the purpose cannot be kept", expected=expected)
    if readings:
        with request.app.state.service.engine.begin() as connection:
            insert_readings(connection, caller.account_id, readings, header if purpose is None else purpose)
