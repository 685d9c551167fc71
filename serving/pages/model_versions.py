"""A model version as the models page shows it: gate, approvals, figures with their sample sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.languages import text, texts
from serving.registry.mlflow_registry import ModelVersion

SMALLEST_SAMPLE = 10
"""A figure of fewer people is not shown: a single person more or less would change it."""
OPEN_OUTCOMES = ("fails", "no evidence", "waived")
"""Outcomes of gate lines in the order of the page; lines that hold come last."""
_VERDICTS = {"passed", "trial", "waived", "demonstration", "refused"}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as text; ``too_few`` if its sample is smaller than `SMALLEST_SAMPLE`."""

    label: str
    sample: str
    value: str
    interval: str
    too_few: bool


@dataclass(frozen=True, slots=True)
class GateLine:
    """A line of the gate as text."""

    outcome: str
    condition: str
    figures: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version as text; ``gate`` and ``waiver`` are None where there is no result or waiver."""

    version: str
    run_url: str | None
    gate: str | None
    approvals: list[str]
    waiver: str | None
    counts: list[tuple[str, str]]
    figures: list[FigureRow]
    open_lines: list[GateLine]
    held_lines: list[GateLine]


def version_view(version: ModelVersion | None, language: str) -> VersionView | None:
    """Return a version as the page shows it."""
    if version is None:
        return None
    return VersionView(
        version.version, version.run_url, version.gate if version.gate in _VERDICTS else None,
        [signature_label(name, language) for name in version.approvals],
        waiver_label(version.waiver, version.lines, language),
        [(label[language], f"{version.metrics[name]:,.0f}") for name, label in texts("serving.counts").items() if name in version.metrics],
        figure_rows(version.metrics, language),
        [_line(line, language) for line in open_lines(version.lines)],
        [_line(line, language) for line in version.lines if line["outcome"] not in OPEN_OUTCOMES],
    )  # fmt: skip


def figure_rows(metrics: Mapping[str, float], language: str) -> list[FigureRow]:
    """Return the figures of a run that are shown, in the order of their texts."""
    labels = texts("serving.figures")
    return [_figure(name, label[language], metrics) for name, label in labels.items() if name in metrics]


def _figure(name: str, label: str, metrics: Mapping[str, float]) -> FigureRow:
    people = metrics.get(f"{name}_people" if name.startswith("recall_gain") else "positives")
    sample = "–" if people is None else f"{int(people):,}"
    if people is not None and people < SMALLEST_SAMPLE:
        return FigureRow(label, sample, "–", "–", too_few=True)
    low, high = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
    interval = "" if low is None or high is None else f"{low:.3f} – {high:.3f}"
    return FigureRow(label, sample, f"{metrics[name]:.4g}", interval, too_few=False)


def open_lines(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return gate lines that do not hold: failed, then without evidence, then waived."""
    selected = (line for line in lines if line["outcome"] in OPEN_OUTCOMES)
    return sorted(selected, key=lambda line: OPEN_OUTCOMES.index(line["outcome"]))


def _line(line: Mapping[str, Any], language: str) -> GateLine:
    outcome = texts("serving.gate_outcomes").get(line["outcome"], {}).get(language, line["outcome"])
    condition, figures = (line.get(f"{name}_{language}") or line[name] for name in ("condition", "figures"))
    return GateLine(outcome, condition, figures)


def signature_label(name: str, language: str) -> str:
    """Return a name or waiver as signed; what the program signs itself is translated.

    >>> signature_label("demonstration", "ja"), signature_label("A. Person", "ja")
    ('実演', 'A. Person')
    """
    return texts("serving.waivers").get(name, {}).get(language, name)


def waiver_label(waiver: str | None, lines: Sequence[Mapping[str, Any]], language: str) -> str | None:
    """Return a waiver with the count of waived lines in place of their codes."""
    waived = [str(line["waiver"]) for line in lines if line.get("waiver")]
    if waiver is None or not waived:
        return waiver
    signed = signature_label(waived[0], language)
    return text("serving.waiver", "with_lines")[language].format(waiver=signed, count=len(waived))
