"""Meaning and reason of a feature, composed from the texts of each language."""

from features.catalogue.feature import Text
from features.languages import LANGUAGES, text
from features.languages import Text as ByLanguage

Sentences = tuple[Text, Text]
"""Meaning and reason."""


def composed(pattern: str, **words: ByLanguage) -> Sentences:
    """Return meaning and reason by a pattern of ``catalogue.patterns``, with ``{value}`` left open."""
    meanings, reasons = {}, {}
    for language in LANGUAGES:
        spelled = {name: word[language] for name, word in words.items()}
        meaning = text("catalogue.patterns", f"{pattern}_meaning")[language].format(**spelled)
        meanings[language] = meaning[0].upper() + meaning[1:]
        template = text("catalogue.patterns", f"{pattern}_reason")[language]
        reasons[language] = template.format(meaning=meanings[language], value="{value}", **spelled)
    return Text(**meanings), Text(**reasons)


def events_text(events: str) -> ByLanguage:
    """Return the name of events, or of those with a flag (``events.flag``)."""
    return text("catalogue.events", events.replace(".", "_"))


def window_text(days: int | None) -> ByLanguage:
    """Return the name of a trailing window."""
    if days in {None, 1095}:
        return text("catalogue.windows", "ever" if days is None else "three_years")
    return {language: words.format(days=days) for language, words in text("catalogue.windows", "days").items()}


def question(family: str) -> Text:
    """Return the interview question of a family."""
    return Text(**text("catalogue.questions", family))
