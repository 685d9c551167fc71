"""How many listed people does each matcher recognise in another writing, and how many strangers does it take for them?

Run as ``python -m benchmarks.watch_list [--seed N]``. Of 5,000 synthetic entries and 220,000 people, halves set and test
the rules. ``rigour`` and ``nomenklatura`` are measured where they are installed; neither is required. All data are synthetic.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable, Sequence

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from benchmarks.identity import library
from benchmarks.watch_list_people import AIM, KINDS, Person, draw, persons, spellings, variant
from features.arrays import Bools, Floats, Ints
from features.identity.birth_dates import DIFFERENT, EXCHANGED, SAME, compare_dates
from features.identity.blocks import Persons, candidates, entry_block_keys, person_block_keys, sorted_blocks
from features.identity.entry_comparison import compare_rows

LISTED, TRAVELLERS, GUARANTORS = 5_000, 205_000, 20_000
LIMIT = 1e-4
Pairs = tuple[list[Person], list[Person], Persons, Persons, Ints, Ints]
"""People, entries, both as keys, and the rows of each pair that is worth comparing."""


def pairs_of(people: list[Person], entries: list[Person]) -> Pairs:
    """Return all pairs whose birth dates or names are near enough to share a block key."""
    first, second = persons(people), persons(entries)
    rows = candidates(sorted_blocks(entry_block_keys(second)), person_block_keys(first))
    return people, entries, first, second, *rows


def by_rule(pairs: Pairs) -> Floats:
    """Return 1 for the pairs that ours takes for the same person."""
    _, _, first, second, person, entry = pairs
    return compare_rows(first, second, person, entry).identified().astype(float)


def by_similar_name(pairs: Pairs) -> Floats:
    """Return 1 for a name similarity of 0.92 and a birth date that is near: the rule of release 0.1."""
    _, _, first, second, person, entry = pairs
    left, right = first.skeletons.take(person).to_pylist(), second.skeletons.take(entry).to_pylist()
    names = np.asarray(cpdist(left, right, scorer=JaroWinkler.similarity))
    dates = compare_dates(first.born[person], second.born[entry])
    return (
        (names >= 0.92) & (dates > DIFFERENT)
        | (first.passport[person] == second.passport[entry]) & (first.passport[person] != 0)
    ).astype(float)


def by_logic_v2(dated: bool) -> Callable[[Pairs], Floats]:
    """Return the scores of `nomenklatura`: its own, or those of the names alone where birth dates are same or exchanged."""
    model = importlib.import_module("followthemoney").model
    matcher = importlib.import_module("nomenklatura.matching.logic_v2.model").LogicV2
    config = matcher.default_config()

    def entity(person: Person) -> object:
        person_entity = model.make_entity("Person")
        person_entity.id = str(person.key)
        for name, value in (("name", f"{person.given} {person.family}"), ("lastName", person.family), ("firstName", person.given),
                            ("birthDate", person.born and person.born.isoformat()), ("passportNumber", person.passport)):  # fmt: skip
            if value:
                person_entity.add(name, value)
        return person_entity

    def scores(pairs: Pairs) -> Floats:
        people, entries, first, second, person, entry = pairs
        dates = compare_dates(first.born[person], second.born[entry])
        out = np.zeros(len(person))
        left: dict[int, object] = {}
        right = [entity(other) for other in entries]
        for at, (row, other) in enumerate(zip(person.tolist(), entry.tolist(), strict=True)):
            if dated and dates[at] not in {SAME, EXCHANGED}:
                continue
            if row not in left:
                left = {row: entity(people[row])}
            result = matcher.compare(left[row], right[other], config)
            out[at] = result.explanations["name_match"].score if dated else result.score
        return out

    return scores


def matchers() -> dict[str, Callable[[Pairs], Floats]]:
    """Return the matchers by label; those of the libraries that are installed."""
    by_label = {"ours": by_rule, "ours, release 0.1": by_similar_name}
    if library("nomenklatura"):
        by_label["nomenklatura, logic-v2"] = by_logic_v2(dated=False)
        by_label["rigour's names as logic-v2 compares them, birth date same or exchanged"] = by_logic_v2(dated=True)
    return by_label


def highest(scores: Floats, person: Ints, count: int) -> Floats:
    """Return the highest score of each of the people, float64[count]."""
    best = np.zeros(count)
    np.maximum.at(best, person, scores)
    return best


def threshold(strangers: Floats) -> float:
    """Return the lowest score that at most one of 10,000 strangers reaches."""
    return float(np.sort(strangers)[::-1][int(LIMIT * len(strangers))]) + 1e-9


def own_scores(pairs: Pairs, scores: Floats) -> Floats:
    """Return the score of each person with the entry that is about them; 0 where the pair was not compared."""
    people, entries, _, _, person, entry = pairs
    row_of = {other.key: row for row, other in enumerate(entries)}
    own = np.array([row_of[person.key] for person in people])
    return highest(np.where(entry == own[person], scores, 0.0), person, len(people))


def measure(
    label: str, scores_of: Callable[[Pairs], Floats], strangers: Sequence[Pairs], others: Sequence[dict[str, Pairs]]
) -> None:
    """Print the recall of each kind and the false matches of a matcher on both halves; the first sets its threshold."""
    begin, compared = time.process_time(), 0
    false = []
    for pairs in strangers:
        false.append(highest(scores_of(pairs), pairs[4], len(pairs[0])))
        compared += len(pairs[4])
    seconds = time.process_time() - begin
    at = threshold(false[0]) if len(np.unique(false[0])) > 2 else 0.5
    rates = [float((best >= at).mean()) * 10_000 for best in false]
    recalled: list[dict[str, Bools]] = [
        {kind: own_scores(pairs, scores_of(pairs)) >= at for kind, pairs in by_kind.items()} for by_kind in others
    ]
    print(f"{label}: threshold {at:.2f}, {seconds / compared * 1e6:.1f} µs a pair")
    print(f"  {'false matches per 10,000 people':40}{rates[0]:9.2f}{rates[1]:9.2f}")
    for kind in KINDS:
        print(
            f"  {kind:40}" + "".join(f"{half[kind].mean():9.1%}" for half in recalled) + f"{len(recalled[1][kind]):8,}"
        )
    aim = [np.concatenate([half[kind] for kind in AIM]) for half in recalled]
    print(f"  {'one typing error or transliteration':40}" + "".join(f"{mask.mean():9.1%}" for mask in aim))
    print(
        f"  {'precision, as many listed as strangers':40}"
        + "".join(
            f"{share / (share + rate / 10_000):9.2%}"
            for share, rate in zip([mask.mean() for mask in aim], rates, strict=True)
        )
    )
    print(
        f"  {'precision, one listed among 1,000':40}"
        + "".join(
            f"{share / (share + 999 * rate / 10_000):9.1%}"
            for share, rate in zip([mask.mean() for mask in aim], rates, strict=True)
        )
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="label of a single matcher")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    everybody = draw(args.seed, TRAVELLERS, GUARANTORS)
    listed, rest = everybody[:LISTED], everybody[LISTED:]
    strangers = [pairs_of(rest[half::2], listed) for half in (0, 1)]
    others = []
    for half in (0, 1):
        table, by_kind = spellings(half), {}
        for kind in KINDS:
            people = [person for entry in listed[half::2] if (person := variant(kind, entry, table, rng)) is not None]
            by_kind[kind] = pairs_of(people, listed)
        others.append(by_kind)
    print(
        f"{LISTED:,} entries, {len(rest):,} people who are not listed; columns: the half that sets the rules, the other half, its cases"
    )
    for label, scores_of in matchers().items():
        if args.only in {None, label}:
            measure(label, scores_of, strangers, others)


if __name__ == "__main__":
    main()
