"""Words of a person's name as documents write it: titles, fillers, particles and spellings of one name reduced."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from features.identity.characters import modern_kanji, plain
from features.identity.no_values import no_value_reason
from features.identity.romanisation import fold, romanise

# ICAO Doc 9303 part 3, section 6: letters that a machine-readable zone writes as two
_ZONE_SIGNS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ø": "oe",
        "å": "aa",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "þ": "th",
        "ð": "d",
        "ё": "е",
    }
)
_ARABIC_SIGNS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_SIGNS = _ZONE_SIGNS | _ARABIC_SIGNS
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0670]")
_BRACKETS = re.compile(r"[(\[（「【].*?[)\]）」】]")
_FILLERS = re.compile(r"\b(?:n/a|fnu|lnu|nfn|nln|x{3,})(?!\w)")
_TITLES = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|prof)\.?\s+(?=\S)|(?<=[\u3040-\u9fff])\s*(?:様|殿|氏|さん|先生)$|^(?:นางสาว|นาง|นาย|ด\.ช\.|ด\.ญ\.|น\.ส\.)\s*(?=\S)"
)
_MARIA = re.compile(r"\bma\.(?=\s*\w)")
_APOSTROPHE = re.compile(r"(?<=\b\w)'\s*|'")
# one look whether any of the rules below can apply
_HINT = re.compile(r"['()\[（「【/]|n[lf]n|[fl]nu|xxx|ma\.|^(?:mr|ms|miss|dr|prof)|[様殿氏ん生]$|^(?:นา|ด\.|น\.)")
_BREAKS = re.compile(r"[\s,.\-・=/<_;:]+")
_SON_OF = {"bin", "binti", "binte", "ibn", "bint"}
_PARTICLES = {"de", "del", "dela", "delos", "delas", "al", "el"}
_ARTICLES = {"la", "los", "las"}
_JOINING = _PARTICLES | {"abd"}
_SERVANT_OF = re.compile(r"abd(?:ul|al|el|ur|ar|us|as|uz|az|ud|ad|un|an)?")
_SERVANT = re.compile(r"abd(?:[aeu]([rsznd])(?=\1)|[aeu]l)(?=\w{3})")
_VARIANTS = Path(__file__).with_name("name_variants.toml")


def name_words(name: str) -> list[str]:
    """Return the words of a name in Latin letters with sounds folded, in the order of the text; empty for no name.

    >>> name_words("MUELLER, Hans") == name_words("Müller Hans")
    True
    """
    words = [_word(part) for part in _joined(_parts(name))]
    return [word for word in words if word]


def sorted_words(words: list[str]) -> list[str]:
    """Return words in order, with each particle joined to what now follows it, as in a name whose parts are in that order.

    >>> sorted_words(["kim", "de"]) == sorted_words(["dekim"])
    True
    """
    ordered = sorted(words)
    while not _JOINING.isdisjoint(ordered) and len(joined := _joined(ordered)) < len(ordered):
        ordered = sorted(map(_word, joined))
    return ordered


def latin_words(name: str) -> list[str]:
    """Return the words of a name in Latin letters as they are spelt, particles apart; empty for no name.

    >>> latin_words("MUELLER, Hans")
    ['mueller', 'hans']
    """
    words = [romanise(part).replace(" ", "") for part in _parts(name)]
    return [word for word in words if word]


def _parts(name: str) -> list[str]:
    if no_value_reason(name, "name"):
        return []
    text = plain(name).casefold()
    if not text.isascii():
        text = _ARABIC_MARKS.sub("", modern_kanji(text).translate(_SIGNS))
    if _HINT.search(text):
        text = _TITLES.sub("", _FILLERS.sub(" ", _BRACKETS.sub(" ", _APOSTROPHE.sub("", text))).strip())
        text = _MARIA.sub("maria ", text)
    return [part for part in _BREAKS.split(text) if part]


@lru_cache(maxsize=65536)
def _word(part: str) -> str:
    variants = _variants()
    if part in variants:
        return variants[part]
    word = romanise(part).replace(" ", "")
    word = _SERVANT.sub(lambda match: f"abdul{match[1] or ''}"[:5], word)
    if word in variants:
        return variants[word]
    # silent r and aspirated t of Thai; Russian endings
    word = re.sub("(?<=\\w{3}o)rn$", "n", word)
    word = re.sub("^th(?=[aeiou]\\w{3})", "t", word)
    word = re.sub("sk(?:iy|ii|yi|y)$", "ski", re.sub("i[iy]a$", "ia", word))
    folded = fold(word)
    return variants.get(folded, folded)


def _joined(parts: list[str]) -> list[str]:
    """Return the words with particles joined to what they introduce; "son of" is left out."""
    if len(parts) > 2:
        parts = [part for at, part in enumerate(parts) if part not in _SON_OF or at in {0, len(parts) - 1}]
    words: list[str] = []
    joint = ""
    for part in parts:
        if joint and part in (_ARTICLES if joint == "de" else _PARTICLES if joint == "abd" else ()):
            joint += part
        elif part in _PARTICLES or (not joint and part == "abd") or (not joint and _SERVANT_OF.fullmatch(part)):
            words += [joint] if joint else []
            joint = part
        else:
            words.append(joint + part)
            joint = ""
    return [*words, joint] if joint else words


@cache
def _variants() -> dict[str, str]:
    rows = [row for rows in tomllib.loads(_VARIANTS.read_text(encoding="utf-8")).values() for row in rows]
    plainly = {spelling: fold(row[0]) for row in rows for spelling in row}
    return {fold(spelling): word for spelling, word in plainly.items() if spelling.isascii()} | plainly
