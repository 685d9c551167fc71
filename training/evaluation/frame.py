"""The evaluation frame: a row per case, read by every evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from features.arrays import Floats, Ints, Objects
from features.matrix import FeatureMatrix
from features.tables.folder import Records
from features.tables.times import moment_of
from training.labels.case_groups import case_rows
from training.labels.labels import ARMS, Labels, Outcomes
from training.labels.outcomes import SUBJECTS
from training.labels.splits import Split, final_labels
from training.sampling.weights import Weights, inverse_propensity

GROUPS = ("post", "nationality", "sex", "age_band", "minor", "status", "typology")
"""Columns that group figures; never features."""
COLUMNS = (
    "subject_id", "as_of", "week", "score", "label", "confirmed", "arm", "randomly_sampled", "inclusion_probability",
    "interview_finding", "sample_frame", "weight", "truth", "ring", "stratum", *GROUPS,
)  # fmt: skip
WEEK_US = 7 * 86_400_000_000
_FIRST_MONDAY_US = 4 * 86_400_000_000
_AGE_BANDS = (0, 18, 25, 35, 50, 200)
MINORS = "under 18"
"""Age band of the child procedure."""
_AGE_NAMES = (MINORS, "18-24", "25-34", "35-49", "50 and over")


def evaluation_frame(
    audit: pd.DataFrame, as_of: Ints, labels: Labels, weights: Weights, score: Floats | None = None
) -> pd.DataFrame:
    """Evaluation frame of n cases, in their order.

    Parameters
    ----------
    audit
        From `audit_table`, for the same cases.
    score
        float64[n]; may be set later.

    Returns
    -------
    pd.DataFrame
        ``subject_id``; ``as_of`` (int64, microseconds UTC); ``week`` (int64, Mondays since 1970); ``score``; ``label`` (1, 0,
        NaN for unlabelled); ``confirmed`` (a 1 that rests on more than indications); ``arm``; ``randomly_sampled`` with
        ``inclusion_probability``, ``interview_finding`` (1, 0, NaN from interviews alone) and ``sample_frame`` (the same in
        all rows); ``weight`` (cases represented, 0 if none); ``truth`` (1, 0, NaN outside synthetic worlds); ``ring`` (None
        where truth names none); ``stratum`` (the cases it is compared with); and `GROUPS`, where ``post`` is the port for
        landings and ``typology`` None where unrecorded.
    """
    frame = audit.assign(
        as_of=as_of, week=(as_of - _FIRST_MONDAY_US) // WEEK_US, score=np.nan if score is None else score,
        label=labels.positive, arm=np.array(ARMS, dtype=object)[labels.arm], randomly_sampled=labels.randomly_sampled,
        confirmed=(labels.positive == 1.0) & (True if labels.confirmed is None else labels.confirmed),
        inclusion_probability=labels.inclusion_probability, interview_finding=labels.finding,
        sample_frame=labels.sample_frame, weight=weights.weight,
    )  # fmt: skip
    return frame[list(COLUMNS)]


def frame_of_split(
    matrix: FeatureMatrix, outcomes: Outcomes, audit: pd.DataFrame, split: Split
) -> tuple[pd.DataFrame, Weights]:
    """Evaluation frame of a split, labelled by all that is known today, and its weights."""
    labels = final_labels(outcomes)
    mask = np.zeros(len(matrix.as_of), dtype=bool)
    mask[split.evaluation] = True
    weights = inverse_propensity(labels, mask)
    frame = evaluation_frame(audit, matrix.as_of, labels, weights)
    return frame.iloc[split.evaluation].reset_index(drop=True), weights


def audit_table(
    records: Records, subject: str, subject_ids: list[str], outcomes: Outcomes, truth: pa.Table | None = None
) -> pd.DataFrame:
    """Columns of cases that only evaluation may read: post, nationality, sex, age, status, and the truth if any.

    Raises
    ------
    KeyError
        If a case is missing from the records.
    """
    rows = case_rows(records, subject, subject_ids)
    age = _age_years(rows, outcomes.as_of)
    frame = pd.DataFrame(
        {
            "subject_id": np.asarray(subject_ids, dtype=object),
            "post": _texts(rows, "post" if subject == "visa" else "port"),
            "nationality": _texts(rows, "nationality"), "sex": _texts(rows, "sex"),
            "age_band": np.array(_AGE_NAMES, dtype=object)[np.clip(np.digitize(age, _AGE_BANDS) - 1, 0, 4)],
            "minor": np.where(age < 18, "minor", "adult").astype(object),
            "status": _texts(rows, "status_of_residence"), "typology": outcomes.typologies(),
            "stratum": routes(rows, subject), "truth": np.nan, "ring": np.full(len(rows), None, dtype=object),
        }
    )  # fmt: skip
    return frame if truth is None else _with_truth(frame, truth, subject)


def routes(rows: pa.Table, subject: str) -> Objects:
    """Route of each case: the status sought, and for a landing with or without a visa."""
    status = _texts(rows, "status_of_residence")
    if subject == "visa":
        return status
    visa = np.asarray(rows.column("application_id").is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    return np.asarray(status + np.where(visa, " with visa", " without visa"), dtype=object)


def utc_day(as_of_us: int) -> str:
    """UTC date of a time, for reports."""
    return moment_of(as_of_us).date().isoformat()


def _texts(rows: pa.Table, column: str) -> Objects:
    return np.asarray(rows.column(column).to_numpy(zero_copy_only=False), dtype=object)


def _age_years(rows: pa.Table, as_of: Ints) -> Floats:
    born = rows.column("birth_date").cast(pa.int32()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return (as_of / 86_400e6 - born) / 365.2425


def _with_truth(frame: pd.DataFrame, truth: pa.Table, subject: str) -> pd.DataFrame:
    known = truth.to_pandas()
    known = known[known["subject"] == SUBJECTS[subject]].set_index("subject_id").reindex(frame["subject_id"])
    frame["truth"] = known["exploited"].astype(float).to_numpy()
    frame["ring"] = _or_none(known["ring_id"])
    frame["typology"] = np.where(frame["truth"] == 1.0, _or_none(known["typology"]), frame["typology"].to_numpy(object))
    return frame


def _or_none(column: pd.Series[Any]) -> Objects:
    values = column.astype(object).to_numpy(copy=True)
    values[pd.isna(values)] = None
    return values
