"""Which names, phones and addresses have the people of a story? Fictitious ones: one for each label, never shared by two stories."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field

from features.tables.definition import Link

_CONSONANTS, _VOWELS = "kstnmrbdg", "aeou"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS)
_NAMES, _STEP, _START = len(_SYLLABLES) ** 6, 1_664_525, 4_000
"""The step is coprime to the number of names: no name comes twice, and neighbours in number have unlike ones."""
_ROOM = re.compile(r"(.*?)( room \d+)?")
_FIRST_BIRTH = dt.date(1969, 1, 3)
_BIRTH_SPAN_DAYS = 7_000


@dataclass(slots=True)
class Pseudonyms:
    """Values of link columns by label: the same label gives the same value within a story, and no two stories share one."""

    _numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def value(self, link: Link, story: str, label: str) -> str:
        """Value of a label, in the form that its column has in records."""
        match link:
            case Link.PHONE:
                line, last = divmod(self._number("phone", story, label), 10_000)
                return f"+81 90 {1000 + line:04d} {last:04d}"
            case Link.ADDRESS:
                house, room = _ROOM.fullmatch(label).groups()  # type: ignore[union-attr]
                return f"Tokyo-to Monogatari-ku 1-{self._number('address', story, house)}{room or ''}"
            case Link.EMAIL:
                return f"u{self._number('email', story, label)}@example.com"
            case Link.PASSPORT:
                return f"XA{self._number('passport', story, label):07d}"
            case Link.STATEMENT:
                return hashlib.sha256(f"{story}/{label}".encode()).hexdigest()[:16]
            case _:
                return f"{story}/{label}"

    def person(self, story: str, label: str, *, other_spelling: bool = False) -> tuple[str, str, dt.date]:
        """Family name, given name and birth date of an adult; the same name as another office may spell it."""
        number = self._number("person", story, label)
        # distinct birth dates, and names unlike each other: people of different stories never resemble a listed person
        birth = _FIRST_BIRTH + dt.timedelta(days=number * 1_009 % _BIRTH_SPAN_DAYS)
        code, syllables = (number + _START) * _STEP % _NAMES, ""
        for _ in range(6):
            code, syllable = divmod(code, len(_SYLLABLES))
            syllables += _SYLLABLES[syllable]
        family, given = syllables[:6].capitalize(), syllables[6:].capitalize()
        return (
            (family.upper() + "H" * family.endswith("o"), given.upper(), birth)
            if other_spelling
            else (family, given, birth)
        )

    def _number(self, kind: str, story: str, label: str) -> int:
        return self._numbers.setdefault((kind, story, label), len(self._numbers) + 1)
