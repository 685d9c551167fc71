"""Are there short-cuts to the truth? Small models that read only what should say nothing, and what they find.

Each probe is evaluated by its AUC over four folds between which no ring is divided. Which fields a file has at all, and so
which are empty, follows from its status and its route; the AUC within files of the same status and route leaves that out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from features.arrays import Bools, Floats, Ints
from synthetic_data.quality.world_frames import Frame, WorldFrames

HONEST_PER_EXPLOITED = 20
LIMIT, GROUPS_LIMIT, FLAT_LIMIT = 0.55, 0.65, 0.53
_TEXTS = ("passport_number", "family_name", "given_names", "applicant_phone", "applicant_email", "home_address", "stay_address",
          "stay_phone", "guarantor_name", "guarantor_phone", "guarantor_address", "inviter_name", "inviter_phone",
          "introducer_name", "introducer_phone", "statement_fingerprint")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """Result of a probe: AUC over all files, within status and route, the first's half width, and its upper limit."""

    name: str
    auc: float
    within: float
    error: float
    limit: float | None

    @property
    def holds(self) -> bool:
        """Whether the probe stays within its limit."""
        return self.limit is None or self.auc <= self.limit


def area(score: Floats, exploited: Bools) -> float:
    """Return the area under the curve (Mann and Whitney 1947)."""
    n = int(exploited.sum())
    return float((rankdata(score)[exploited].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))


def area_within(score: Floats, exploited: Bools, strata: Ints) -> float:
    """Return the mean area within strata, each counting by its exploited files."""
    total = weighted = 0.0
    for stratum in np.unique(strata[exploited]).tolist():
        rows = strata == stratum
        n = int(exploited[rows].sum())
        if rows.sum() - n >= 10:
            weighted += n * area(score[rows], exploited[rows])
            total += n
    return weighted / total if total else 0.5


def short_cuts(world: WorldFrames, *, flat: bool, enriched: bool = True) -> list[Probe]:
    """Return every probe on applications; the truth must be in the world.

    Parameters
    ----------
    flat
        Whether nationality, sex and post are drawn without regard to route.
    enriched
        Whether typologies are widened. In life most identified people came by two routes, and the groups that travel by them
        say so: there is no limit then.
    """
    rows = _sampled(world.filed)
    exploited = rows["exploited"].to_numpy(dtype=bool)
    if exploited.sum() < 12:
        return []
    status = pd.factorize(rows["status_of_residence"])[0]
    strata = _numbered(rows, ["status_of_residence", *_ROUTE])
    probes: list[Probe] = []
    for name, read in _READ.items():
        probes.append(_probe(name, _out_of_fold(read(rows), rows, exploited), exploited, strata, limit=LIMIT))
    groups = _out_of_fold(_codes(rows, ["nationality", "sex", "post"]), rows, exploited)
    limit = FLAT_LIMIT if flat else GROUPS_LIMIT if enriched else None
    probes.append(_probe("nationality, sex and post", groups, exploited, strata, limit=limit))
    alone = _out_of_fold(status[:, None].astype(np.float64), rows, exploited)
    probes.append(_probe("status alone", alone, exploited, strata, limit=None))
    both = _out_of_fold(_codes(rows, ["status_of_residence", "nationality", "sex", "post"]), rows, exploited)
    probes.append(_probe("status, nationality, sex and post", both, exploited, strata, limit=None))
    return probes


_ROUTE = ("has_guarantor", "has_host", "has_agency", "has_child", "has_father")
_SMALL = {"max_iter": 40, "learning_rate": 0.08, "max_leaf_nodes": 8, "min_samples_leaf": 40, "random_state": 0,
          "early_stopping": False}  # fmt: skip


