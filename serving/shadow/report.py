"""Report of a shadow as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HEAD = (
    "| capacity of each post's week | chosen | the same | interviews | with indications | chosen by both | champion only "
    "| challenger only | p |"
)


def markdown_report(comparison: Mapping[str, Any]) -> str:
    """Return a comparison as Markdown."""
    c = comparison
    state = "runs" if c["running"] else "ended"
    lines = [
        "Synthetic data; not validated on any real visa record.",
        "",
        f"# Shadow of the {c['subject']} challenger, version {c['challenger']}",
        "",
        f"From {c['begun_at']} until {c['ends_at']} ({state}). {c['cases']} cases, {c['scored_by_both']} scored by both; "
        f"without a score: champion {c['no_score']['champion']}, challenger {c['no_score']['challenger']}. Mean score: "
        f"champion {_figure(c['mean']['champion'])}, challenger {_figure(c['mean']['challenger'])}; rank correlation "
        f"{_figure(c['rank_correlation'])}.",
        "",
        *(_table(c) if c["scored_by_both"] else [_nothing(c)]),
    ]
    return "\n".join(lines)


def _table(comparison: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {at['capacity']:.0%} | {at['chosen']} | {at['same']} | {arm} | {counts['findings']} | {counts['both']} | "
        f"{counts['champion_only']} | {counts['challenger_only']} | {_figure(counts['p'])} |"
        for at in comparison["at_capacity"]
        for arm, counts in at["found"].items()
    ]
    return [_HEAD, "|---" * 9 + "|", *rows, "", comparison["assumption"]]


def _nothing(comparison: Mapping[str, Any]) -> str:
    """Return why there is nothing to compare, and what to do."""
    if comparison["cases"]:
        silent = " and ".join(name for name, count in comparison["no_score"].items() if count)
        return (
            f"No case has a score from both: the {silent} gave none. The page about models shows why a champion is "
            "refused; a challenger that was removed is restored by `mimamori shadow start`."
        )
    if not comparison["running"]:
        return f"Nothing was scored before it ended. Start another with `mimamori shadow start {comparison['subject']} --until DATE`."
    return "Nothing has been scored yet. The challenger scores cases posted while `mimamori serve` runs; post some, then ask again."


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4f}"
