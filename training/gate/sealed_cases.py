"""How is a model compared with a later champion on its own evaluation cases, without revealing victims? A sealed file.

The file holds features of each case and its confirmed case group. It has no ids, but with the records anybody could compute
the same features and identify everybody: it is pseudonymous and as sensitive as the records. So it is encrypted to the key
that signs the model; MLflow stores it and cannot read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from features.arrays import Floats
from features.tables.times import DAY_US
from training.evaluation.capacity import within_capacity
from training.evaluation.comparison import recall_gain

SEALED = "evaluation.sealed"
NOT_COMPARED = {"positives": 0, "groups": 0, "cases": 0}
"""Gain over a champion that cannot be compared: no evidence, which no line takes for a pass."""
_COLUMNS = ["day", "week", "post", "case_group"]

Scores = Callable[[Floats], Floats]


class CannotBeOpened(Exception):
    """Raised when a sealed file was changed, or sealed to another key."""


def seal_cases(path: Path, frame: pd.DataFrame, values: Floats, key: Ed25519PrivateKey) -> None:
    """Write what a comparison of rankings needs of n cases, sealed to a key.

    That is day, week, a number for the post, the case group, and features, float64[n, f]. Rows are in an order that reveals
    nothing of arrival, posts numbered as they occur in it. The same cases give the same bytes.
    """
    order = np.random.default_rng(np.frombuffer(_derived(key, b"order", 32), dtype=np.uint32)).permutation(len(frame))
    rows = frame.iloc[order].reset_index(drop=True)
    rows = rows.assign(day=rows["as_of"] // DAY_US, post=pd.factorize(rows["post"])[0])[_COLUMNS]
    features = pd.DataFrame(values[order], columns=[f"value_{at}" for at in range(values.shape[1])])
    content = BytesIO()
    pd.concat([rows, features], axis=1).to_parquet(content, compression="zstd", index=False)
    path.write_bytes(_cipher(key).encrypt(content.getvalue(), [SEALED.encode()]))


def open_cases(path: Path, key: Ed25519PrivateKey) -> tuple[pd.DataFrame, Floats]:
    """Columns of sealed cases and their features, float64[n, f].

    Raises
    ------
    CannotBeOpened
        If the file was changed, or sealed to another key.
    """
    try:
        content = _cipher(key).decrypt(path.read_bytes(), [SEALED.encode()])
    except InvalidTag:
        raise CannotBeOpened(
            f"{path.name} was changed, or sealed to another key than the one that signs here"
        ) from None
    rows = pd.read_parquet(BytesIO(content))
    return rows[_COLUMNS], np.ascontiguousarray(rows.drop(columns=_COLUMNS).to_numpy(dtype=np.float64))


def gain_over_champion(
    path: Path, key: Ed25519PrivateKey, challenger: Scores, champion: Scores, *, learned_until_us: int, capacity: float,
    seed: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Recall gain of a challenger over the champion on the challenger's sealed evaluation cases.

    Cases up to the champion's last training day are left out, because it learned their labels. Ties go by day, within a day
    by the sealed order, for both alike.

    Raises
    ------
    CannotBeOpened
        If the file was changed, or sealed to another key.
    """
    frame, values = open_cases(path, key)
    later = (frame["day"] > learned_until_us // DAY_US).to_numpy()
    if not later.any():
        return dict(NOT_COMPARED)
    frame, values = frame[later].reset_index(drop=True), values[later]
    frame["as_of"] = frame["day"] * DAY_US
    first, second = (within_capacity(frame, scores(values), capacity) for scores in (challenger, champion))
    case_group = frame["case_group"].to_numpy(dtype=np.int64)
    return asdict(recall_gain((first, second), case_group, np.random.default_rng(seed))) | {"cases": len(frame)}


def _cipher(key: Ed25519PrivateKey) -> AESSIV:
    """Deterministic authenticated encryption (RFC 5297): the same training gives the same file."""
    return AESSIV(_derived(key, b"cipher", 64))


def _derived(key: Ed25519PrivateKey, purpose: bytes, length: int) -> bytes:
    """Secret bytes of a purpose (RFC 5869), from which the signing key cannot be derived."""
    return HKDF(SHA256(), length, salt=None, info=b"mimamori evaluation cases " + purpose).derive(
        key.private_bytes_raw()
    )
