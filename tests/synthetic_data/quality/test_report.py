"""Covers: quality.report, quality.page, quality.datasheet, quality.fidelity, quality.public_figures, quality.pictures, quality.svg, quality.probes, quality.text_tables, quality.deviation_reasons, quality.world_frames, commands.

What a world's account says is what the world holds, and it says first that all of it is synthetic.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from synthetic_data.commands import NOTICE, world
from synthetic_data.quality.datasheet import datasheet
from synthetic_data.quality.fidelity import clients, hub_measures
from synthetic_data.quality.probes import Probe, area, area_within
from synthetic_data.quality.public_figures import ANYWHERE, REALISTIC, Figure
from synthetic_data.quality.text_tables import figure_rows, limits
from synthetic_data.scenario import load_scenario, parameters


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("world")
    result = CliRunner().invoke(world, ["--out", str(out), "--applications", "6000", "--report"])
    assert result.exit_code == 0, result.output
    return out, result.output


def test_the_report_is_one_file_that_needs_nothing_else_and_says_first_that_it_is_synthetic(
    reported: tuple[Path, str],
) -> None:
    text = (reported[0] / "report.html").read_text(encoding="utf-8")
    assert text.splitlines()[1] == f"<!-- {NOTICE} -->"
    assert text.index(NOTICE, text.index("<body>")) < text.index("<h1>")
    assert "<script" not in text
    assert not re.search(r'(src|href)="', text)
    for section in ("Volumes", "Hubs", "Rings", "Labels", "Gaps", "Fidelity", "Short-cuts"):
        assert f"<h2>{section}" in text
    assert text.count("<svg") >= 15


def test_the_command_prints_25_figures_or_more_and_every_probe(reported: tuple[Path, str]) -> None:
    output = reported[1]
    count = re.search(r"(\d+) figures; limits", output)
    assert count
    assert int(count[1]) >= 25
    for name in (
        "ids",
        "row order",
        "empty fields",
        "lengths and templates",
        "fractions of times",
        "nationality, sex and post",
    ):
        assert re.search(rf"^{name} +0\.\d", output, re.MULTILINE), name


def test_no_person_and_no_number_of_theirs_stands_in_the_report(reported: tuple[Path, str]) -> None:
    filed = pd.read_parquet(reported[0] / "visa_applications.parquet").sample(300, random_state=0)
    text = (reported[0] / "report.html").read_text(encoding="utf-8")
    for column in (
        "application_id",
        "passport_number",
        "applicant_phone",
        "guarantor_phone",
        "home_address",
        "guarantor_name",
    ):
        assert not any(value in text for value in filed[column].dropna())


def test_the_datasheet_has_all_parts_and_every_parameter_with_its_source(reported: tuple[Path, str]) -> None:
    sheet = (reported[0] / "datasheet.md").read_text(encoding="utf-8")
    assert sheet.startswith(NOTICE)
    for part in (
        "Motivation",
        "Composition",
        "Process",
        "Uses",
        "Parameters",
        "Limits",
        "Beside public figures",
        "Short-cuts",
    ):
        assert f"\n## {part}\n" in sheet
    for name, item in parameters().items():
        assert f"| {name} |" in sheet
        assert item.source in sheet
    alone = datasheet(NOTICE, load_scenario("flat"), 1, {"landings": 5, "exploited": 2})
    assert "| landings | 5 |" in alone


def test_a_deviation_is_counted_from_the_figure_or_the_nearest_end_of_its_range() -> None:
    # 12 against 10 is a fifth above; 30 against 10-20 is a half above 20; 15 lies inside
    assert Figure("a", 10, 10, 12, "s", ANYWHERE).deviation == pytest.approx(0.2)
    assert Figure("a", 10, 20, 30, "s", ANYWHERE).deviation == pytest.approx(0.5)
    assert Figure("a", 10, 20, 15, "s", ANYWHERE).deviation == 0.0
    assert not Figure("a", 10, 20, 15, "s", ANYWHERE).far
    assert Figure("a", 10, 20, float("nan"), "s", ANYWHERE).far


def test_what_only_a_realistic_world_should_show_is_no_limit_of_an_enriched_one() -> None:
    level = Figure("level", 1, 1, 9, "s", REALISTIC)
    assert limits([level], realistic=False) == []
    assert limits([level], realistic=True) == [level]
    assert figure_rows([level], realistic=False)[0][-1] == "enriched"


def test_clients_are_counted_by_year_and_district() -> None:
    # one district; 2009: agency A three times, B once; 2010: A once
    filed = pd.DataFrame({
        "agency_id": ["A", "A", "A", "B", "A", None],
        "submitted_at": pd.to_datetime(["2009-01-01"] * 4 + ["2010-01-01"] * 2, utc=True),
    })  # fmt: skip
    results = clients(filed)
    assert [counts.tolist() for counts in results] == [[1, 3], [1]]
    # medians 2 and 1, largest 3 and 1: their middles over the two years
    assert hub_measures(results)["median"] == 1.5
    assert hub_measures(results)["largest"] == 2.0


def test_within_strata_a_score_that_only_knows_the_stratum_is_worth_nothing() -> None:
    strata = np.repeat([0, 1], 100)
    exploited = np.concatenate([np.arange(100) < 5, np.arange(100) < 50])
    assert area(strata.astype(float), exploited) > 0.7
    assert area_within(strata.astype(float), exploited, strata) == 0.5


def test_a_probe_is_held_to_the_number_its_limit_is_about() -> None:
    assert Probe("a", 0.5, 0.7, 0.01, 0.55).holds
    assert not Probe("a", 0.7, 0.5, 0.01, 0.55).holds
    assert Probe("a", 0.7, 0.5, 0.01, None).holds
