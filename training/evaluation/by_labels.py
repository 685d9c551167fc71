"""Whom does a ranking reach, by interviews alone? Estimates from the random arm, or "not known" where it found too few."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.data.labels import ALL_FILES, ARMS, Labels
from training.data.selection import has_probability
from training.evaluation.population import drawn_by_lot, people
from training.statistics.intervals import Estimate, InterviewError, ratio_with_common, share_bounds, share_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST_FOUND = 10
"""Random interviews with indications; with fewer an interval spans nearly everything, and its figure would be read all the same."""
_UNKNOWN = Estimate(math.nan, math.nan, math.nan)


def labels_of(frame: pd.DataFrame) -> Labels:
    """Return the labels that an evaluation frame holds."""
    arm = pd.Index(ARMS).get_indexer(pd.Index(frame["arm"].to_numpy(dtype=object))).astype(np.int64)
    return Labels(
        frame["label"].to_numpy(dtype=np.float64), arm, frame["inclusion"].to_numpy(dtype=np.float64), {},
        drawn=frame["drawn"].to_numpy(dtype=bool), answer=frame["answer"].to_numpy(dtype=np.float64),
        lot=str(frame["lot"].iloc[0]) if len(frame) else ALL_FILES,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ByLabels:
    """The interviews by which rankings of n cases are judged.

    Attributes
    ----------
    within
        bool[n]: the cases that are spoken of: those since the lot was first drawn, and of these the ones that are counted.
    error
        How interviews err; then figures are about exploited people, otherwise about people with indications.
    """

    labels: Labels
    since: Mask
    within: Mask
    error: InterviewError | None = None
    estimable: bool = True

    @staticmethod
    def of(
        frame: pd.DataFrame,
        only: Mask | None = None,
        error: InterviewError | None = None,
        *,
        of_those_found: bool = False,
    ) -> ByLabels:
        """Read a frame.

        Parameters
        ----------
        only
            bool[n]: count these people alone.
        of_those_found
            Whether ``only`` is known of people with findings alone, as a typology is. False indications cannot be taken
            off then, and with declared rates nothing is known.
        """
        labels = labels_of(frame)
        as_of = frame["as_of"].to_numpy(dtype=np.int64)
        drawn = has_probability(labels)
        since = as_of >= as_of[drawn].min() if drawn.any() else np.zeros(len(frame), dtype=bool)
        if only is None:
            return ByLabels(labels, since, since, error)
        if not of_those_found:
            return ByLabels(labels, since, since & only, error)
        told = labels.told
        counted = replace(labels, answer=np.where(np.isnan(told), np.nan, told * only))
        return ByLabels(counted, since, since, error, error is None)

    @property
    def interviews(self) -> int:
        """How many random interviews speak, with a clear answer."""
        return int((drawn_by_lot(self.labels, self.within) & ~np.isnan(self.labels.told)).sum())

    @property
    def found(self) -> int:
        """How many of them found indications."""
        return int((drawn_by_lot(self.labels, self.within) & (self.labels.told == 1.0)).sum())

    @property
    def known(self) -> bool:
        """Whether enough of them did for any figure."""
        return self.estimable and self.found >= LEAST_FOUND

    def people(self, here: Mask) -> Estimate:
        """Return how many people here, bool[n], are concerned; not known where the lot drew none of them."""
        lot = drawn_by_lot(self.labels, self.within & here) & ~np.isnan(self.labels.told)
        return people(self.labels, self.within & here, self.error) if lot.any() else _UNKNOWN

    def figures(self, chosen: Mask) -> dict[str, float]:
        """Return what `training.evaluation.evaluate.at_capacity` says of one ranking that calls in bool[n]."""
        interviews = int((chosen & self.since).sum())
        reached = self.people(chosen) if self.known else _UNKNOWN
        asked = not math.isnan(reached.value)
        recall = share_of(reached, people(self.labels, self.within & ~chosen, self.error)) if asked else _UNKNOWN
        return {
            "interviews": float(interviews),
            "positives": people(self.labels, self.within, self.error).value if self.known else math.nan,
            "random_findings": float(self.found),
            **named("recall", recall),
            **named("per_100", reached.times(100 / max(interviews, 1)).within(0.0, 100.0) if asked else _UNKNOWN),
        }

    def times(self, first: Mask, second: Mask) -> dict[str, float]:
        """Return how many times the people whom the second ranking calls in the first one does."""
        if not self.known:
            return named("times", _UNKNOWN)
        parts = (
            people(self.labels, self.within & one, self.error)
            for one in (first & second, first & ~second, second & ~first)
        )
        return named("times", ratio_with_common(*parts))

    def reason(self) -> str:
        """Say in words on how many random interviews the figures rest, and how many would be needed where these are too few."""
        if not self.interviews:
            return "No random interview with a recorded probability was judged: by labels nothing is known of anybody else."
        said = f"{self.interviews:,} random interviews were judged, {self.found} with indications."
        if self.found >= LEAST_FOUND:
            return said
        share = self.found / self.interviews if self.found else share_bounds(0.0, self.interviews)[1]
        about = "about" if self.found else "more than"
        return (
            f"{said} With fewer than {LEAST_FOUND} a figure by labels is not known; at the share found so far {about} "
            f"{math.ceil(LEAST_FOUND / share):,} random interviews would be needed."
        )


def rows_of_capacity(by: ByLabels, chosen: Mapping[str, Mask], model: str) -> dict[str, dict[str, float]]:
    """Return the figures of each ranking, and for each but the model how many times its people the model reaches."""
    return {
        name: by.figures(mask) | (by.times(chosen[model], mask) if model in chosen and name != model else {})
        for name, mask in chosen.items()
    }


def named(name: str, told: Estimate) -> dict[str, float]:
    """Return a figure and its interval as three columns."""
    return {name: told.value, f"{name}_low": told.low, f"{name}_high": told.high}


def estimand(error: InterviewError | None, lot: str) -> str:
    """Say what figures by labels and by truth are about."""
    about = (
        "people in whom a protective interview would find indications: false indications among them, exploited people who "
        "would tell nothing not"
        if error is None
        else f"exploited people, if interviews find indications in {error.sensitivity:.1%} of them and in "
        f"{error.false_indication:.2%} of others, as was declared"
    )
    asked = (
        "random interviews alone" if lot == ALL_FILES else "random interviews, and for whom officers chose from theirs"
    )
    return (
        f"“labels”: an estimate about {about}; from {asked} (lot declared as drawn among {lot}), among the cases since the lot "
        "was first drawn; 95 % intervals as in docs/selection.md. The only basis there is outside a synthetic world. “truth”: "
        "who is exploited in the synthetic world, whether or not an interview would find it; no model saw it; 95 % bootstrap."
    )
