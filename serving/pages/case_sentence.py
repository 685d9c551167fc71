"""The one sentence that lists show about a case: the strongest finding, or what stands in its place."""

from __future__ import annotations

from features.languages import texts
from serving.decisions.interview_queue import QueuedCase
from serving.decisions.scoring import PROTECT, UNDECIDABLE
from serving.web.rendering import page_texts


def case_sentence(case: QueuedCase, language: str) -> tuple[str, str]:
    """Return why a case stands first, and the sentence about it."""
    words = page_texts("queue", language)
    warnings = {warning["code"]: warning[language] for warning in case.shown["warnings"]}
    if PROTECT in warnings:
        return words["protect"], warnings[PROTECT]
    if case.shown["route"] == "child_procedure":
        return words["child"], words["child_sentence"]
    if case.shown["route"] == "no_score":
        return "", warnings.get(UNDECIDABLE, words["no_score"])
    if case.is_own_view_due:
        return "", own_view_sentence(language)
    return "", words["no_reason"] if case.strongest_finding is None else case.strongest_finding[language]


def own_view_sentence(language: str) -> str:
    """Return what stands in the place of all that tells of the findings, until the reader has written an own view."""
    return texts("serving.own_views")["hidden"][language]
