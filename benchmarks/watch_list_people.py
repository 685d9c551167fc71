"""Listed people, the same people as another document writes them, and people who are not listed. All are synthetic.

Travellers and guarantors come from the world's own generators, whose few names and birth dates coincide as in life.
"""

from __future__ import annotations

import calendar
import datetime as dt
import string
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.identity.birth_dates import date_numbers
from features.identity.blocks import Persons
from features.identity.person import name_skeletons, passport_keys, whole_names
from synthetic_data.filing.forms import passport_numbers
from synthetic_data.geography.countries import CODES
from synthetic_data.geography.district import open_district
from synthetic_data.people.names import FAMILY_POOLS, spell_travellers, sponsor_birth, sponsor_names
from synthetic_data.people.ordinary import draw_ordinary
from synthetic_data.scenario import load_scenario

_EPOCH = dt.date(1970, 1, 1)
_MATERNAL = ("PHL", "COL", "BRA")
TYPING = ("letter replaced", "letter left out", "letter doubled", "letters exchanged")
KINDS = (
    "written alike",
    *TYPING,
    "other spelling or script",
    "family and given names exchanged",
    "maternal name added",
    "middle name left out",
    "day and month exchanged",
    "digit of the birth date",
    "year of birth alone",
    "digit of the passport, no birth date",
)
AIM = (*TYPING, "other spelling or script")
"""Kinds of which 98 % are to be recognised."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a document says about a person; ``key`` is who it is."""

    key: int
    country: str
    family: str
    given: str
    born: dt.date | None
    passport: str | None = None


def draw(seed: int, travellers: int, guarantors: int) -> list[Person]:
    """Return people in a random order, each of them once; guarantors have no passport on record."""
    d = open_district(seed, 0, 1, travellers, load_scenario("default"))
    plan, rng = draw_ordinary(d, travellers), np.random.default_rng(seed)
    codes = CODES[plan["country"]]
    family, given = spell_travellers(rng, codes, plan["family"], plan["given"])
    columns = zip(codes, family, given, plan["birth"].tolist(), passport_numbers(plan["passport"]), strict=True)
    people = [(code, last, first, born, number) for code, last, first, born, number in columns]
    keys = d.keys.take(guarantors)
    for name, born in zip(sponsor_names(rng, keys), sponsor_birth(keys).tolist(), strict=True):
        first, last = str(name).replace("\u3000", " ").split(" ", 1)
        people.append(("JPN", first, last, born, None))
    order = rng.permutation(len(people)).tolist()
    return [
        Person(key, code, last, first, _EPOCH + dt.timedelta(days=int(born)), number)
        for key, (code, last, first, born, number) in enumerate(people[row] for row in order)
    ]


def spellings(part: int) -> dict[str, list[str]]:
    """Return other spellings by the world's own, in small letters, of every second row of the table."""
    rows = tomllib.loads(Path(__file__).with_name("spellings.toml").read_text(encoding="utf-8"))
    every = [row.replace("_", "\u00a0").split(" ") for name in sorted(rows) for row in rows[name]]
    return {row[0].lower(): [word.replace("\u00a0", " ") for word in row[1:]] for row in every[part::2]}


def variant(kind: str, person: Person, table: dict[str, list[str]], rng: np.random.Generator) -> Person | None:
    """Return a person as another document writes them; None if the kind does not apply to them."""
    if kind in TYPING:
        return _with_slip(kind, person, rng)
    changes = {
        "other spelling or script": lambda: _respelt(person, table, rng),
        "family and given names exchanged": lambda: replace(
            person, family=person.given, given=person.family, passport=None
        ),
        "maternal name added": lambda: _with_maternal_name(person, rng),
        "middle name left out": lambda: _without_middle_name(person),
        "digit of the passport, no birth date": lambda: _with_other_passport(person, rng),
        "written alike": lambda: replace(person, passport=None),
    }
    if kind in changes:
        return changes[kind]()
    born = _other_date(kind, person.born, rng)
    return None if born is None else replace(person, born=born, passport=None)


