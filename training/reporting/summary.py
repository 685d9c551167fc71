"""What does a report say first? The aims with their figures, and tables turned so that rankings can be compared at a glance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.evaluation.by_labels import LEAST_FOUND
from training.evaluation.evaluate import LEAST_REACHED, MODEL, telling_basis
from training.reporting.sections import UNKNOWN
from training.validation.alternatives import ARRIVAL, CHECKLIST, DEFAULTS

CAPACITY = 0.02


@dataclass(frozen=True, slots=True)
class Aim:
    """At 2 % capacity the model reaches so many times the people whom another ranking reaches."""

    other: str
    times: float


AIMS = (Aim(ARRIVAL, 5.0), Aim(CHECKLIST, 1.5), Aim(DEFAULTS, 1.5))


KEPT_ELSEWHERE = 0.85
"""So much of each aim shall be left in worlds of other seeds, hubs and habits."""


AIMS_MET = (
    f"An aim is met (“yes”) where the whole interval of the ratio lies above it, “about” where only the ratio itself does, “no” where not "
    f"even that, and “{UNKNOWN}” where too little carries a ratio."
)


def aims(table: pd.DataFrame) -> pd.DataFrame:
    """Compare a table of `at_capacity` with the aims; one row for each.

    ``met`` says ``yes`` where the whole interval lies above the aim, ``about`` where only the figure does, and ``not known``
    where too few random findings carry it.
    """
    basis = telling_basis(table)
    rows = table[(table["basis"] == basis) & (table["capacity"] == CAPACITY)].set_index("ranking")
    found = []
    for aim in AIMS:
        times, low, high = (
            rows.loc[[aim.other], ["times", "times_low", "times_high"]].to_numpy(dtype=np.float64)[0].tolist()
        )
        met = UNKNOWN if np.isnan(times) else "yes" if low >= aim.times else "about" if times >= aim.times else "no"
        found.append(
            {"people reached, against": aim.other, "aim": f"at least {aim.times:g} times", "times": times, "times_low": low,
             "times_high": high, "met": met}
        )  # fmt: skip
    return pd.DataFrame(found)


def in_other_worlds(elsewhere: pd.DataFrame, home: pd.DataFrame) -> pd.DataFrame:
    """Set what the model reaches in other worlds beside what it reaches at home, and beside 85 % of each aim.

    Parameters
    ----------
    elsewhere
        Tables of `at_capacity` at 2 % with a column ``world`` before them.
    home
        That of the model's own world after its cut-off.
    """
    mine = _model_at_two(home)
    rows = []
    for world, table in elsewhere.groupby("world", sort=False):
        there = _model_at_two(table)
        of_home = there["recall"] / mine["recall"] if mine["recall"] else float("nan")
        row: dict[str, object] = {"world": world, **there, "of home": of_home}
        left = known = 0
        for aim in AIMS:
            times, low, high = _times(table, aim.other)
            name = f"times {aim.other}"
            row |= {name: times, f"{name}_low": low, f"{name}_high": high}
            left += times >= KEPT_ELSEWHERE * aim.times
            known += not np.isnan(times)
        unknown = f", {len(AIMS) - known} {UNKNOWN}" if known < len(AIMS) else ""
        rows.append(row | {"85 % of the aims": f"{left} of {known} met{unknown}"})
    return pd.DataFrame(rows)


def _times(table: pd.DataFrame, other: str) -> tuple[float, float, float]:
    row = _at_two(table, other)[["times", "times_low", "times_high"]].to_numpy(dtype=np.float64)[0]
    return float(row[0]), float(row[1]), float(row[2])


def _model_at_two(table: pd.DataFrame) -> dict[str, float]:
    row = _at_two(table, MODEL)
    return {name: float(row[name].iloc[0]) for name in ("positives", "recall", "recall_low", "recall_high")}


def _at_two(table: pd.DataFrame, ranking: str) -> pd.DataFrame:
    told = table["basis"] == telling_basis(table)
    return table[told & (table["capacity"] == CAPACITY) & (table["ranking"] == ranking)]


def headline(table: pd.DataFrame) -> str:
    """Say in sentences what the model reaches at 2 %, and which alternatives it beats outside the interval at each capacity."""
    basis = telling_basis(table)
    mine = table[(table["basis"] == basis) & (table["ranking"] == MODEL)].set_index("capacity").loc[CAPACITY]
    if np.isnan(mine["recall"]):
        return (
            f"What the model reaches at 2 % is {UNKNOWN}: judged by {basis}, and {mine['random_findings']:.0f} random interviews with "
            f"indications carry it, where {LEAST_FOUND} are needed and some among those called in.\n\n{verdict(table)}"
        )
    said = (
        f"If each post interviews 2 % of its cases in the order of the score, it meets {mine['recall']:.1%} "
        f"[{mine['recall_low']:.1%}, {mine['recall_high']:.1%}] of the people concerned, {mine['per_100']:.1f} in a hundred "
        f"interviews. Judged by {basis}; in brackets 95 % intervals."
    )
    return f"{said}\n\n{verdict(table)}"


def verdict(table: pd.DataFrame) -> str:
    """Say in words which alternatives the model beats outside the interval, at each capacity; by truth where it is known."""
    basis = telling_basis(table)
    lines = [
        "“Beaten” means that the whole interval of the ratio lies above 1, "
        f"“{UNKNOWN}” by truth that both together reach fewer than {LEAST_REACHED} rings, or people alone, and by labels that "
        f"fewer than {LEAST_FOUND} random interviews found indications."
    ]
    for capacity, rows in table[table["basis"] == basis].groupby("capacity", sort=True):
        others = rows[rows["ranking"] != MODEL]
        beaten, unknown = others["times_low"] > 1.0, others["times"].isna()
        names = others["ranking"]
        told = [f"beaten: {_listed(names[beaten])}"] if beaten.any() else []
        # bold is for what speaks against the model; of what is not known nothing is claimed
        told += [f"**not beaten: {_listed(names[~beaten & ~unknown])}**"] if (~beaten & ~unknown).any() else []
        told += [f"{UNKNOWN}: {'all' if unknown.all() else _listed(names[unknown])}"] if unknown.any() else []
        lines.append(f"- {capacity:.1%}: {'. '.join(told)}.")
    return "\n".join(lines)


def _listed(names: pd.Series[str]) -> str:
    """Put names side by side that may have commas in them."""
    return "; ".join(names)


def of_adults(grouped: pd.DataFrame) -> str:
    """Say how minors stand in figures at capacity, and what the model reaches of adults alone.

    Parameters
    ----------
    grouped
        From `training.validation.rolling.by_group` at `CAPACITY`, with the column ``minor``.
    """
    told = (grouped["basis"] == telling_basis(grouped)) & (grouped["by"] == "minor") & (grouped["ranking"] == MODEL)
    adults = grouped[told & (grouped["group"] == "adult")]
    known = adults[adults["recall"].notna()]
    recall = (
        f"Of adults alone, the interviews being the same, it meets {row['recall']:.1%} [{row['recall_low']:.1%}, {row['recall_high']:.1%}] "
        f"of {row['positives']:,.0f} people concerned."
        for row in known.to_dict("records")
    )
    return (
        "Minors are ranked among all others in every figure of this report and take up interviews of its capacity, although in service "
        "they go to the child procedure whatever their score. "
        + next(recall, f"What it meets of adults alone is {UNKNOWN}.")
    )


def known_alone(table: pd.DataFrame, figures: tuple[str, ...]) -> tuple[pd.DataFrame, str]:
    """Leave out each basis by which no figure is known in any row, and say so in a sentence; empty where all tell something."""
    if "basis" not in table.columns:
        return table, ""
    tells = table[list(figures)].notna().any(axis=1).groupby(table["basis"], sort=False).any()
    silent = [str(basis) for basis in tells.index[~tells]]
    if not silent:
        return table, ""
    return table[~table["basis"].isin(silent)].reset_index(
        drop=True
    ), f"By {' and '.join(silent)} none of this is known."


def across(table: pd.DataFrame, index: list[str], columns: str, value: str = "recall") -> pd.DataFrame:
    """Turn a long table into one row per index and one column per value of a column, each with its interval.

    Only the telling basis is kept; the long table stands in the appendix.
    """
    rows = table[table["basis"] == telling_basis(table)]
    heads = list(dict.fromkeys(rows[columns]))
    wide = rows[index].drop_duplicates().reset_index(drop=True)
    for head in heads:
        of_head = rows[rows[columns] == head].set_index(index)
        keys = pd.MultiIndex.from_frame(wide[index]) if len(index) > 1 else pd.Index(wide[index[0]])
        name = f"{head:.1%}" if isinstance(head, float | np.floating) else str(head)
        for end in ("", "_low", "_high"):
            wide[f"{name}{end}"] = of_head[f"{value}{end}"].reindex(keys).to_numpy()
    return wide
