"""How can a model meet a later champion on the cases it was judged on, while nobody reads there who was a victim? A sealed file.

The file holds features of each case beside whether somebody was confirmed as exploited. It has no ids, but whoever holds
the records can compute the same features and so name everybody: it is pseudonymous and as worthy of protection as the
records themselves. So it is encrypted to the key that signs the model, which never leaves the place where models are
trained and let in; MLflow keeps it, and cannot read it.
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
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from models.signing import Ed25519Key
from training.data.judgement import interviewed
from training.data.labels import DAY_US
from training.evaluation.comparison import recall_gain

SEALED = "judged.sealed"
NOT_COMPARED = {"positives": 0, "rings": 0, "cases": 0}
"""What is known of a gain over a champion where nothing could be compared: no evidence, which no line takes for a pass."""
_KEPT = ("day", "week", "post", "together")

Floats = NDArray[np.float64]
Scores = Callable[[Floats], Floats]


class CannotBeOpened(Exception):
    """Raised when a sealed file was changed, or sealed to another key."""


def seal_part(path: Path, frame: pd.DataFrame, values: Floats, key: Ed25519Key) -> None:
    """Write what a comparison of rankings needs of n judged cases, and nothing more, sealed to a key.

    That is the day, the week, a number for the post, and who was confirmed together, beside the features. Rows are in an
    order that tells nothing of arrival, and posts numbered as they come up in it. The same cases give the same bytes.

    Parameters
    ----------
    frame
        Evaluation frame with ``together`` of `training.data.kinship.found_together`.
    values
        float64[n, f].
    """
    order = np.random.default_rng(np.frombuffer(_derived(key, b"order", 32), dtype=np.uint32)).permutation(len(frame))
    kept = frame.iloc[order].reset_index(drop=True)
    kept = kept.assign(day=kept["as_of"] // DAY_US, post=pd.factorize(kept["post"])[0])[list(_KEPT)]
    features = pd.DataFrame(values[order], columns=[f"value_{at}" for at in range(values.shape[1])])
    held = BytesIO()
    pd.concat([kept, features], axis=1).to_parquet(held, compression="zstd", index=False)
    path.write_bytes(_cipher(key).encrypt(held.getvalue(), [SEALED.encode()]))


def open_part(path: Path, key: Ed25519Key) -> tuple[pd.DataFrame, Floats]:
    """Return the columns of judged cases and their features, float64[n, f].

    Raises
    ------
    CannotBeOpened
        If the file was changed, or sealed to another key.
    """
    try:
        held = _cipher(key).decrypt(path.read_bytes(), [SEALED.encode()])
    except InvalidTag:
        raise CannotBeOpened(
            f"{path.name} was changed, or sealed to another key than the one that signs here"
        ) from None
    rows = pd.read_parquet(BytesIO(held))
    return rows[list(_KEPT)], np.ascontiguousarray(rows.drop(columns=list(_KEPT)).to_numpy(dtype=np.float64))


def against_champion(
    path: Path, key: Ed25519Key, challenger: Scores, champion: Scores, *, trained_until_us: int, capacity: float,
    seed: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Compare a challenger with the champion on the challenger's judging part, sealed in a file.

    Cases of the days on which the champion learned are left out, for on these it knows the answers. Who came first wins
    a tie by days; within a day the sealed order decides, for both alike.

    Parameters
    ----------
    challenger, champion
        Functions from float64[n, f] to scores, float64[n].

    Raises
    ------
    CannotBeOpened
        If the file was changed, or sealed to another key.
    """
    frame, values = open_part(path, key)
    later = (frame["day"] > trained_until_us // DAY_US).to_numpy()
    if not later.any():
        return dict(NOT_COMPARED)
    frame, values = frame[later].reset_index(drop=True), values[later]
    frame["as_of"] = frame["day"] * DAY_US
    chosen = [interviewed(frame, scores(values), capacity) for scores in (challenger, champion)]
    together = frame["together"].to_numpy(dtype=np.int64)
    gain = recall_gain((chosen[0], chosen[1]), together, np.random.default_rng(seed))
    return asdict(gain) | {"cases": len(frame)}


def _cipher(key: Ed25519Key) -> AESSIV:
    """Return deterministic authenticated encryption (RFC 5297): the same training gives the same files again."""
    return AESSIV(_derived(key, b"cipher", 64))


def _derived(key: Ed25519Key, purpose: bytes, length: int) -> bytes:
    """Return secret bytes of a purpose (RFC 5869), from which nothing leads back to the signing key."""
    return HKDF(SHA256(), length, salt=None, info=b"mimamori judging part " + purpose).derive(key.private_bytes_raw())