def _with_maternal_name(person: Person, rng: np.random.Generator) -> Person | None:
    if person.country not in _MATERNAL:
        return None
    return replace(person, family=f"{person.family} {rng.choice(FAMILY_POOLS[person.country])}", passport=None)


def _without_middle_name(person: Person) -> Person | None:
    first, *more = person.given.replace("-", " ").split()
    return replace(person, given=first, passport=None) if more else None


def _with_other_passport(person: Person, rng: np.random.Generator) -> Person | None:
    if person.passport is None:
        return None
    at = int(rng.integers(2, len(person.passport)))
    return replace(person, born=None, passport=_other_digit(person.passport, at, rng))


def _with_slip(kind: str, person: Person, rng: np.random.Generator) -> Person | None:
    """Return a person with one error of a typist, at a place of the name drawn at random."""
    text = f"{person.family}\t{person.given}"
    places = [at for at, sign in enumerate(text) if sign.isalpha() and sign.isascii()]
    if kind == "letters exchanged":
        places = [at for at in places if at + 1 in places and text[at].lower() != text[at + 1].lower()]
    if not places:
        return None
    at = int(rng.choice(places))
    other = str(rng.choice([sign for sign in string.ascii_lowercase if sign != text[at].lower()]))
    middle, rest = {
        "letter replaced": (other.upper() if text[at].isupper() else other, text[at + 1 :]),
        "letter left out": ("", text[at + 1 :]),
        "letter doubled": (text[at] * 2, text[at + 1 :]),
        "letters exchanged": (text[at : at + 2][::-1], text[at + 2 :]),
    }[kind]
    family, given = (text[:at] + middle + rest).split("\t")
    return replace(person, family=family, given=given, passport=None)


def _respelt(person: Person, table: dict[str, list[str]], rng: np.random.Generator) -> Person | None:
    """Return a person with another spelling of the words of the name that have any; None without such a word."""
    words = [
        (part, word) for part in ("family", "given") for word in getattr(person, part).replace("-", " ").split(" ")
    ]
    known = [(part, word) for part, word in words if word.lower() in table]
    if not known:
        return None
    parts = {"family": person.family, "given": person.given.replace("-", " ")}
    part, word = known[int(rng.integers(len(known)))]
    parts[part] = " ".join(
        str(rng.choice(table[old.lower()])) if old == word else old for old in parts[part].split(" ")
    )
    return replace(person, family=parts["family"], given=parts["given"], passport=None)


def _other_date(kind: str, born: dt.date | None, rng: np.random.Generator) -> dt.date | None:
    if born is None:
        return None
    if kind == "day and month exchanged":
        return None if born.day > 12 or born.day == born.month else dt.date(born.year, born.day, born.month)
    if kind == "year of birth alone":
        return None if (born.month, born.day) == (1, 1) else dt.date(born.year, 1, 1)
    while True:
        text = _other_digit(f"{born:%Y%m%d}", int(rng.integers(2, 8)), rng)
        year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
        if 1920 <= year <= 2012 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
            return dt.date(year, month, day)


def _other_digit(text: str, at: int, rng: np.random.Generator) -> str:
    return text[:at] + str((int(text[at]) + int(rng.integers(1, 10))) % 10) + text[at + 1 :]


def persons(people: Sequence[Person]) -> Persons:
    """Return the link keys and names of people, as features have them."""
    none = np.zeros(len(people), dtype=np.int64)
    names = whole_names(_texts(person.family for person in people), _texts(person.given for person in people))
    return Persons(
        passport_keys(_texts(person.passport for person in people)), none, none,
        date_numbers(pa.array([person.born for person in people], pa.date32())), names, name_skeletons(names),
    )  # fmt: skip


def _texts(values: Iterable[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())
