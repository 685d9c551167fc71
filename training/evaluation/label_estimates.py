"""What is the recall of a ranking by interviews alone? Estimates from the random sample, or "not known" with too few positives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from features.arrays import Bools
from training.evaluation.population import estimated_positives, random_sample_within
from training.labels.labels import ALL_FILES, ARMS, Labels
from training.statistics.intervals import Estimate, InterviewError, ratio_with_common, share_bounds, share_of

MIN_RANDOM_POSITIVES = 10
"""Random interviews with indications that a figure needs; with fewer its interval spans nearly everything."""
_UNKNOWN = Estimate(math.nan, math.nan, math.nan)


def labels_of(frame: pd.DataFrame) -> Labels:
    """Labels of an evaluation frame."""
    arm = pd.Index(ARMS).get_indexer(pd.Index(frame["arm"].to_numpy(dtype=object))).astype(np.int64)
    probability = frame["inclusion_probability"].to_numpy(dtype=np.float64)
    return Labels(
        frame["label"].to_numpy(dtype=np.float64), arm, probability, {},
        sampled=frame["randomly_sampled"].to_numpy(dtype=bool),
        interview_finding=frame["interview_finding"].to_numpy(dtype=np.float64),
        sample_frame=str(frame["sample_frame"].iloc[0]) if len(frame) else ALL_FILES,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelEstimates:
    """Interviews that evaluate rankings of n cases.

    Attributes
    ----------
    since
        bool[n]: cases since the random sample began.
    within
        bool[n]: of these, the cases that count.
    error
        Error rates of interviews; figures are then about exploited people, otherwise about people with indications.
    """

    labels: Labels
    since: Bools
    within: Bools
    error: InterviewError | None = None
    estimable: bool = True

    @staticmethod
    def of(
        frame: pd.DataFrame,
        only: Bools | None = None,
        error: InterviewError | None = None,
        *,
        positives_only: bool = False,
    ) -> LabelEstimates:
        """Estimates by the labels of an evaluation frame.

        Parameters
        ----------
        only
            bool[n]: count these people alone.
        positives_only
            Whether ``only`` is recorded for positives alone, as a typology is: false indications cannot be subtracted then,
            and with ``error`` nothing is known.
        """
        labels = labels_of(frame)
        as_of = frame["as_of"].to_numpy(dtype=np.int64)
        sample = labels.in_random_sample
        since = as_of >= as_of[sample].min() if sample.any() else np.zeros(len(frame), dtype=bool)
        if only is None or not positives_only:
            return LabelEstimates(labels, since, since if only is None else since & only, error)
        finding = np.where(np.isnan(labels.finding), np.nan, labels.finding * only)
        return LabelEstimates(replace(labels, interview_finding=finding), since, since, error, error is None)

    @property
    def random_interviews(self) -> int:
        """Number of random interviews with a clear finding."""
        return int((random_sample_within(self.labels, self.within) & ~np.isnan(self.labels.finding)).sum())

    @property
    def random_positives(self) -> int:
        """Number of random interviews with indications."""
        return int((random_sample_within(self.labels, self.within) & (self.labels.finding == 1.0)).sum())

    @property
    def known(self) -> bool:
        """Whether random positives suffice for a figure."""
        return self.estimable and self.random_positives >= MIN_RANDOM_POSITIVES

    def positives(self, here: Bools) -> Estimate:
        """Number of positives here, bool[n]; not known without a random interview among them."""
        sample = random_sample_within(self.labels, self.within & here) & ~np.isnan(self.labels.finding)
        return estimated_positives(self.labels, self.within & here, self.error) if sample.any() else _UNKNOWN

    def figures(self, chosen: Bools) -> dict[str, float]:
        """Row of `training.evaluation.rankings.at_capacity` for a ranking that selects bool[n]."""
        interviews = int((chosen & self.since).sum())
        inside = self.positives(chosen) if self.known else _UNKNOWN
        recall = per_100 = _UNKNOWN
        if not math.isnan(inside.value):
            recall = share_of(inside, estimated_positives(self.labels, self.within & ~chosen, self.error))
            per_100 = inside.scaled(100 / max(interviews, 1)).within(0.0, 100.0)
        total = estimated_positives(self.labels, self.within, self.error).value if self.known else math.nan
        return {
            "interviews": float(interviews), "positives": total, "random_positives": float(self.random_positives),
            **with_bounds("recall", recall), **with_bounds("per_100", per_100),
        }  # fmt: skip

    def lift(self, first: Bools, second: Bools) -> dict[str, float]:
        """Ratio of positives selected, first ranking to second."""
        if not self.known:
            return with_bounds("lift", _UNKNOWN)
        parts = (first & second, first & ~second, second & ~first)
        estimates = (estimated_positives(self.labels, self.within & part, self.error) for part in parts)
        return with_bounds("lift", ratio_with_common(*estimates))

    def reason(self) -> str:
        """Sentence on the number of random interviews, and on the number needed where they are too few."""
        interviews, positives = self.random_interviews, self.random_positives
        if not interviews:
            return "0 random interviews with a recorded probability were evaluated: figures by labels are not known."
        sentence = f"{interviews:,} random interviews were evaluated, {positives} with indications."
        if positives >= MIN_RANDOM_POSITIVES:
            return sentence
        share = positives / interviews if positives else share_bounds(0.0, interviews)[1]
        about = "about" if positives else "more than"
        return (
            f"{sentence} With fewer than {MIN_RANDOM_POSITIVES} a figure by labels is not known; at this share {about} "
            f"{math.ceil(MIN_RANDOM_POSITIVES / share):,} random interviews would be needed."
        )


def capacity_rows(estimates: LabelEstimates, chosen: Mapping[str, Bools], model: str) -> dict[str, dict[str, float]]:
    """Figures of each ranking, and for each but the model the model's lift over it."""
    return {
        name: estimates.figures(mask)
        | (estimates.lift(chosen[model], mask) if model in chosen and name != model else {})
        for name, mask in chosen.items()
    }


def with_bounds(name: str, estimate: Estimate) -> dict[str, float]:
    """Three columns: a figure and its interval."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def estimand(error: InterviewError | None, sample_frame: str) -> str:
    """Sentence on the meaning of figures by labels and by truth."""
    about = (
        "people with indications in a protective interview (false indications included, undisclosed exploitation not)"
        if error is None
        else f"exploited people, at a declared sensitivity of {error.sensitivity:.1%} and {error.false_indication:.2%} false "
        "indications"
    )
    source = "random interviews" if sample_frame == ALL_FILES else "random interviews and those of officers"
    return (
        f"“labels”: an estimate about {about}, from {source} (sample declared as drawn among {sample_frame}) since sampling "
        "began; 95 % CI as in docs/results/random-sample.md. “truth”: exploitation in the synthetic world, unknown to any model; 95 % "
        "bootstrap CI."
    )
