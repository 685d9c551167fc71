"""The quality report: figures, page and datasheet from one reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthetic_data.quality.datasheet import datasheet
from synthetic_data.quality.deviation_reasons import reason
from synthetic_data.quality.fidelity import fidelity
from synthetic_data.quality.page import page
from synthetic_data.quality.probes import short_cuts
from synthetic_data.quality.text_tables import FIGURE_HEAD, PROBE_HEAD, aligned, figure_rows, limits, probe_rows
from synthetic_data.quality.world_frames import read_world
from synthetic_data.scenario import Scenario


def write_report(folder: Path, scenario: Scenario, seed: int, counts: Mapping[str, int], *, notice: str) -> str:
    """Write ``report.html`` and ``datasheet.md`` into a world's folder; return the tables for a terminal."""
    world, realistic = read_world(folder), scenario.name == "realistic"
    flat = scenario.says("flat_groups")
    figures = fidelity(world)
    probes = short_cuts(world, flat=flat, enriched=not realistic)
    title = f"A synthetic world: scenario {scenario.name}, seed {seed}, {counts['visa_applications']:,} applications"
    (folder / "report.html").write_text(
        page(world, figures, probes, notice=notice, title=title, about=scenario.about, realistic=realistic, flat=flat),
        encoding="utf-8",
    )
    sheet = datasheet(notice, scenario, seed, counts, figures, probes)
    (folder / "datasheet.md").write_text(sheet, encoding="utf-8")
    far = limits(figures, realistic=realistic)
    return "\n".join(
        [
            notice,
            "",
            aligned(FIGURE_HEAD, figure_rows(figures, realistic=realistic)),
            "",
            f"{len(figures)} figures; limits, off by more than a fifth: {len(far)}",
            *(f"  {figure.name}: {reason(figure, flat=flat)}" for figure in far),
            "",
            aligned(PROBE_HEAD, probe_rows(probes)),
            "",
            f"page: {folder / 'report.html'}",
        ]
    )
