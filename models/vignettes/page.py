"""How do the stories read? Every story with its conditions, results and scores, in a language and as a page of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from features.languages import texts
from models.vignettes.conditions import Check
from models.vignettes.evaluation import Vignettes
from models.vignettes.story import ITSELF, KINDS, LANGUAGES, STORY, VARIANT, Condition, Story

_TEMPLATE = "page.html"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A condition as text; ``result`` is ``holds``, ``fails`` or ``not_checked``, and ``label`` the word for it."""

    subject: str
    sentence: str
    result: str
    label: str
    seen: str


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story as text, with its raw score by subject."""

    code: str
    file: str
    title: str
    scores: list[tuple[str, str]]
    checks: list[CheckRow]

    @property
    def fails(self) -> bool:
        """Whether any condition does not hold."""
        return any(check.result == "fails" for check in self.checks)


def story_rows(parts: Sequence[Vignettes], language: str) -> list[StoryRow]:
    """Every story in a language, with the results of each subject; those that fail come first."""
    shown = language if language in LANGUAGES else "en"
    labels = {key: text[language] for key, text in texts("models.vignettes").items()}
    rows = []
    for code, story in parts[0].stories.items() if parts else ():
        scores = [
            (labels[part.subject], f"{part.raw_scores[code, ITSELF]:+.2f}")
            for part in parts
            if (code, ITSELF) in part.raw_scores
        ]
        checks = [
            CheckRow(labels[part.subject], _sentence(part, story, check.condition, labels, shown, language), _result(check),
                     labels[_result(check)], check.seen)
            for part in parts for check in part.checks if check.story == code
        ]  # fmt: skip
        rows.append(StoryRow(code, story.file.removesuffix(".toml"), story.title[shown], scores, checks))
    return sorted(rows, key=lambda row: not row.fails)


def write_page(path: Path, parts: Sequence[Vignettes]) -> None:
    """Write a page of every story in Japanese and English."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    labels = texts("models.vignettes")
    shown = [
        (code, {key: text[code] for key, text in labels.items()}, counts(parts, code), story_rows(parts, code))
        for code in LANGUAGES
    ]
    path.write_text(environment.get_template(_TEMPLATE).render(languages=shown), encoding="utf-8")


def counts(parts: Sequence[Vignettes], language: str) -> str:
    """Sentence with the numbers of stories, conditions and failures."""
    return texts("models.vignettes")["counts"][language].format(
        stories=len(parts[0].stories) if parts else 0, checked=sum(part.checked for part in parts),
        failed=sum(len(part.failed) for part in parts),
    )  # fmt: skip


def _result(check: Check) -> str:
    return "not_checked" if check.holds is None else "holds" if check.holds else "fails"


def _sentence(
    part: Vignettes, story: Story, condition: Condition, labels: dict[str, str], shown: str, language: str
) -> str:
    what = KINDS[condition.kind]
    names = texts("findings.names")

    def about(code: str) -> str:
        if what == STORY:
            return part.stories[code].title[shown]
        if what == VARIANT:
            return story.variants[code].title[shown]
        return names[code][language] if code in names else code

    sentence = labels[condition.kind].format(about=labels["or"].join(about(code) for code in condition.about))
    if condition.variant == ITSELF:
        return sentence
    return labels["in_variant"].format(variant=story.variants[condition.variant].title[shown], sentence=sentence)
