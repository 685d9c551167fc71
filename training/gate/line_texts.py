"""How does a line of the gate read? Figures and evidence as sentences by language."""

from __future__ import annotations

import math
from collections.abc import Mapping

from features.languages import LANGUAGES, Text, texts
from training.gate.policy import Condition

COUNTS = texts("training.evidence_counts")
"""What the number at a path of the evidence counts."""
_TEXTS = texts("training.gate")
FIRST = _TEXTS["first"]


def headline(condition: Condition, value: float | None, about: str | None) -> Text:
    """Figure of a line beside its limit, by language.

    Parameters
    ----------
    value
        None where not known.
    about
        Feature or group of the figure, if any.
    """
    kind, limit = condition.limit
    known = value is not None and not math.isnan(value)
    shown = dict.fromkeys(LANGUAGES, _beside(value, limit)) if known and value is not None else _TEXTS["not_known"]
    name = _TEXTS["none"] if about == "none" else dict.fromkeys(LANGUAGES, about or "")
    subject = dict.fromkeys(LANGUAGES, "") if about is None else _filled("about", name=name)
    return _filled("headline", value=shown, about=subject, limit=_filled(kind, limit=f"{limit:g}"))


def evidence(condition: Condition, held: float | None) -> Text:
    """Evidence behind a figure, and the number needed, by language."""
    path, needed = str(condition.evidence), condition.min_evidence
    count = 0.0 if held is None or math.isnan(held) else held
    # weighted counts read as whole numbers unless that hides on which side of the limit they are
    shown = f"{count:.0f}" if (round(count) >= needed) == (count >= needed) else _beside(count, needed)
    name = COUNTS.get(path, dict.fromkeys(LANGUAGES, path))
    return _filled("evidence", count=name, held=shown, needed=f"{needed:g}")


def figures(condition: Condition, value: float | None, held: float | None, about: str | None) -> Text:
    """Figure of a line with enough evidence, and that evidence, by language."""
    shown = headline(condition, value, about)
    if condition.evidence in {None, condition.figure}:
        return shown
    return _filled("rests_on", figures=shown, evidence=evidence(condition, held))


def before_waiver(outcome: str, shown: Text) -> Text:
    """Figures of a waived line after its outcome without the waiver, by language."""
    return _filled("before_waiver", outcome=_TEXTS[outcome.replace(" ", "_")], figures=shown)


def _filled(key: str, **parts: str | Mapping[str, str]) -> Text:
    """Text of a key with its parts filled in, by language."""
    return {
        code: text.format(**{name: part if isinstance(part, str) else part[code] for name, part in parts.items()})
        for code, text in _TEXTS[key].items()
    }


def _beside(value: float, limit: float) -> str:
    """Figure in four digits, or in as many as distinguish it from its limit; thousands without a fraction."""
    shown = f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    longer = (f"{value:.{digits}g}" for digits in range(5, 16))
    return next((text for text in (shown, *longer) if float(text) != limit), shown)
