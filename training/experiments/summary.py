"""What does a report state first? Aims with their figures, and tables that compare rankings at a glance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.evaluation.label_estimates import MIN_RANDOM_POSITIVES
from training.evaluation.rankings import ARRIVAL, CHECKLIST, MIN_GROUPS_FOR_LIFT, MODEL, primary_basis
from training.experiments.baselines import DEFAULTS
from training.report.sections import UNKNOWN

CAPACITY = 0.02
_LIFT = ["lift", "lift_low", "lift_high"]


@dataclass(frozen=True, slots=True)
class Aim:
    """Lift over another ranking at 2 % capacity that the model should have."""

    other: str
    lift: float


AIMS = (Aim(ARRIVAL, 5.0), Aim(CHECKLIST, 1.5), Aim(DEFAULTS, 1.5))
KEPT_ELSEWHERE = 0.85
"""Share of each aim that should remain in other worlds."""
AIMS_TEXT = (
    "An aim holds (“yes”) where the lower confidence bound of the lift is above it, “about” where the lift itself is, “no” "
    f"otherwise, and “{UNKNOWN}” with too few positives."
)


def aims(table: pd.DataFrame) -> pd.DataFrame:
    """A table of `at_capacity` against the aims, a row each; see `AIMS_TEXT`."""
    rows = []
    for aim in AIMS:
        lift, low, high = _lift(table, aim.other)
        state = UNKNOWN if np.isnan(lift) else "yes" if low >= aim.lift else "about" if lift >= aim.lift else "no"
        rows.append({
            "lift over": aim.other, "aim": f"at least {aim.lift:g}", "lift": lift, "lift_low": low, "lift_high": high,
            "state": state,
        })  # fmt: skip
    return pd.DataFrame(rows)


def in_other_worlds(elsewhere: pd.DataFrame, home: pd.DataFrame) -> pd.DataFrame:
    """Recall in other worlds beside that at home, and beside 85 % of each aim.

    Parameters
    ----------
    elsewhere
        Tables of `at_capacity` at 2 % with a column ``world`` first.
    home
        That of the model's own world after its cut-off.
    """
    recall = _model_row(home)["recall"]
    rows = []
    for world, table in elsewhere.groupby("world", sort=False):
        there = _model_row(table)
        row: dict[str, object] = {"world": world, **there, "of home": there["recall"] / recall if recall else np.nan}
        kept = known = 0
        for aim in AIMS:
            lift, low, high = _lift(table, aim.other)
            name = f"lift over {aim.other}"
            row |= {name: lift, f"{name}_low": low, f"{name}_high": high}
            kept += lift >= KEPT_ELSEWHERE * aim.lift
            known += not np.isnan(lift)
        unknown = f", {len(AIMS) - known} {UNKNOWN}" if known < len(AIMS) else ""
        rows.append(row | {"85 % of the aims": f"{kept} of {known}{unknown}"})
    return pd.DataFrame(rows)


def _lift(table: pd.DataFrame, other: str) -> tuple[float, float, float]:
    row = _row(table, other)[_LIFT].to_numpy(dtype=np.float64)[0]
    return float(row[0]), float(row[1]), float(row[2])


def _model_row(table: pd.DataFrame) -> dict[str, float]:
    row = _row(table, MODEL)
    return {name: float(row[name].iloc[0]) for name in ("positives", "recall", "recall_low", "recall_high")}


def _row(table: pd.DataFrame, ranking: str) -> pd.DataFrame:
    primary = table["basis"] == primary_basis(table)
    return table[primary & (table["capacity"] == CAPACITY) & (table["ranking"] == ranking)]


def headline(table: pd.DataFrame) -> str:
    """Recall of the model at 2 % in a sentence, and the `comparisons` at each capacity."""
    basis, row = primary_basis(table), _row(table, MODEL).iloc[0]
    if np.isnan(row["recall"]):
        sentence = (
            f"The recall of the model at 2 % is {UNKNOWN}: by {basis} it rests on {row['random_positives']:.0f} random "
            f"positives, where {MIN_RANDOM_POSITIVES} are needed and a random interview within capacity."
        )
    else:
        sentence = (
            f"At 2 % capacity of each post the model has a recall of {row['recall']:.1%} [{row['recall_low']:.1%}, "
            f"{row['recall_high']:.1%}], {row['per_100']:.1f} positives per 100 interviews. By {basis}; 95 % CI in brackets."
        )
    return f"{sentence}\n\n{comparisons(table)}"


def comparisons(table: pd.DataFrame) -> str:
    """Rankings that the model beats beyond the interval at each capacity, in words, by the primary basis."""
    lines = [
        f"“Beaten”: the lower confidence bound of the lift is above 1. “{UNKNOWN}”: by truth fewer than {MIN_GROUPS_FOR_LIFT} "
        f"rings selected by either, by labels fewer than {MIN_RANDOM_POSITIVES} random positives."
    ]
    for capacity, rows in table[table["basis"] == primary_basis(table)].groupby("capacity", sort=True):
        others = rows[rows["ranking"] != MODEL]
        names, beaten, unknown = others["ranking"], others["lift_low"] > 1.0, others["lift"].isna()
        rest = ~beaten & ~unknown
        parts = [f"beaten: {'; '.join(names[beaten])}"] if beaten.any() else []
        # bold for what is against the model
        parts += [f"**not beaten: {'; '.join(names[rest])}**"] if rest.any() else []
        parts += [f"{UNKNOWN}: {'all' if unknown.all() else '; '.join(names[unknown])}"] if unknown.any() else []
        lines.append(f"- {capacity:.1%}: {'. '.join(parts)}.")
    return "\n".join(lines)


def of_adults(grouped: pd.DataFrame) -> str:
    """Sentence on minors in figures at capacity, with the model's recall among adults.

    Parameters
    ----------
    grouped
        From `training.experiments.cutoffs.by_group` at `CAPACITY`, with ``minor``.
    """
    rows = grouped[(grouped["basis"] == primary_basis(grouped)) & (grouped["ranking"] == MODEL)]
    adults = rows[(rows["by"] == "minor") & (rows["group"] == "adult") & rows["recall"].notna()]
    recall = (
        f"Among adults alone, with the same interviews, recall is {row['recall']:.1%} [{row['recall_low']:.1%}, "
        f"{row['recall_high']:.1%}] of {row['positives']:,.0f} positives."
        for row in adults.to_dict("records")
    )
    return (
        "Minors are ranked among all others in every figure of this report and take up interviews, although in service they go to "
        f"the child procedure whatever their score. {next(recall, f'The recall among adults alone is {UNKNOWN}.')}"
    )


def known_bases(table: pd.DataFrame, figures: tuple[str, ...]) -> tuple[pd.DataFrame, str]:
    """Table without bases that have no known figure, and a sentence that names them; empty where all have."""
    if "basis" not in table.columns:
        return table, ""
    known = table[list(figures)].notna().any(axis=1).groupby(table["basis"], sort=False).any()
    silent = [str(basis) for basis in known.index[~known]]
    if not silent:
        return table, ""
    rows = table[~table["basis"].isin(silent)].reset_index(drop=True)
    return rows, f"By {' and '.join(silent)} none of this is known."


def across(table: pd.DataFrame, index: list[str], columns: str, value: str = "recall") -> pd.DataFrame:
    """Wide table by the primary basis: a row per index, a column per value of ``columns``, each with its interval."""
    rows = table[table["basis"] == primary_basis(table)]
    wide = rows[index].drop_duplicates().reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(wide[index]) if len(index) > 1 else pd.Index(wide[index[0]])
    for head in dict.fromkeys(rows[columns]):
        of_head = rows[rows[columns] == head].set_index(index)
        name = f"{head:.1%}" if isinstance(head, float | np.floating) else str(head)
        for end in ("", "_low", "_high"):
            wide[f"{name}{end}"] = of_head[f"{value}{end}"].reindex(keys).to_numpy()
    return wide
