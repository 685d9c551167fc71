"""How is a feature written down? Short forms that give a measure its name, its sentences and its direction."""

from __future__ import annotations

import math

from features.catalogue.feature import Feature, Measure, Text
from features.catalogue.measures import (
    Burst,
    Count,
    DaysSince,
    Distinct,
    Letter,
    Own,
    PerPlace,
    Ring,
    Share,
    Stayed,
    Watched,
)
from features.catalogue.wording import CODES, COUNTERS, EVENTS, FAMILIES, KEYS, window
from features.windows.view import Seen


def _seen(what: str, key: str, asked: str | None, days: int | None) -> Seen:
    stream, _, flag = what.partition(".")
    return Seen(stream, key, asked or key, days, flag or None)


def _suffix(days: int | None) -> str:
    return "ever" if days is None else f"{days}d"


def _feature(
    name: str,
    family: str,
    unit: str,
    words: tuple[Text, Text],
    *,
    unseen: float,
    monotone: int,
    measure: Measure,
) -> Feature:
    return Feature(name, family, unit, words[0], words[1], FAMILIES[family], unseen, monotone, measure)


def _said(ja: str, en: str, sentence_ja: str) -> tuple[Text, Text]:
    """Return meaning and reason; in English the value follows the meaning, so that no number disturbs its grammar."""
    en = en[0].upper() + en[1:]
    return Text(ja, en), Text(sentence_ja, f"{en}: {{value}}.")


_COUNTER_OF_ENDING = {"人数": "人", "定員": "人", "回数": "回", "件数": "件", "段数": "段", "との差": "回"}
_COUNTER_OF_UNIT = {"days": "日", "yen": "円"}


def _counter(ja: str, unit: str) -> str:
    """Return the word that follows a number in Japanese, by what is counted."""
    ending = next((word for end, word in _COUNTER_OF_ENDING.items() if ja.endswith(end)), "")
    return _COUNTER_OF_UNIT.get(unit, ending)


def count(
    family: str, what: str, key: str, days: int | None = None, *, asked: str | None = None, monotone: int = 0
) -> Feature:
    """How many events of a kind are recorded under a key of the case."""
    events, by, when = EVENTS[what], KEYS[asked or key], window(days)
    words = _said(
        f"{by.ja}に係る{when.ja}の{events.ja}の件数", f"{events.en} under {by.en} {when.en}",
        f"{by.ja}に係る{events.ja}が、{when.ja}に{{value}}件あります。",
    )  # fmt: skip
    name = f"{asked or key}_{what.replace('.', '_')}_{_suffix(days)}_count"
    return _feature(
        name,
        family,
        "count",
        words,
        unseen=0.0,
        monotone=monotone,
        measure=Count(_seen(what, key, asked, days)),
    )


def distinct(
    family: str,
    what: str,
    key: str,
    code: str,
    days: int | None = None,
    *,
    asked: str | None = None,
    monotone: int = 0,
) -> Feature:
    """How many different codes, other than the case's own, the events under a key have."""
    events, by, when, counted = EVENTS[what], KEYS[asked or key], window(days), CODES[code]
    words = _said(
        f"{by.ja}に係る{when.ja}の{events.ja}に記録された{counted.ja}の数", f"{counted.en} in {events.en} under {by.en} {when.en}",
        f"{by.ja}に係る{events.ja}に、{when.ja}に{counted.ja}が{{value}}{COUNTERS.get(code, '件')}記録されています。",
    )  # fmt: skip
    name = f"{asked or key}_{what.replace('.', '_')}_{code}_{_suffix(days)}_count"
    measure = Distinct(_seen(what, key, asked, days), code)
    return _feature(name, family, "count", words, unseen=0.0, monotone=monotone, measure=measure)


