"""What does a comparison of two times say, in words? The drift report as Markdown."""

from __future__ import annotations

from typing import Any

from training.drift.outcomes import FALSE_ALARM_LEVEL
from training.drift.stability import MISSING_JUMP, SHIFTED
from training.gate.evidence import FIRST_LINE

_SHOWN = 15


def report(found: dict[str, Any]) -> str:
    """Return the comparison as Markdown."""
    rows = [
        f"| {one['feature']} | {one['stability_index']:.3f} | {one['missing_then']:.1%} | {one['missing_now']:.1%} | "
        f"{one['slip'] or ''} | {'look' if one['alarm'] else ''} |"
        for one in found["features"][:_SHOWN]
    ]
    outcomes = [
        f"| {one['arm']} | {one['then']} | {one['share_then']:.3f} | {one['now']} | {one['share_now']:.3f} |"
        for one in found["outcomes"]
    ]
    expected, score = found["expected"], found["score"]
    lines = [
        FIRST_LINE,
        "",
        f"# Drift of the {found['subject']} model",
        "",
        f"{found['then']['cases']:,} cases up to {found['then']['until']} against {found['now']['cases']:,} up to "
        f"{found['now']['until']}. To look at: {'; '.join(found['alarmed']) or 'nothing'}. Score: stability index "
        f"{score['stability_index']:.3f}, mean {score['mean_then']:.4f} then and {score['mean_now']:.4f} now.",
        "",
        f"A distribution counts as shifted from a stability index of {SHIFTED}, or what chance alone makes of so few cases; {MISSING_JUMP:.0%} more or",
        "fewer missing values or a median moved by a whole unit count, too.",
        "",
        "| feature | stability index | missing then | missing now | looks like a unit | |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        "| interviews | then | share with indications | now | share with indications |",
        "|---|---|---|---|---|",
        *outcomes,
        "",
        "What interviews find, then and now. Exact tests within the ways of choosing, people of one ring together; where nothing",
        f"moved, {FALSE_ALARM_LEVEL:.0%} of reports raise any of these alarms. A typology alarms only where its part grows.",
        "",
        "| question | then | now | chance | odds seen from | |",
        "|---|---|---|---|---|---|",
        *_tests(found["outcome_tests"]),
        "",
        "By quarter of the cases' own times; younger cases have fewer findings because findings take time.",
        "",
        "| quarter | | cases | mean score | findings | with indications | their mean score | by typology |",
        "|---|---|---|---|---|---|---|---|",
        *_quarters(found["quarters"]),
        "",
        f"Before labels arrive, the scores promise a precision of {_interval(expected, 'precision')} and a recall of "
        f"{_interval(expected, 'recall')} at {expected['capacity']:.1%} capacity, each with the interval in which 95 of 100 outcomes lie. This",
        "assumes that scores are calibrated now as they were then, that nothing but the inputs has moved, and that people are concerned each on their",
        "own; a new way of exploitation would not show here, and rings make the intervals wider.",
    ]
    return "\n".join(lines) + "\n"


def _quarters(quarters: list[dict[str, Any]]) -> list[str]:
    return [
        f"| {one['quarter']} | {'now' if one['now'] else 'then'} | {one['cases']:,} | {one['mean_score']:.4f} | "
        f"{one['findings']} | {one['indications']} | "
        f"{'' if one['their_mean_score'] is None else format(one['their_mean_score'], '.4f')} | "
        f"{', '.join(f'{name} {count}' for name, count in one['typologies'].items())} |"
        for one in quarters
    ]


def _tests(tests: list[dict[str, Any]]) -> list[str]:
    return [
        f"| {one['question']} {one['of']} | {one['found_then']} of {one['then']} | {one['found_now']} of {one['now']} | "
        f"{one['chance']:.2g} | {'none' if one['seen_from'] is None else format(one['seen_from'], '.1f')} | "
        f"{'look' if one['alarm'] else ''} |"
        for one in tests
    ]


def _interval(expected: dict[str, Any], name: str) -> str:
    return f"{expected[name]:.3f} [{expected[f'{name}_low']:.3f}, {expected[f'{name}_high']:.3f}]"
