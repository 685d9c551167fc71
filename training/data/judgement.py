"""Who is judged, when and where, with what known? One row per case, the frame that every evaluation reads."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.matrix import TABLE_OF_SUBJECT
from features.tables.folder import Records
from features.tables.times import moment_of
from training.data.labels import ARMS, Findings, Labels
from training.data.outcomes import SUBJECTS
from training.data.selection import Weights

WEEK_US = 7 * 86_400_000_000
_FIRST_MONDAY_US = 4 * 86_400_000_000
GROUPS = ("post", "nationality", "sex", "age_band", "minor", "status", "typology")
"""Columns by which figures are told apart. They are never features."""
COLUMNS = (
    "subject_id",
    "as_of",
    "week",
    "score",
    "label",
    "confirmed",
    "arm",
    "drawn",
    "inclusion",
    "answer",
    "lot",
    "weight",
    "truth",
    "ring",
    "like",
    *GROUPS,
)
_AGE_BANDS = (0, 18, 25, 35, 50, 200)
MINORS = "under 18"
"""The age band of whom the child procedure is for."""
_AGE_NAMES = (MINORS, "18-24", "25-34", "35-49", "50 and over")


def evaluation_frame(
    audit: pd.DataFrame,
    as_of: NDArray[np.int64],
    labels: Labels,
    weights: Weights,
    score: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Put together what is known of n cases, in their order.

    Parameters
    ----------
    audit
        From `audit_table`, same n cases in the same order.
    score
        float64[n]; may be set later, for each ranking that is compared.

    Returns
    -------
    pd.DataFrame
        ``subject_id``; ``as_of`` (int64, microseconds UTC); ``week`` (int64, Mondays since 1970); ``score``;
        ``label`` (1, 0, NaN for unlabelled); ``confirmed`` (a 1 that rests on more than an interview's indications); ``arm``;
        ``drawn`` (whether the lot drew the case), ``inclusion`` (with which probability), ``answer`` (what the interview alone found)
        and ``lot`` (among which files it was drawn; the same in all rows); ``weight`` (how many cases a labelled one stands for; 0 if none);
        ``truth`` (1, 0, NaN where no synthetic world tells); ``ring`` (missing where none is known);
        ``like`` (with whom a case is compared); and `GROUPS`, in which
        ``post`` is the port for landings and ``typology`` missing where nobody wrote one down.
    """
    frame = audit.copy()
    frame["as_of"] = as_of
    frame["week"] = (as_of - _FIRST_MONDAY_US) // WEEK_US
    frame["score"] = np.nan if score is None else score
    frame["label"] = labels.positive
    frame["confirmed"] = (labels.positive == 1.0) & (True if labels.confirmed is None else labels.confirmed)
    frame["arm"] = np.array(ARMS, dtype=object)[labels.arm]
    frame["drawn"], frame["inclusion"], frame["answer"] = labels.by_lot, labels.inclusion, labels.told
    frame["lot"] = labels.lot
    frame["weight"] = weights.weight
    return frame[list(COLUMNS)]


def audit_table(
    records: Records, subject: str, subject_ids: list[str], found: Findings, truth: pa.Table | None = None
) -> pd.DataFrame:
    """Read what only evaluation may read of the given cases: post, nationality, sex, age, status, and the truth if any.

    Raises
    ------
    KeyError
        If a case is not among the records.
    """
    taken = rows_of(records, subject, subject_ids)
    place = taken.column("post" if subject == "visa" else "port").to_numpy(zero_copy_only=False)
    age = _age_years(taken, found.as_of)
    frame = pd.DataFrame(
        {
            "subject_id": np.asarray(subject_ids, dtype=object),
            "post": np.asarray(place, dtype=object),
            "nationality": np.asarray(taken.column("nationality").to_numpy(zero_copy_only=False), dtype=object),
            "sex": np.asarray(taken.column("sex").to_numpy(zero_copy_only=False), dtype=object),
            "age_band": np.array(_AGE_NAMES, dtype=object)[np.clip(np.digitize(age, _AGE_BANDS) - 1, 0, 4)],
            "minor": np.where(age < 18, "minor", "adult").astype(object),
            "status": np.asarray(taken.column("status_of_residence").to_numpy(zero_copy_only=False), dtype=object),
            "typology": found.typologies(),
            "like": routes(taken, subject),
            "truth": np.nan,
            "ring": np.full(len(taken), None, dtype=object),
        }
    )
    return frame if truth is None else _with_truth(frame, truth, subject)