def since(
    family: str, what: str, key: str, *, asked: str | None = None, first: bool = False, monotone: int = 0
) -> Feature:
    """Days since the latest (or first) event of a kind under a key."""
    events, by = EVENTS[what], KEYS[asked or key]
    which = Text("最初の", "first") if first else Text("直近の", "latest")
    words = _said(
        f"{by.ja}に係る{which.ja}{events.ja}からの日数", f"Days since the {which.en} of the {events.en} under {by.en}",
        f"{by.ja}に係る{which.ja}{events.ja}から{{value}}日たっています。",
    )  # fmt: skip
    name = f"{asked or key}_{what.replace('.', '_')}_{'first' if first else 'last'}_days"
    measure = DaysSince(_seen(what, key, asked, None), first)
    return _feature(name, family, "days", words, unseen=math.nan, monotone=monotone, measure=measure)


def share(family: str, part: str, whole: str, key: str, days: int | None = None, *, monotone: int = 0) -> Feature:
    """Which share of the events under a key are of a kind."""
    some, events, by, when = EVENTS[part], EVENTS[whole], KEYS[key], window(days)
    words = _said(
        f"{by.ja}に係る{when.ja}の{events.ja}に占める{some.ja}の割合", f"Share of {some.en} among the {events.en} under {by.en} {when.en}",
        f"{by.ja}に係る{when.ja}の{events.ja}のうち{{value}}が{some.ja}です。",
    )  # fmt: skip
    name = f"{key}_{part.replace('.', '_')}_{_suffix(days)}_share"
    measure = Share(_seen(part, key, None, days), _seen(whole, key, None, days))
    return _feature(name, family, "share", words, unseen=math.nan, monotone=monotone, measure=measure)


def burst(family: str, what: str, key: str) -> Feature:
    """The last month against the key's own year."""
    events, by = EVENTS[what], KEYS[key]
    words = _said(
        f"{by.ja}に係る{events.ja}の直近30日と過去1年の月平均との比",
        f"{events.en} under {by.en} in the last 30 days, as a multiple of their monthly average over a year",
        f"{by.ja}に係る{events.ja}は、直近30日に過去1年の月平均の{{value}}倍です。",
    )  # fmt: skip
    measure = Burst(_seen(what, key, None, 30), _seen(what, key, None, 365))
    name = f"{key}_{what.replace('.', '_')}_burst_ratio"
    return _feature(name, family, "ratio", words, unseen=math.nan, monotone=0, measure=measure)


def per_place(family: str, what: str, days: int) -> Feature:
    """Persons invited by the host against its places."""
    events, when = EVENTS[what], window(days)
    words = _said(
        f"受入先の{when.ja}の{events.ja}の定員1人当たりの人数", f"People in {events.en} {when.en} for each place of the host establishment",
        f"受入先の{events.ja}は、{when.ja}に定員1人当たり{{value}}人です。",
    )  # fmt: skip
    measure = PerPlace(_seen(what, "host", None, days), "person")
    return _feature(
        f"host_{what.replace('.', '_')}_{days}d_per_place_ratio",
        family,
        "ratio",
        words,
        unseen=math.nan,
        monotone=0,
        measure=measure,
    )


def plain(family: str, name: str, measure: Measure, ja: str, en: str, *, monotone: int = 0) -> Feature:
    """A feature whose sentence is a phrase followed by its value."""
    unit = name.rpartition("_")[2]
    unseen = 0.0 if isinstance(measure, Ring | Letter | Watched) else math.nan
    words = _said(ja, en, f"{ja}：{{value}}。" if unit == "flag" else f"{ja}は{{value}}{_counter(ja, unit)}です。")
    return _feature(name, family, unit, words, unseen=unseen, monotone=monotone, measure=measure)


def own(family: str, name: str, field: str, ja: str, en: str) -> Feature:
    """A field of the case itself."""
    return plain(family, name, Own(field), ja, en)


def stayed(family: str, name: str, what: str, ja: str, en: str, *, monotone: int = 0) -> Feature:
    """A number from the person's own stays."""
    return plain(family, name, Stayed(what), ja, en, monotone=monotone)


def ring(name: str, what: str, ja: str, en: str, *, monotone: int = 0) -> Feature:
    """A number about the connected records."""
    return plain("broker", name, Ring(what), ja, en, monotone=monotone)
