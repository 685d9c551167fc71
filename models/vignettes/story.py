"""What is a story? A case in records, its variants, and what must hold of any sane model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.vignettes.story_lines import CASE, Fields

SUBJECTS = {"visa": "visa_applications", "entry": "landings"}
LANGUAGES = ("ja", "en")
ITSELF = ""
"""Name of the variant that is the story itself."""

STORY, VARIANT, FINDING, REASON, YES = "story", "variant", "finding", "reason", "yes"
KINDS = {
    "outranks": STORY, "not_lowered_by": VARIANT, "raised_by": VARIANT, "not_raised_by": VARIANT, "unchanged_by": VARIANT,
    "named_first": FINDING, "named": REASON, "never_named": REASON, "protected": YES, "child_procedure": YES,
}  # fmt: skip
"""What a story may hold, and what each is about."""
ANY_OF = ("named_first", "named")
"""Kinds for which a list means any of it; for the others, each of it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold.

    Attributes
    ----------
    kind
        Of `KINDS`.
    about
        Code of the story, variant, finding or feature; several findings where any of them may come first.
    variant
        Variant of the story in which it must hold.
    subject
        ``visa`` or ``entry``; empty for each that the story has.
    """

    kind: str
    about: tuple[str, ...]
    variant: str = ITSELF
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """Story with further records, or with other fields in some of its own; ``change`` maps the ids of lines to fields."""

    title: Mapping[str, str]
    lines: Sequence[tuple[str, Fields]]
    change: Mapping[str, Fields]


@dataclass(frozen=True, slots=True)
class Story:
    """Story in records, and what must hold.

    Attributes
    ----------
    lines
        Each with its table, ``stays`` for a whole stay.
    variants
        By name; `ITSELF` is the story itself.
    subjects
        ``visa``, ``entry`` or both: those that have a case.
    """

    code: str
    file: str
    title: Mapping[str, str]
    lines: Sequence[tuple[str, Fields]]
    variants: Mapping[str, Variant]
    conditions: tuple[Condition, ...]
    subjects: tuple[str, ...]


def case_id(story: str, variant: str = ITSELF) -> str:
    """Record id of a case, for both subjects."""
    return f"{story}{f'+{variant}' if variant else ''}/{CASE}"
