"""What does a comparison of two times say, in words? The drift report in sections, for Markdown and for a page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from training.drift.outcomes import FALSE_ALARM_LEVEL, TYPOLOGY
from training.drift.reference import REFERENCE_DAYS
from training.drift.stability import MISSING_JUMP, SHIFTED
from training.drift.words import SLIPS, number_of, typology
from training.reporting.sections import Section

QUARTERS, INPUTS = "quarters.png", "inputs.png"
"""Pictures that stand beside the report."""
_SHOWN = 15
_LOOK = {True: "look", False: ""}


def title(found: dict[str, Any]) -> str:
    """Return the heading of the report."""
    return f"Drift of the {found['subject']} model"


def sections(found: dict[str, Any]) -> list[Section]:
    """Return the comparison in sections: what to look at first, then inputs, outcomes, quarters and what the scores promise."""
    return [_summary(found), _inputs(found), _found(found), _tests(found), _quarters(found), _promised(found)]


def alarm_in_words(name: str) -> str:
    """Return an alarm as people read it: a typology by its words, too."""
    question, _, of = name.partition(" ")
    return f"{question} {typology(of)}" if question == TYPOLOGY else name


def _summary(found: dict[str, Any]) -> Section:
    score, then, now = found["score"], found["then"], found["now"]
    same = (
        "These are the very records that the champion learned from."
        if found["same_records"]
        else "**These are not the very records that the champion learned from** (another hash): expected where they have "
        "grown since, as with new outcomes; if this is another folder altogether, the comparison says nothing about drift."
        if found["same_records"] is False
        else "Which records the champion learned from is not on record."
    )
    return Section(
        "What to look at",
        f"**{number_of(found['alarms'], 'alarm')}**: {'; '.join(map(alarm_in_words, found['alarmed'])) or 'nothing to look at'}.\n"
        f"{now['cases']:,} cases from {now['since']} to {now['until']}, against {then['cases']:,} from {then['since']} to {then['until']}: "
        f"the last {REFERENCE_DAYS // 365} years that the champion learned from, for before them fewer records had been kept.\n"
        f"Score: stability index {score['stability_index']:.3f}, mean {score['mean_then']:.4f} then and {score['mean_now']:.4f} now"
        f"{' (look)' if score['alarm'] else ''}.\n{same}",
    )


def _inputs(found: dict[str, Any]) -> Section:
    features = found["features"]
    shown = [*[one for one in features if not one["grows"]][:_SHOWN], *(one for one in features if one["grows"])]
    rows = [
        {
            "feature": one["feature"], "stability_index": one["stability_index"],
            "missing then": f"{one['missing_then']:.1%}", "missing now": f"{one['missing_now']:.1%}",
            "median moved by a unit": SLIPS.get(one["slip"], "–"),
            "": _LOOK[one["alarm"]] or ("grows with the records" if one["grows"] else ""),
        }
        for one in shown
    ]  # fmt: skip
    return Section(
        "Inputs",
        f"A distribution counts as shifted from a stability index of {found['limit']:.2f} ({SHIFTED}, or what chance alone makes of so few cases); "
        f"{MISSING_JUMP:.0%} more or fewer missing values count, too, as does a median that moved by as much as a change of unit moves it. "
        "Days since the first event grow as records are kept longer: those features are shown last, and their index alone raises no alarm.",
        pd.DataFrame(rows),
        INPUTS,
    )


def _found(found: dict[str, Any]) -> Section:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}"

    rows = [
        {
            "interviews": one["arm"].replace("_", " "), "then": one["then"],
            "with indications then": share(one["share_then"]), "now": one["now"],
            "with indications now": share(one["share_now"]),
        }
        for one in found["outcomes"]
    ]  # fmt: skip
    said = "Shares with indications, up to the last case that the champion learned from and since, by how cases were chosen."
    return Section("What was found", said, pd.DataFrame(rows))


def _tests(found: dict[str, Any]) -> Section:
    rows = [
        {
            "question": f"{one['question']} {typology(one['of']) if one['question'] == TYPOLOGY else one['of']}",
            "then": f"{one['found_then']:,} of {one['then']:,}", "now": f"{one['found_now']:,} of {one['now']:,}",
            "chance": f"{one['chance']:.2g}", "ratio of odds it would see": _seen(one["seen_from"]), "": _LOOK[one["alarm"]],
        }
        for one in found["outcome_tests"]
    ]  # fmt: skip
    return Section(
        "Do interviews find something else?",
        "Exact tests within the ways of choosing, people of one ring together; where nothing moved, "
        f"{FALSE_ALARM_LEVEL:.0%} of reports raise any of these alarms. A typology alarms only where its part grows. "
        "The last column but one says how much would have to change to be seen: the ratio of the odds now to those then that would "
        "raise the alarm four times in five (2 is about twice as often); “none” where no change would, for lack of findings.",
        pd.DataFrame(rows),
    )


def _seen(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f}"


def _quarters(found: dict[str, Any]) -> Section:
    rows = [
        {
            "quarter": one["quarter"], "": "now" if one["now"] else "then", "cases": one["cases"],
            "mean score": f"{one['mean_score']:.4f}", "findings": one["findings"], "with indications": one["indications"],
            "their mean score": "–" if one["their_mean_score"] is None else f"{one['their_mean_score']:.4f}",
            "by typology": ", ".join(f"{typology(name)} {count}" for name, count in one["typologies"].items()),
        }
        for one in found["quarters"]
    ]  # fmt: skip
    said = "By quarter of the cases' own times; younger cases have fewer findings because findings take time."
    return Section("By quarter", said, pd.DataFrame(rows), QUARTERS)


def _promised(found: dict[str, Any]) -> Section:
    expected = found["expected"]
    return Section(
        "What the scores promise",
        f"Before labels arrive, the scores promise a precision of {_interval(expected, 'precision')} and a recall of "
        f"{_interval(expected, 'recall')} at {expected['capacity']:.1%} capacity, each with the interval in which 95 of 100 outcomes lie. This "
        "assumes that scores are calibrated now as they were then, that nothing but the inputs has moved, and that people are concerned each on "
        "their own; a new way of exploitation would not show here, and rings make the intervals wider.",
    )


def _interval(expected: dict[str, Any], name: str) -> str:
    return f"{expected[name]:.3f} [{expected[f'{name}_low']:.3f}, {expected[f'{name}_high']:.3f}]"
