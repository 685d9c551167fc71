"""Covers: lookalikes.pair_cases, lookalikes.pair_report, lookalikes.pair_signs.

Each typology's smallest instance beside its closest look-alike: which records only the ring leaves (printed with ``-s``).
"""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from synthetic_data.commands import NOTICE, world
from synthetic_data.lookalikes.pair_cases import CASES
from synthetic_data.lookalikes.pair_report import pair, show
from synthetic_data.lookalikes.pair_signs import Tables, Trace, read
from synthetic_data.typologies.table import SHARES


def value(tables: Tables, trace: Trace) -> object:
    rows = tables[trace.table]
    return rows.set_index(rows.columns[0]).loc[trace.record, trace.column]


def landings_of(tables: Tables, results: list[Trace]) -> set[str]:
    events = tables["residence_events"].set_index("event_id")
    return {events.loc[item.record, "landing_id"] for item in results}


@pytest.mark.parametrize("typology", SHARES)
def test_the_ring_leaves_records_that_its_look_alike_does_not(typology: int) -> None:
    case, (ring, honest) = CASES[typology], pair(typology)
    click.echo("\n" + show(typology))
    assert len(ring["visa_applications"]) >= case.people
    assert len(honest["visa_applications"]) == case.people
    # what both have: a hasty reader would take it for proof
    assert case.common(ring)
    assert case.common(honest)
    telling = case.telling(ring)
    assert telling
    assert case.telling(honest) == []
    for trace in telling:
        assert str(value(ring, trace)) == trace.value


@pytest.mark.parametrize("typology", [1, 3, 4, 10])
def test_women_who_move_to_one_address_come_from_different_households(typology: int) -> None:
    ring, _ = pair(typology)
    results = CASES[typology].telling(ring)
    assert len({read("address", item.value) for item in results}) < len(landings_of(ring, results)) <= len(results)
    landed = ring["landings"].set_index("landing_id").loc[sorted(landings_of(ring, results))]
    assert landed["application_id"].nunique() >= 2


def test_two_bodies_share_a_name_and_a_birth_date() -> None:
    ring, honest = pair(2)
    results = CASES[2].telling(ring)
    landed = ring["landings"].set_index("landing_id").loc[[item.record for item in results]]
    assert landed["biometric_id"].nunique() == 2
    assert landed["birth_date"].nunique() == 1
    # the honest one lands twice with the same fingers
    assert honest["landings"].groupby("birth_date")["biometric_id"].nunique().max() <= 1


def test_trainees_go_missing_after_six_to_fourteen_months() -> None:
    ring, _ = pair(7)
    events = ring["residence_events"].merge(ring["landings"], on="landing_id")
    missing = events[events["kind"] == "missing_report"]
    assert len(missing)
    assert ((missing["occurred_at"] - missing["landed_at"]).dt.days.between(179, 426)).all()


def test_the_command_prints_a_pair_and_says_first_that_it_is_synthetic() -> None:
    result = CliRunner().invoke(world, ["--show", "T4"])
    assert result.exit_code == 0
    assert result.output.startswith(NOTICE)
    assert result.output.count("residence_events RE") >= 2
    assert "no such record" in result.output
    assert CliRunner().invoke(world, []).exit_code == 2
