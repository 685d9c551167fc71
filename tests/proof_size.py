"""How large is a proof? The size that was promised with ``make proofs``, a short form of the same code in ``make test``."""

from __future__ import annotations

import os

FULL = os.environ.get("MIMAMORI_PROOFS") == "full"


def cases(promised: int, short: int) -> int:
    """Return how many cases are tried."""
    return promised if FULL else short
