"""Precision and recall of links on dirty pairs made by the world, whose truth is known.

Run as ``python -m benchmarks.identity_pairs write FILE`` and ``… read FILE``; the second needs the normalisers alone, so
that another version can read the same file. A pair is linked if both writings have the same key. All data are synthetic.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.arrays import Ints, Objects
from features.identity.address import address_keys
from features.identity.person import full_name_person_keys, passport_keys
from features.identity.phone import phone_keys

PAIRS = 5_000
"""Pairs of each kind, half of them the same."""
COLUMNS = ("kind", "first", "second", "born", "same")
_ON_THE_OTHER_SIDE = 0.5
"""Share of the first writings that are dirty too; all second ones are."""


def write(file: Path, seed: int) -> None:
    """Write 20,000 labelled pairs."""
    from synthetic_data.filing.forms import passport_numbers  # noqa: PLC0415 (a reader needs no world)
    from synthetic_data.filing.identity_writings import rewrite  # noqa: PLC0415
    from synthetic_data.geography.addresses import spell_addresses, spell_phones  # noqa: PLC0415
    from synthetic_data.people.names import sponsor_birth, sponsor_names  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    spell: dict[str, Callable[[Ints], Objects]] = {
        "address": lambda keys: spell_addresses(rng, keys), "phone": lambda keys: spell_phones(rng, keys),
        "name": lambda keys: sponsor_names(rng, keys), "passport": passport_numbers,
    }  # fmt: skip
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for kind, texts in spell.items():
            keys = rng.integers(1, 2**40, PAIRS)
            same = np.arange(PAIRS) < PAIRS // 2
            first, second = texts(keys), texts(keys)
            values = second.copy()
            second = rewrite(rng, second, kind, 1.0)
            # a different pair is a neighbour: one digit more, another given name; or nothing at all on both sides
            for row in np.flatnonzero(~same).tolist():
                values[row] = _neighbour(rng, kind, str(values[row]))
            near = rewrite(rng, values, kind, 1.0)
            second = np.where(same, second, near)
            empty = ~same & (rng.random(PAIRS) < 0.1)
            first = np.where(
                empty, rewrite(rng, first, kind, 1.0, 1.0), rewrite(rng, first, kind, _ON_THE_OTHER_SIDE, 0.0)
            )
            second = np.where(empty, first, second)
            births = [str(day) for day in sponsor_birth(keys).astype("datetime64[D]")]
            meant = same & ~_has_no_value(second, kind)
            rows.writerows(zip([kind] * PAIRS, first, second, births, np.where(meant, "yes", "no"), strict=True))


def _has_no_value(texts: Objects, kind: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    from synthetic_data.filing.identity_writings import NO_VALUES  # noqa: PLC0415

    return np.isin(texts.astype(str), NO_VALUES[kind])


def _neighbour(rng: np.random.Generator, kind: str, text: str) -> str:
    """Return a text that means something else: another digit near the end; of names one with another reading."""
    if kind == "name":
        from synthetic_data.people.names import JAPANESE_GIVEN  # noqa: PLC0415

        words = text.replace("\u3000", " ").split(" ")
        readings = {latin for kanji, latin in JAPANESE_GIVEN if {kanji, latin} & set(words)}
        others = [pair for pair in JAPANESE_GIVEN if pair[1] not in readings]
        kanji, latin = others[int(rng.integers(len(others)))]
        if not words[0].isascii():
            return f"{words[0]} {kanji}"
        return f"{latin} {words[-1]}" if words[-1].isupper() else f"{words[0]} {latin}"
    at = int(rng.choice([at for at, sign in enumerate(text) if sign.isdigit()][-3:]))
    # not a zero, which a number may begin with
    digits = [digit for digit in range(1, 10) if digit != int(text[at])]
    return text[:at] + str(rng.choice(digits)) + text[at + 1 :]


def read(file: Path) -> None:
    """Print precision and recall of the links, by kind and overall."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    total = np.zeros(3, dtype=np.int64)
    for kind in ("address", "phone", "name", "passport"):
        mine = [row for row in rows if row["kind"] == kind]
        births = pa.array([dt.date.fromisoformat(row["born"]) for row in mine], pa.date32())
        first, second = (
            _keys(kind, pa.array([row[side] for row in mine], pa.string()), births) for side in ("first", "second")
        )
        linked, same = (first != 0) & (first == second), np.array([row["same"] == "yes" for row in mine])
        counts = np.array([(linked & same).sum(), linked.sum(), same.sum()])
        total += counts
        _line(kind, counts, len(mine))
    _line("all", total, len(rows))


def _keys(kind: str, texts: pa.Array, births: pa.Array) -> Ints:
    if kind == "address":
        return _by_text(lambda array: address_keys(array)[0], texts)
    if kind == "phone":
        return _by_text(phone_keys, texts)
    if kind == "passport":
        return _by_text(passport_keys, texts)
    return full_name_person_keys(texts, births)


def _by_text(keys_of: Callable[[pa.Array], Ints], texts: pa.Array) -> Ints:
    """Return the key of each text, 0 for one that ends with an error: release 0.1 raised on some."""
    try:
        return keys_of(texts)
    except Exception:  # what is raised for a text is part of what is measured
        return (
            np.array([_alone(keys_of, texts[row : row + 1]) for row in range(len(texts))])
            if len(texts) > 1
            else np.zeros(1, np.int64)
        )


def _alone(keys_of: Callable[[pa.Array], Ints], text: pa.Array) -> int:
    try:
        return int(keys_of(pa.concat_arrays([text]))[0])
    except Exception:  # as above
        return 0


def _line(kind: str, counts: Ints, pairs: int) -> None:
    right, linked, same = counts.tolist()
    print(f"{kind:10}{pairs:7,} pairs{same:7,} same   precision {right / max(linked, 1):7.2%}   recall {right / max(same, 1):7.2%}"
          f"   false links {linked - right:5,}")  # fmt: skip


def main() -> None:
    """Write or read a file of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("write", "read"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    write(args.file, args.seed) if args.action == "write" else read(args.file)


if __name__ == "__main__":
    main()
