"""What is usual among cases of the same status of residence? Mean contribution and middle 90 % of every feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import rfc8785

from features.arrays import Floats
from models.manifest import PEERS, expect, hexes, read_canonical, read_floats
from models.scorer import Scorer

ALL = "all"
"""Group of every case; it serves statuses with fewer than `SMALLEST_GROUP` rows."""
SMALLEST_GROUP = 200
ROWS = 20_000
"""Rows that are read at most, evenly spread: enough for a mean and two percentiles of each status."""
_LOW, _HIGH = 0.05, 0.95
_COLUMNS = ("mean", "low", "high")


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Peers of a status.

    Attributes
    ----------
    mean
        float64[f]: mean contribution, in log-odds.
    low, high
        float64[f]: 5th percentile of the values that are present, and 95th of all, where a missing one counts as none; NaN
        where no peer has any.
    """

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Peers:
    """Peer groups by status of residence, and that of all cases."""

    groups: Mapping[str, PeerGroup]

    @classmethod
    def of(cls, scorer: Scorer, values: Floats, statuses: Sequence[str]) -> Peers:
        """Peers from representative cases, float64[n, f] with a status each; raises `ValueError` if there is none."""
        if not len(values):
            raise ValueError("peers need at least one case")
        kept = np.linspace(0, len(values) - 1, min(ROWS, len(values))).astype(np.int64)
        rows, of_row = np.ascontiguousarray(values[kept]), np.asarray(statuses, dtype=object)[kept]
        shap = scorer.contributions(rows)
        groups = {ALL: _group(rows, shap)}
        for status in sorted(set(of_row.tolist()) - {ALL}):
            here = of_row == status
            if int(here.sum()) >= SMALLEST_GROUP:
                groups[status] = _group(rows[here], shap[here])
        return cls(MappingProxyType(groups))

    def of_status(self, status: str) -> tuple[str, PeerGroup]:
        """Name and peers of a status, or of all cases where it has too few."""
        name = status if status in self.groups else ALL
        return name, self.groups[name]

    def as_bytes(self) -> bytes:
        """Canonical JSON, every number as ``float.hex()``."""
        return rfc8785.dumps(
            {
                "groups": {
                    name: {column: hexes(getattr(group, column).tolist()) for column in _COLUMNS}
                    for name, group in self.groups.items()
                }
            }
        )


def read_peers(content: bytes, n_features: int) -> Peers:
    """Read peers with ``n_features`` numbers in each column; raises `BundleRejected` for any other content."""
    given = read_canonical(content, PEERS, {"groups"})["groups"]
    expect(isinstance(given, dict) and ALL in given, "groups", f"groups by status, among them {ALL}", PEERS)
    return Peers(MappingProxyType({name: _read_group(group, n_features) for name, group in given.items()}))


def _read_group(given: object, n_features: int) -> PeerGroup:
    expect(isinstance(given, dict) and set(given) == set(_COLUMNS), "a group", ", ".join(_COLUMNS), PEERS)
    columns: list[Floats] = [
        np.array(read_floats(given[name], n_features, name, PEERS, missing=name != "mean"), dtype=np.float64)  # type: ignore[index]
        for name in _COLUMNS
    ]
    mean, low, high = columns
    both = np.isnan(low) == np.isnan(high)
    expect(bool((both & ~(low > high)).all()), "a group", "no 5th percentile above the 95th", PEERS)
    return PeerGroup(mean, low, high)


def _group(values: Floats, contributions: Floats) -> PeerGroup:
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for column in range(values.shape[1]):
        every = values[:, column]
        present = every[~np.isnan(every)]
        if len(present):
            # a percentile is a value that a peer has, never one between two; what few peers have at all is not usual
            low[column] = np.quantile(present, _LOW, method="inverted_cdf")
            high[column] = max(low[column], np.quantile(np.nan_to_num(every), _HIGH, method="inverted_cdf"))
    return PeerGroup(contributions.mean(axis=0), low, high)
