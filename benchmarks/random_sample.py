"""Do estimates from the random sample cover the truth? ``python -m benchmarks.random_sample``: coverage over many small worlds."""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
import pyarrow as pa

from features.arrays import Bools
from synthetic_data.scenario import load_scenario
from synthetic_data.world import generate
from training.evaluation.population import population_estimate
from training.evaluation.rankings import LABELS, MODEL, TRUTH, at_capacity
from training.labels.labels import ALL_FILES, ARMS, RANDOM, RANDOM_SAMPLE_FRAMES, TARGETED, UNFLAGGED_FILES, Outcomes
from training.labels.outcomes import SUBJECTS, case_outcomes
from training.statistics.intervals import Estimate, InterviewError
from training.statistics.resampling import GroupBootstrap

SUBJECT = "visa"
TABLE, ID, TIME = "visa_applications", "application_id", "submitted_at"
# exploitation must be common enough for small worlds to have some among the interviewed
SHARE = {"exploited_share": 0.03}
CAPACITY = 0.1
"""Share of all cases chosen by a ranking; a smaller share would contain no random interview."""
OTHER = "other"


def interviewed_only(outcomes: Outcomes) -> Outcomes:
    """Outcomes without referrals and later identifications."""
    return outcomes.only(outcomes.arm >= RANDOM)


def evaluate_world(
    seed: int, applications: int, share: float, error: InterviewError, from_us: int, sample_frame: str = ALL_FILES
) -> dict[str, object]:
    """Estimates of prevalence and recall in a world, of interviews and of two rankings, against its truth."""
    records, truth = generate(seed, applications, "default", {**SHARE, "random_share": share})
    ids = records[TABLE][ID].to_pylist()
    as_of = records[TABLE][TIME].cast(pa.int64()).to_numpy()
    known = truth.to_pandas()
    known = known[known["subject"] == SUBJECTS[SUBJECT]].set_index("subject_id")["exploited"]
    exploited = known.reindex(ids).to_numpy(dtype=bool)
    outcomes = interviewed_only(case_outcomes(records["outcomes"], SUBJECT, ids, as_of, sample_frame))
    if sample_frame == UNFLAGGED_FILES:
        outcomes = sampled_among_unflagged(outcomes, exploited, np.random.default_rng(seed))
    labels = outcomes.known_before()
    rows = as_of >= from_us
    # rankings of truth and partly shared noise, unknown to the estimate
    rng = np.random.default_rng(seed)
    noise, apart = rng.normal(size=len(ids)), rng.normal(size=len(ids))
    rankings = {MODEL: 1.5 * exploited + noise, OTHER: 0.5 * exploited + 0.8 * noise + 0.6 * apart}
    frame = pd.DataFrame({
        "post": "any", "week": 0, "as_of": as_of, "label": labels.positive, "interview_finding": labels.finding,
        "randomly_sampled": labels.randomly_sampled, "inclusion_probability": labels.inclusion_probability,
        "arm": np.array(ARMS, dtype=object)[labels.arm], "sample_frame": sample_frame, "truth": exploited * 1.0, "ring": None,
    })  # fmt: skip
    kept = np.flatnonzero(rows)
    frame, rankings = frame.iloc[kept].reset_index(drop=True), {name: score[kept] for name, score in rankings.items()}
    table = at_capacity(frame, rankings, GroupBootstrap.of(frame, rng, 2), capacities=(CAPACITY,), error=error)
    table = table.set_index(["basis", "ranking"])
    estimate = population_estimate(labels, rows, error=error)
    exploited, targeted = exploited[kept], (labels.arm == TARGETED)[kept]
    recall = float((exploited & targeted).sum() / max(exploited.sum(), 1))
    return {
        "random interviews": estimate.random_interviews,
        "random positives": float(table.loc[(LABELS, MODEL), "random_positives"]),
        "prevalence": float(exploited.mean()),
        "estimate": estimate.prevalence.value,
        **_coverage("prevalence", estimate.prevalence, float(exploited.mean())),
        **_coverage("recall", estimate.recall, recall),
        **_coverage_by_labels(table, MODEL, "recall"),
        **_coverage_by_labels(table, MODEL, "per_100"),
        **_coverage_by_labels(table, OTHER, "lift"),
    }


def sampled_among_unflagged(outcomes: Outcomes, exploited: Bools, rng: np.random.Generator) -> Outcomes:
    """Outcomes as if the random sample had been drawn among unflagged files.

    The world samples first, and officers' choice among sampled files is not on record; so officers choose sampled files at
    the same rates, of exploited people and of others, as all other files.
    """
    drawn, chosen = outcomes.arm == RANDOM, outcomes.arm == TARGETED
    free = np.ones(len(outcomes.as_of), dtype=bool)
    free[outcomes.row[drawn]] = False
    targeted = np.zeros(len(outcomes.as_of), dtype=bool)
    targeted[outcomes.row[chosen]] = True
    share = np.where(exploited, targeted[free & exploited].mean(), targeted[free & ~exploited].mean())
    return outcomes.only(~(drawn & (rng.random(len(outcomes.row)) < share[outcomes.row])))


def _coverage(name: str, estimate: Estimate, truth: float) -> dict[str, object]:
    return {f"{name} width": estimate.high - estimate.low, f"{name} covered": estimate.covers(truth)}


def _coverage_by_labels(table: pd.DataFrame, ranking: str, figure: str) -> dict[str, object]:
    """Row by labels against the row by truth; NaN where the first is not known."""
    row = table.loc[(LABELS, ranking)]
    estimate = Estimate(*(float(row[f"{figure}{end}"]) for end in ("", "_low", "_high")))
    known = not np.isnan(estimate.value)
    truth = float(table.loc[(TRUTH, ranking), figure])
    return {
        f"{figure} by labels known": known,
        f"{figure} by labels width": estimate.high - estimate.low if known and np.isfinite(estimate.high) else np.nan,
        f"{figure} by labels covered": float(estimate.covers(truth)) if known else np.nan,
    }


def table(worlds: int, applications: int, shares: list[float], sample_frame: str = ALL_FILES) -> pd.DataFrame:
    """Means over worlds and coverage of intervals, a row for each size of the random sample."""
    scenario = load_scenario("default")
    error = InterviewError(scenario["disclosure"], scenario["false_indication"])
    year_us = int(int(scenario["random_from_year"] - 1970) * 365.2425 * 86_400e6)
    rows = []
    for share in shares:
        observed = pd.DataFrame(
            [evaluate_world(seed, applications, share, error, year_us, sample_frame) for seed in range(1, worlds + 1)]
        )
        rows.append({"random share of files": share, "worlds": worlds, **observed.astype(float).mean().to_dict()})
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=50, help="for each share")
    parser.add_argument("--applications", type=int, default=3000, help="of each world")
    parser.add_argument(
        "--shares", type=float, nargs="+", default=[0.008, 0.02, 0.05, 0.1], help="of files drawn at random"
    )
    parser.add_argument(
        "--random-sample-frame",
        dest="sample_frame",
        choices=RANDOM_SAMPLE_FRAMES,
        default=ALL_FILES,
        help="files among which random interviews are drawn",
    )
    wanted = parser.parse_args()
    print("Synthetic data; not validated on any real visa record.\n")
    print(table(wanted.worlds, wanted.applications, wanted.shares, wanted.sample_frame).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
