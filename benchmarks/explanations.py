"""Would the findings convince an officer? ``python -m benchmarks.explanations WORLD --subject visa --bundle FOLDER``.

Counts, over the latest cases of a world whose truth is known, what a finding may never do and what it should do. All data
are synthetic.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from features.catalogue.findings import FOR_THE_PERSON, ORGANISER_MATCH, RAISES
from features.events.history import History
from features.evidence import Record, other_records
from features.facts.table_facts import TableFacts
from features.matrix import TABLE_OF_SUBJECT, case_rows, history_of, values_of, view_of
from features.settings import Settings
from features.tables.folder import read_folder
from features.tables.schema import TABLES
from models.bundle import Bundle
from models.commands import champion
from models.findings import FindingsExplanation, ShownFinding, explain_by_findings

CASES, CAPACITY, ENOUGH = 10_000, 0.02, 0.8
_SUBJECTS = {"visa": "visa_application", "entry": "landing"}


@dataclass(frozen=True, slots=True)
class Explained:
    """A case with its findings; ``ring`` is empty where the person is not exploited."""

    explanation: FindingsExplanation
    raw_score: float
    called_in: bool
    ring: str


def explained_cases(
    folder: Path, subject: str, bundle: Bundle, n_cases: int, progress: bool = True
) -> Iterator[Explained]:
    """Yield the latest cases with their findings, called in where among the highest 2 % of all of these."""
    records, truth = read_folder(folder), pd.read_parquet(folder / "truth.parquet")
    table, history = TABLE_OF_SUBJECT[subject], history_of(records)
    facts = history.facts[table]
    rows = case_rows(facts.ids, facts["known_at"], None, None)[-n_cases:]
    own = facts.take(rows)
    values = bundle.read(values_of(view_of(history, own, subject), subject))
    explained, ids = bundle.scorer.explain(values), own.id_list()
    truth = truth[(truth["subject"] == _SUBJECTS[subject]) & truth["exploited"]].set_index("subject_id")["ring_id"]
    rings = truth.astype(str).reindex(ids).fillna("").tolist()
    status = records[table].to_pandas().set_index(TABLES[table].id_column)["status_of_residence"].loc[ids].tolist()
    threshold = np.sort(explained.raw_score)[-max(int(CAPACITY * len(ids)), 1)]
    for number in range(len(ids)):
        if progress and number % 1000 == 0:
            print(f"{number:,} of {len(ids):,} cases", file=sys.stderr, flush=True)
        evidence = partial(_records, history, subject, facts.take(rows[number : number + 1]))
        explanation = explain_by_findings(
            bundle, values[number], explained.contributions[number], float(explained.raw_score[number]),
            status=status[number], evidence=evidence,
        )  # fmt: skip
        raw = float(explained.raw_score[number])
        yield Explained(explanation, raw, raw >= threshold, rings[number])


def _records(history: History, subject: str, own: TableFacts, feature: str) -> list[Record]:
    return other_records(view_of(history, own, subject), subject, feature)


def figures(cases: list[Explained], rings: Mapping[tuple[str, str], str]) -> dict[str, tuple[float, int]]:
    """Return each figure with the number of cases that it is about.

    Parameters
    ----------
    rings
        Ring by table and id of a record, as the truth has it.
    """
    called = [case for case in cases if case.called_in]
    reached = [case for case in called if case.ring]
    honest = [case for case in called if not case.ring]
    shares = [_top_share(case.explanation) for case in called]
    return {
        "sum differs from the raw score by more than 1e-9": _share(cases, lambda c: not _exact(c)),
        "a ground is absent, or usual among the peers": _share(cases, lambda c: _usual(c.explanation)),
        "the same record on both sides": _share(cases, lambda c: _both_sides(c.explanation)),
        "called in with a ground": _share(called, lambda c: bool(_side(c.explanation, RAISES))),
        f"called in whose three strongest findings add {ENOUGH:.0%} of what raises": (float(np.mean(np.array(shares) >= ENOUGH)), len(called)),
        "exploited and called in whose first ground names their ring": _share(reached, lambda c: _names_ring(c, rings)),
        "honest and called in with a circumstance for the person": _share(honest, lambda c: bool(_side(c.explanation, FOR_THE_PERSON))),
    }  # fmt: skip


def _share(cases: list[Explained], holds: Callable[[Explained], bool]) -> tuple[float, int]:
    return (float(np.mean([holds(case) for case in cases])) if cases else float("nan"), len(cases))


def _exact(case: Explained) -> bool:
    parts = case.explanation
    total = parts.peer_base_value + sum(parts.contributions.values()) + parts.remainder
    return abs(total - case.raw_score) <= 1e-9


def _side(explanation: FindingsExplanation, direction: str) -> list[ShownFinding]:
    return [item for item in explanation.shown if item.finding.direction == direction]


def _usual(explanation: FindingsExplanation) -> bool:
    return any(
        not (clause.fact.is_present and clause.fact.is_unusual)
        for item in explanation.shown if item.finding.direction == RAISES and item.finding.code != ORGANISER_MATCH
        for clause in item.clauses
    )  # fmt: skip


def _both_sides(explanation: FindingsExplanation) -> bool:
    sides = [
        {record for item in explanation.shown if item.finding.direction == side for record in item.records}
        for side in (RAISES, FOR_THE_PERSON)
    ]
    return bool(sides[0] & sides[1])


def _top_share(explanation: FindingsExplanation) -> float:
    raising = sorted((max(added, 0.0) for added in explanation.contributions.values()), reverse=True)
    whole = sum(raising) + max(explanation.remainder, 0.0)
    return sum(raising[:3]) / whole if whole else 0.0


def _names_ring(case: Explained, rings: Mapping[tuple[str, str], str]) -> bool:
    grounds = [item for item in case.explanation.shown if item.finding.direction == RAISES]
    records = grounds[0].records if grounds else ()
    return any(rings.get((record.table, record.id)) == case.ring for record in records)


def ring_of_records(folder: Path) -> dict[tuple[str, str], str]:
    """Return the ring of each record that is about a person in a ring or its organiser, by table and id."""
    records, truth = read_folder(folder), pd.read_parquet(folder / "truth.parquet")
    ring = truth[truth["exploited"]].astype({"ring_id": str}).set_index("subject_id")["ring_id"]
    own = {name: records[name].to_pandas() for name in TABLE_OF_SUBJECT.values()}
    of_case = {name: rows[TABLES[name].id_column].map(ring) for name, rows in own.items()}
    passports = pd.concat([of_case[name].set_axis(own[name]["passport_number"]) for name in own]).dropna()
    keys = dict.fromkeys(("application_id", "landing_id", "subject_id"), ring)
    keys["passport_number"] = passports[~passports.index.duplicated()]
    out: dict[tuple[str, str], str] = {}
    for name, table in TABLES.items():
        rows = own.get(name, records[name].to_pandas())
        for key in (key for key in keys if key in rows):
            known = rows[key].map(keys[key])
            out |= {
                (name, id_): of for id_, of in zip(rows[table.id_column], known, strict=True) if isinstance(of, str)
            }
    return out | _ring_of_organisers(history_of(records), ring)


def _ring_of_organisers(history: History, ring: pd.Series) -> dict[tuple[str, str], str]:
    """Return the ring of each entry that matches the records of one ring alone."""
    matched = []
    for subject, table in TABLE_OF_SUBJECT.items():
        own = history.facts[table].take(np.flatnonzero(np.isin(history.facts[table].id_list(), ring.index)))
        matches = view_of(history, own, subject).watch_list
        case, entry = matches.case[~matches.victim], matches.entry[~matches.victim]
        matched.append(pd.DataFrame({"entry": entry, "ring": ring.loc[own.id_list()].to_numpy()[case]}))
    rings = pd.concat(matched).groupby("entry")["ring"].agg(["nunique", "first"])
    entries = history.facts["tip_database"]
    return {
        ("tip_database", entries.id_of(int(row))): of["first"] for row, of in rings.iterrows() if of["nunique"] == 1
    }


def main() -> None:
    """Print the figures of a world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("--subject", choices=tuple(_SUBJECTS), default="visa")
    parser.add_argument("--bundle", type=Path, help="default: the champion")
    parser.add_argument("--cases", type=int, default=CASES)
    args = parser.parse_args()
    bundle = champion(Settings.from_environment(), args.subject, args.bundle)
    rings = ring_of_records(args.world)
    cases = list(explained_cases(args.world, args.subject, bundle, args.cases))
    print("All data are synthetic.")
    for name, (share, n) in figures(cases, rings).items():
        print(f"{share:7.1%}  {name} (of {n:,})")


if __name__ == "__main__":
    main()
