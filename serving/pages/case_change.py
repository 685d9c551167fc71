"""What changed about a case since its last score, in one language."""

from __future__ import annotations

from dataclasses import dataclass

from features.languages import texts
from serving.decisions.case_changes import CaseChange


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Sentences about a change, and the decision before it."""

    before_id: str
    sentences: list[str]


def change_view(change: CaseChange | None, language: str) -> ChangeView | None:
    """Return a change as sentences; None for a first decision."""
    if change is None:
        return None
    words, columns, names = texts("serving.changes"), texts("serving.columns"), texts("findings.names")
    tables = texts("serving.tables")
    joined = words["separator"][language].join
    parts = {
        "arrived": [tables[name][language] for name in change.causes],
        "corrected": [columns[name][language] for name in change.columns if name in columns],
        "appeared": [names[code][language] for code in change.appeared if code in names],
        "gone": [names[code][language] for code in change.gone if code in names],
    }
    sentences = [words[key][language].format(names=joined(values)) for key, values in parts.items() if values]
    sentences += [texts("serving.warnings")[code][language] for code in change.warned]
    if change.moved:
        sentences.append(words[f"moved_{change.moved}"][language])
    return ChangeView(change.before_id, sentences)
