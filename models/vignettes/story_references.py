"""Do the conditions of a story name what there is? Stories, variants, findings and features that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.catalogue import catalogue
from features.catalogue.findings import FINDINGS, OPPOSITES
from models.vignettes.story import FINDING, ITSELF, KINDS, REASON, STORY, SUBJECTS, VARIANT, YES, Story


def reference_faults(story: Story, stories: Mapping[str, Story]) -> Iterable[str]:
    """Faults: a name in a condition that there is not, and a story of which nothing is ever checked."""
    findings = {finding.code for finding in (*FINDINGS, *OPPOSITES)}
    known = {
        STORY: set(stories) - {story.code}, VARIANT: set(story.variants) - {ITSELF}, FINDING: findings, YES: {"yes"},
        REASON: findings.union(*(catalogue(subject).names for subject in SUBJECTS)),
    }  # fmt: skip
    for condition in story.conditions:
        what = KINDS[condition.kind]
        for name in set(condition.about) - known[what]:
            yield f"holds: {condition.kind}: no {what} {name}"
        if condition.variant not in story.variants:
            yield f"holds: variant: no variant {condition.variant}; expected of {', '.join(set(story.variants) - {ITSELF}) or 'none'}"
        if condition.subject not in {"", *story.subjects}:
            yield f"holds: subject: expected of {', '.join(story.subjects)}"
        if (
            what == STORY
            and condition.about[0] in stories
            and not set(story.subjects) & set(stories[condition.about[0]].subjects)
        ):
            yield f"holds: outranks: {condition.about[0]} has no case of the same subject"
    compared = {
        name
        for other in stories.values()
        for held in other.conditions
        if held.kind == "outranks"
        for name in held.about
    }
    if not story.conditions and story.code not in compared:
        yield "expected [[story.holds]], or another story that outranks this one"
