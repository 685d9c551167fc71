"""What does the drift report say? Its sections, for Markdown and for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from features.languages import texts
from training.drift.outcomes import FALSE_ALARM_LEVEL, TYPOLOGY
from training.drift.population_stability import MISSING_JUMP, SHIFTED
from training.drift.reference import REFERENCE_DAYS
from training.evaluation.health import Health
from training.report.sections import Section

QUARTERS, INPUTS = "quarters.png", "inputs.png"
"""Pictures beside the report."""
TYPOLOGIES = {code: text["en"] for code, text in texts("typologies").items()}
"""Typologies as the pages name them; a test compares the two."""
SLIPS = {
    "thousand": "factor 1,000: perhaps thousands for ones",
    "hundred": "factor 100: perhaps per cent for shares",
    "ten": "factor 10: perhaps a digit lost or added",
    "months and years": "factor 12: perhaps months for years",
    "days and years": "factor 365: perhaps days for years",
}
"""Changes of measure by the names of `training.drift.population_stability.SLIPS`."""
_SHOWN = 15
_ALARM = {True: "alarm", False: ""}
_SAME_RECORDS = {
    True: "These are the very records that the champion learned from.",
    False: "**These are not the very records that the champion learned from** (another hash): expected where new records were "
    "added; in another folder altogether the comparison says nothing about drift.",
    None: "The hash of the champion's training records is not on record.",
}


def title(drift: Mapping[str, Any]) -> str:
    """Heading of the report."""
    return f"Drift of the {drift['subject']} model"


def sections(drift: Mapping[str, Any]) -> list[Section]:
    """Sections of the report: alarms, inputs, outcomes, quarters and expected performance."""
    parts = (_summary, _ranking, _inputs, _outcomes, _tests, _quarters, _expected)
    return [part(drift) for part in parts]


def typology(code: str) -> str:
    """Typology by code and name.

    >>> typology("T11")
    'T11 (labour exploitation of men)'
    """
    return f"{code} ({TYPOLOGIES[code]})" if code in TYPOLOGIES else code


def number_of(count: int, noun: str) -> str:
    """Number with its noun.

    >>> number_of(1, "alarm"), number_of(2, "alarm")
    ('1 alarm', '2 alarms')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def alarm_label(name: str) -> str:
    """Label of an alarm, a typology with its name."""
    question, _, of = name.partition(" ")
    return f"{question} {typology(of)}" if question == TYPOLOGY else name


def _summary(drift: Mapping[str, Any]) -> Section:
    score, then, now = drift["score"], drift["then"], drift["now"]
    return Section(
        "Alarms",
        f"**{number_of(drift['alarms'], 'alarm')}**: {'; '.join(map(alarm_label, drift['alarmed'])) or 'nothing drifted'}.\n"
        f"{now['cases']:,} cases from {now['since']} to {now['until']}, against {then['cases']:,} from {then['since']} to "
        f"{then['until']}: the last {REFERENCE_DAYS // 365} years before the champion learned.\n"
        f"Score: PSI {score['stability_index']:.3f}, mean {score['mean_then']:.4f} then and {score['mean_now']:.4f} now"
        f"{' (alarm)' if score['alarm'] else ''}.\n{_SAME_RECORDS[drift['same_records']]}",
    )


def _ranking(drift: Mapping[str, Any]) -> Section:
    """Ranking and calibration on cases that the champion did not learn from, by the labels known since."""
    health = Health.read(drift["health"])
    if health is None:
        return Section("Ranking since the champion learned", "Not known.")
    alarm = f"**{health.alarm}**.\n" if health.alarm else ""
    return Section("Ranking since the champion learned", f"{alarm}{health.ranking}; {health.calibration}.")


def _inputs(drift: Mapping[str, Any]) -> Section:
    features = drift["features"]
    growing = [row for row in features if row["grows"]]
    rows = [
        {
            "feature": row["feature"], "PSI": row["stability_index"], "missing then": f"{row['missing_then']:.1%}",
            "missing now": f"{row['missing_now']:.1%}", "change of measure": SLIPS.get(row["slip"], "–"),
            "": _ALARM[row["alarm"]] or ("grows with the records" if row["grows"] else ""),
        }
        for row in [*[row for row in features if not row["grows"]][:_SHOWN], *growing]
    ]  # fmt: skip
    return Section(
        "Inputs",
        f"Alarms: a PSI of {drift['limit']:.2f} ({SHIFTED}, or chance at this number of cases), {MISSING_JUMP:.0%} more or fewer "
        "missing values, or a median shifted by a change of measure. Days since the first event grow with the records; they are "
        "last, and their PSI raises no alarm.",
        pd.DataFrame(rows),
        INPUTS,
    )


def _outcomes(drift: Mapping[str, Any]) -> Section:
    rows = [
        {
            "interviews": row["arm"].replace("_", " "), "then": row["then"],
            "with indications then": _figure(row["share_then"], ".3f"), "now": row["now"],
            "with indications now": _figure(row["share_now"], ".3f"),
        }
        for row in drift["outcomes"]
    ]  # fmt: skip
    return Section(
        "Outcomes", "Shares with indications before and after the champion learned, by arm.", pd.DataFrame(rows)
    )


def _tests(drift: Mapping[str, Any]) -> Section:
    rows = [
        {
            "question": f"{row['question']} {typology(row['of']) if row['question'] == TYPOLOGY else row['of']}",
            "then": f"{row['positives_then']:,} of {row['then']:,}", "now": f"{row['positives_now']:,} of {row['now']:,}",
            "p-value": f"{row['p_value']:.2g}", "detectable odds ratio": _figure(row["detectable_ratio"], ".1f", "none"),
            "": _ALARM[row["alarm"]],
        }
        for row in drift["outcome_tests"]
    ]  # fmt: skip
    return Section(
        "Drift of outcomes",
        f"Exact tests within arms, with case groups; {FALSE_ALARM_LEVEL:.0%} of reports raise an alarm where nothing changed. A "
        "typology alarms only where its share grows. The detectable odds ratio, now to then, would alarm four times in five; "
        "“none” where findings are too few.",
        pd.DataFrame(rows),
    )


def _quarters(drift: Mapping[str, Any]) -> Section:
    rows = [
        {
            "quarter": row["quarter"], "": "now" if row["now"] else "then", "cases": row["cases"],
            "mean score": f"{row['mean_score']:.4f}", "findings": row["findings"], "with indications": row["indications"],
            "their mean score": _figure(row["their_mean_score"], ".4f"),
            "by typology": ", ".join(f"{typology(name)} {count}" for name, count in row["typologies"].items()),
        }
        for row in drift["quarters"]
    ]  # fmt: skip
    text = "By quarter of the cases' own times; younger cases have fewer findings because findings take time."
    return Section("By quarter", text, pd.DataFrame(rows), QUARTERS)


def _expected(drift: Mapping[str, Any]) -> Section:
    expected = drift["expected"]
    precision, recall = (
        f"{expected[name]:.3f} [{expected[f'{name}_low']:.3f}, {expected[f'{name}_high']:.3f}]"
        for name in ("precision", "recall")
    )
    return Section(
        "Expected performance",
        f"Before labels arrive the scores predict a precision of {precision} and a recall of {recall} at "
        f"{expected['capacity']:.1%} capacity, with 95 % intervals. This assumes calibrated scores and a change of inputs alone; "
        "a new way of exploitation does not show, and rings make the intervals wider.",
    )


def _figure(value: float | None, form: str, missing: str = "–") -> str:
    return missing if value is None else f"{value:{form}}"