def _sampled(filed: Frame) -> Frame:
    """Return all exploited files and a sample of the others, with their route and their place in the file."""
    truth = filed["exploited"].to_numpy(dtype=bool)
    rng = np.random.default_rng(0)
    honest = np.flatnonzero(~truth)
    wanted = min(len(honest), max(int(truth.sum()) * HONEST_PER_EXPLOITED, 2000))
    kept = np.sort(np.concatenate([np.flatnonzero(truth), rng.choice(honest, wanted, replace=False)]))
    rows = filed.iloc[kept].copy()
    rows["place"] = kept
    rows["has_guarantor"] = rows["guarantor_relationship"].notna() | rows["guarantor_name"].notna()
    rows["has_host"], rows["has_agency"] = rows["host_establishment_id"].notna(), rows["agency_id"].notna()
    rows["has_child"], rows["has_father"] = rows["child_birth_date"].notna(), rows["acknowledging_parent_name"].notna()
    return rows.reset_index(drop=True)


def _out_of_fold(values: Floats, rows: Frame, exploited: Bools) -> Floats:
    """Return float64[n]: each file's score by a model that saw neither it nor its ring."""
    ring = pd.factorize(rows["ring_id"])[0]
    groups = np.where(ring >= 0, ring, ring.max() + 1 + np.arange(len(rows)) % 997)
    score = np.zeros(len(rows))
    for fit, held_out in StratifiedGroupKFold(4).split(values, exploited, groups):
        model = HistGradientBoostingClassifier(**_SMALL)
        # so little work is done sooner by one thread than shared out
        with threadpool_limits(1):
            chance = model.fit(values[fit], exploited[fit]).predict_proba(values[held_out])[:, 1]
        # ranks, as models of different folds need not agree on the level
        score[held_out] = rankdata(chance) / len(held_out)
    return score


def _probe(name: str, score: Floats, exploited: Bools, strata: Ints, *, limit: float | None) -> Probe:
    # Hanley and McNeil's error at 0.5, widened by a half as members of a ring are not independent
    error = 1.96 * 1.5 * 0.289 / np.sqrt(exploited.sum())
    return Probe(name, area(score, exploited), area_within(score, exploited, strata), float(error), limit)


def _ids(rows: Frame) -> Floats:
    number = rows["application_id"].str.extract(r"(\d+)")[0].astype(float)
    passport = rows["passport_number"].str.extract(r"(\d+)")[0].astype(float)
    agency = rows["agency_id"].str.extract(r"(\d+)")[0].astype(float).fillna(0.0) % 10
    return np.column_stack([number, number % 97, number % 10, passport, passport % 10, agency])


def _order(rows: Frame) -> Floats:
    # where a file stands among its neighbours; where in the decade it stands is its date, which is no short-cut
    return np.column_stack([rows["place"] % modulus for modulus in (2, 7, 64, 1000)]).astype(np.float64)


def _empty(rows: Frame) -> Floats:
    names = [name for name in rows.columns if name not in _TRUTH]
    return np.column_stack([rows[name].isna() for name in names]).astype(np.float64)


def _lengths(rows: Frame) -> Floats:
    parts = []
    for name in _TEXTS:
        text = rows[name]
        parts += [text.str.len(), text.str.count(r"[-\s]"), text.str.count(r"[^\x00-\x7f]")]
    return np.column_stack([part.fillna(-1) for part in parts]).astype(np.float64)


def _fractions(rows: Frame) -> Floats:
    at = rows["submitted_at"].dt
    return np.column_stack([at.minute, at.second, at.microsecond, at.minute % 5]).astype(np.float64)


def _codes(rows: Frame, names: list[str]) -> Floats:
    return np.column_stack([pd.factorize(rows[name])[0] for name in names]).astype(np.float64)


def _numbered(rows: Frame, names: list[str]) -> Ints:
    return np.asarray(rows.groupby(names, sort=False).ngroup().to_numpy(), dtype=np.int64)


_TRUTH = ("exploited", "typology", "ring_id", "place", *_ROUTE)
_READ: dict[str, Callable[[Frame], Floats]] = {
    "ids": _ids, "row order": _order, "empty fields": _empty, "lengths and templates": _lengths,
    "fractions of times": _fractions,
}  # fmt: skip
