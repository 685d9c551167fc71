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
from features.catalogue.wording import CODES, EVENTS, FAMILIES, KEYS, window
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


def count(
    family: str, what: str, key: str, days: int | None = None, *, asked: str | None = None, monotone: int = 0
) -> Feature:
    """How many events of a kind are recorded under a key of the case."""
    events, by, when = EVENTS[what], KEYS[asked or key], window(days)
    words = (
        Text(f"同じ{by.ja}について{when.ja}記録された{events.ja}の件数", f"Number of {events.en} under the same {by.en} {when.en}"),
        Text(f"同じ{by.ja}について、{when.ja}{events.ja}が{{value}}件あります。", f"{{value}} {events.en} {when.en} are recorded under the same {by.en}."),
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
    words = (
        Text(f"同じ{by.ja}の{events.ja}（{when.ja}記録）における本件以外の{counted.ja}",
             f"Number of {counted.en} in {events.en} under the same {by.en} {when.en}"),
        Text(f"同じ{by.ja}の{events.ja}に、{when.ja}本件以外で{{value}}の{counted.ja}が記録されています。",
             f"{{value}} {counted.en} appear {when.en} in {events.en} under the same {by.en}."),
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
    words = (
        Text(f"同じ{by.ja}の{which.ja}{events.ja}からの日数", f"Days since the {which.en} of the {events.en} under the same {by.en}"),
        Text(f"同じ{by.ja}の{which.ja}{events.ja}から{{value}}日たっています。",
             f"{{value}} days have passed since the {which.en} of the {events.en} under the same {by.en}."),
    )  # fmt: skip
    name = f"{asked or key}_{what.replace('.', '_')}_{'first' if first else 'last'}_days"
    measure = DaysSince(_seen(what, key, asked, None), first)
    return _feature(name, family, "days", words, unseen=math.nan, monotone=monotone, measure=measure)


def share(family: str, part: str, whole: str, key: str, days: int | None = None, *, monotone: int = 0) -> Feature:
    """Which share of the events under a key are of a kind."""
    some, events, by, when = EVENTS[part], EVENTS[whole], KEYS[key], window(days)
    words = (
        Text(f"同じ{by.ja}の{events.ja}（{when.ja}記録）に占める{some.ja}の割合", f"Share of {some.en} among {events.en} under the same {by.en} {when.en}"),
        Text(f"同じ{by.ja}の{events.ja}のうち、{when.ja}{{value}}が{some.ja}です。",
             f"{{value}} of the {events.en} under the same {by.en} {when.en} are {some.en}."),
    )  # fmt: skip
    name = f"{key}_{part.replace('.', '_')}_{_suffix(days)}_share"
    measure = Share(_seen(part, key, None, days), _seen(whole, key, None, days))
    return _feature(name, family, "share", words, unseen=math.nan, monotone=monotone, measure=measure)


def burst(family: str, what: str, key: str) -> Feature:
    """The last month against the key's own year."""
    events, by = EVENTS[what], KEYS[key]
    words = (
        Text(f"同じ{by.ja}の{events.ja}の直近30日と過去1年の月平均との比", f"Last 30 days of {events.en} under the same {by.en}, against its monthly average of a year"),
        Text(f"同じ{by.ja}の{events.ja}は、直近30日に過去1年の月平均の{{value}}倍です。",
             f"{events.en.capitalize()} under the same {by.en} in the last 30 days are {{value}} times its monthly average."),
    )  # fmt: skip
    measure = Burst(_seen(what, key, None, 30), _seen(what, key, None, 365))
    name = f"{key}_{what.replace('.', '_')}_burst_ratio"
    return _feature(name, family, "ratio", words, unseen=math.nan, monotone=0, measure=measure)


def per_place(family: str, what: str, days: int) -> Feature:
    """Persons invited by the host against its places."""
    events, when = EVENTS[what], window(days)
    words = (
        Text(f"受入先の定員に対する{events.ja}の人数（{when.ja}）", f"People in {events.en} {when.en} per place of the host establishment"),
        Text(f"受入先では、{when.ja}定員1人当たり{{value}}人の{events.ja}があります。",
             f"The host establishment has {{value}} people in {events.en} {when.en} per place."),
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
    if unit == "flag":
        words = (Text(ja, en), Text(f"{ja}：{{value}}。", f"{en}: {{value}}."))
    else:
        words = (Text(ja, en), Text(f"{ja}は{{value}}です。", f"{en}: {{value}}."))
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
