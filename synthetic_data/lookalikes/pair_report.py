"""Report of a typology's smallest ring beside its closest look-alike, read as records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.tables.schema import TABLES
from synthetic_data.filing.plan import Plan, concatenate
from synthetic_data.geography.district import District, open_district
from synthetic_data.lookalikes.pair_cases import CASES, Case
from synthetic_data.lookalikes.pair_signs import Tables, Trace
from synthetic_data.lookalikes.settlement import settle
from synthetic_data.output.district_records import record_people
from synthetic_data.people.repeat_applicants import owners
from synthetic_data.quality.text_tables import aligned
from synthetic_data.scenario import load_scenario
from synthetic_data.typologies.rings import plant
from synthetic_data.typologies.roster import enrol

APPLICATIONS = 400
"""Size of the district around the pair: its agencies, establishments and friends."""
OPEN = {
    "sign_strength": 2.0,
    "typing_errors": 0.0,
    "missing_share": 0.0,
    "detected_share": 0.01,
    "minimum_identified": 0,
}
HEAD = ("record", "column", "value")


def pair(typology: int, seed: int | None = None) -> tuple[Tables, Tables]:
    """Return the records of the smallest ring of a typology, and those of as many look-alikes."""
    case = CASES[typology]
    seed = case.seed if seed is None else seed
    return _ring(case, typology, seed), _honest(case, typology, seed)


def _district(seed: int) -> District:
    return open_district(seed, 0, 1, APPLICATIONS, load_scenario("default", OPEN))


def _ring(case: Case, typology: int, seed: int) -> Tables:
    d = _district(seed)
    plan, groups = plant(d, d.generator("pair"), typology, np.array([case.people]), 0)
    own: Sequence[Plan] = [owners(d, d.generator("owners"), plan)] if typology == 2 else []
    return _read(record_people(d, concatenate([plan, *own]), enrol((typology,), [groups])))


def _honest(case: Case, typology: int, seed: int) -> Tables:
    d = _district(seed)
    plan = settle(
        d, d.generator("pair"), typology, case.lookalike, case.people, sizes=(case.people,) * 2, months=(12, 42)
    )
    nobody = plant(d, d.generator("nobody"), typology, np.zeros(0, dtype=np.int64), 0)[1]
    return _read(record_people(d, plan, enrol((typology,), [nobody])))


def _read(tables: dict) -> Tables:  # type: ignore[type-arg]
    return {name: tables[name].to_pandas() for name in TABLES}


def show(typology: int) -> str:
    """Return the pair as text: what both have, and which records are only the ring's."""
    case = CASES[typology]
    ring, honest = pair(typology)
    parts = [
        f"T{typology}, {case.name}: {case.people} people; beside them {case.people} of the look-alike: {case.likeness}",
        "Ring and look-alike come from two separate small worlds: an id that both have is not the same person.",
    ]
    for title, sign in ((f"Both have: {case.both}", case.common), (f"Only the ring leaves: {case.only}", case.telling)):
        for who, tables in (("ring", ring), ("look-alike", honest)):
            parts += [f"{title} — {who}", _trace_table(sign(tables))]
    return "\n\n".join(parts)


def _trace_table(traces: Sequence[Trace]) -> str:
    rows = [(f"{trace.table} {trace.record}", trace.column, trace.value) for trace in traces]
    return aligned(HEAD, rows) if rows else "no such record"