def rows_of(records: Records, subject: str, subject_ids: list[str]) -> pa.Table:
    """Return the records of the given cases, in this order.

    Raises
    ------
    KeyError
        If a case is not among the records.
    """
    table = TABLE_OF_SUBJECT[subject]
    own = records[table]
    ids = pd.Index(own.column("application_id" if subject == "visa" else "landing_id").to_numpy(zero_copy_only=False))
    at = ids.get_indexer(pd.Index(subject_ids, dtype=ids.dtype))
    if (at < 0).any():
        raise KeyError(f"{int((at < 0).sum())} cases are not among the {table}")
    return own.take(pa.array(at))


def routes(rows: pa.Table, subject: str) -> NDArray[np.object_]:
    """Return by which route each case came: the status asked for, and for a landing whether it was with a visa."""
    status = np.asarray(rows.column("status_of_residence").to_numpy(zero_copy_only=False), dtype=object)
    if subject == "visa":
        return status
    visa = np.asarray(rows.column("application_id").is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    return np.asarray(status + np.where(visa, " with visa", " without visa"), dtype=object)


def _age_years(rows: pa.Table, as_of: NDArray[np.int64]) -> NDArray[np.float64]:
    born = rows.column("birth_date").cast(pa.int32()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return (as_of / 86_400e6 - born) / 365.2425


def _with_truth(frame: pd.DataFrame, truth: pa.Table, subject: str) -> pd.DataFrame:
    told = truth.to_pandas()
    told = told[told["subject"] == SUBJECTS[subject]].set_index("subject_id").reindex(frame["subject_id"])
    frame["truth"] = told["exploited"].astype(float).to_numpy()
    frame["ring"] = _or_none(told["ring_id"])
    typology = _or_none(told["typology"])
    frame["typology"] = np.where(frame["truth"] == 1.0, typology, frame["typology"].to_numpy(dtype=object))
    return frame


def _or_none(column: pd.Series) -> NDArray[np.object_]:  # type: ignore[type-arg]
    values = column.astype(object).to_numpy(copy=True)
    values[pd.isna(values)] = None
    return values


def day(as_of_us: int) -> str:
    """Return the UTC date of a time, for reports."""
    return moment_of(as_of_us).date().isoformat()


def blocks(frame: pd.DataFrame, capacity: float) -> NDArray[np.int64]:
    """Return int64[n]: the post-week in which each case competes for interviews, at a capacity (share of all cases).

    A post too small for one interview a week saves up: its weeks are joined, in order, until the capacity is one
    interview; what is left at its end joins its last block.
    """
    least = 1.0 / capacity - 1e-9
    sizes = frame.groupby(["post", "week"], sort=True).size()
    numbers = np.empty(len(sizes), dtype=np.int64)
    block, at = -1, 0
    for _, of_post in sizes.groupby(level=0, sort=False):
        left, held = int(of_post.sum()), np.inf
        for size in of_post.to_numpy():
            if held >= least and (left >= least or held == np.inf):
                block, held = block + 1, 0
            numbers[at] = block
            held, left, at = held + size, left - size, at + 1
    keys = pd.MultiIndex.from_frame(frame[["post", "week"]])
    return numbers[sizes.index.get_indexer(keys)]


def interviewed(frame: pd.DataFrame, score: NDArray[np.float64], capacity: float) -> NDArray[np.bool_]:
    """Return bool[n]: who would be interviewed if each post-week took its highest scores; who came first wins a tie."""
    block = blocks(frame, capacity)
    order = np.lexsort((frame["as_of"].to_numpy(), -score, block))
    sizes = np.bincount(block)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rank = np.empty(len(frame), dtype=np.int64)
    rank[order] = np.arange(len(frame)) - np.repeat(first, sizes)
    return rank < np.maximum(np.rint(capacity * sizes), 1)[block]
