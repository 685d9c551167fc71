"""What every feature must pass merely by being in the list: each check returns the names of the features that fail it.

A feature that is added to a catalogue is tried by all of them; a check that is added tries all features.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import Catalogue, Feature, catalogue
from features.catalogue.measures import Count, Distinct
from features.evidence import records_behind
from features.facts.table_facts import TableFacts, facts_of_records, facts_of_table
from features.languages import LANGUAGES, texts
from features.matrix import TABLE_OF_SUBJECT, compute, make_view, take
from features.tables import TABLES
from features.tables.definition import Use
from tests.features.futures import another_future

Values = NDArray[np.float64]
UNITS = ("count", "days", "share", "ratio", "yen", "flag")


@dataclass(frozen=True)
class Looked:
    """A history with all cases of one subject, and the features computed once."""

    subject: str
    tables: dict[str, pa.Table]
    facts: dict[str, TableFacts]
    values: Values
    seed: int

    @property
    def known(self) -> Catalogue:
        return catalogue(self.subject)

    @property
    def own(self) -> TableFacts:
        return self.facts[TABLE_OF_SUBJECT[self.subject]]

    @property
    def random(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)


def look(tables: dict[str, pa.Table], subject: str, seed: int = 0) -> Looked:
    facts = facts_of_records(tables)
    return Looked(subject, tables, facts, compute(facts, facts[TABLE_OF_SUBJECT[subject]], subject), seed)


def moved(looked: Looked, again: Values, cases: NDArray[np.intp] | slice = slice(None)) -> list[str]:
    """Return the features of which any bit is another, for some of the cases."""
    differ = (again.view(np.int64) != looked.values[cases].view(np.int64)).any(axis=0)
    return [name for name, is_other in zip(looked.known.names, differ, strict=True) if is_other]


def failing(looked: Looked, holds: Callable[[Feature, Values], bool]) -> list[str]:
    pairs = zip(looked.known.features, looked.values.T, strict=True)
    return [feature.name for feature, column in pairs if not holds(feature, column)]


def is_documented_in_both_languages(looked: Looked) -> list[str]:
    families = texts("catalogue.questions")

    def holds(feature: Feature, _: Values) -> bool:
        written = (feature.meaning, feature.reason, feature.question)
        english = all(text.en.isascii() and text.en[:1].strip() and text.en == text.en.strip() for text in written)
        japanese = all(any("\u3040" <= sign <= "\u9fff" for sign in text.ja) for text in written)
        filled = all(feature.reason[language].count("{value}") == 1 for language in LANGUAGES)
        ends = feature.reason.en.endswith(".") and feature.reason.ja.endswith("。")
        return english and japanese and filled and ends and feature.family in families

    return failing(looked, holds)


def has_sentences_of_its_own(looked: Looked) -> list[str]:
    uses: Counter[str] = Counter()
    for feature in looked.known.features:
        for text in (feature.meaning, feature.reason):
            uses.update(set(text.values()))
    return failing(
        looked,
        lambda feature, _: (
            max(uses[words] for text in (feature.meaning, feature.reason) for words in text.values()) == 1
        ),
    )


def repeats_no_word(looked: Looked) -> list[str]:
    def holds(feature: Feature, _: Values) -> bool:
        english = feature.reason.en.lower().split()
        return all(left != right for left, right in pairwise(english)) and "同じ同じ" not in feature.reason.ja

    return failing(looked, holds)


def ends_in_its_unit(looked: Looked) -> list[str]:
    return failing(looked, lambda feature, _: feature.unit in UNITS and feature.name.endswith(f"_{feature.unit}"))


def has_the_type_of_its_unit(looked: Looked) -> list[str]:
    def holds(feature: Feature, column: Values) -> bool:
        there = column[~np.isnan(column)]
        if (
            column.dtype != np.float64
            or np.isinf(column).any()
            or ((there == 0).any() and np.signbit(there[there == 0]).any())
        ):
            return False
        if feature.unit == "flag":
            return set(there.tolist()) <= {0.0, 1.0}
        if feature.unit == "share":
            return bool(((there >= 0) & (there <= 1)).all())
        if feature.unit == "count":
            # declared less recorded may be below zero
            return bool((there == np.round(there)).all() and (feature.measure.needs() == () or (there >= 0).all()))
        return feature.unit == "days" or bool((there >= 0).all())

    return failing(looked, holds)


def declares_a_direction_only_of_what_can_be_counted(looked: Looked) -> list[str]:
    return failing(
        looked, lambda feature, _: feature.monotone in {-1, 0, 1} and (feature.unit != "flag" or not feature.monotone)
    )


def is_deterministic(looked: Looked) -> list[str]:
    return moved(looked, compute(facts_of_records(looked.tables), looked.own, looked.subject))


def is_free_of_the_order_of_records(looked: Looked) -> list[str]:
    random = looked.random
    facts = {name: take(some, random.permutation(len(some))) for name, some in looked.facts.items()}
    return moved(looked, compute(facts, looked.own, looked.subject))


def is_free_of_the_order_and_number_of_cases(looked: Looked) -> list[str]:
    order = looked.random.permutation(np.repeat(np.arange(len(looked.own)), 2))[: len(looked.own)]
    return moved(looked, compute(looked.facts, take(looked.own, order), looked.subject), order)


def is_free_of_what_was_computed_before(looked: Looked) -> list[str]:
    view = make_view(looked.facts, looked.own, looked.subject)
    again = np.empty_like(looked.values)
    for column in looked.random.permutation(len(looked.known.features)):
        again[:, column] = looked.known.features[column].measure.values(view)
    return moved(looked, again)


def is_the_same_alone_as_in_the_batch(looked: Looked) -> list[str]:
    names = set()
    for case in looked.random.permutation(len(looked.own))[:40]:
        names |= set(
            moved(looked, compute(looked.facts, take(looked.own, np.array([case])), looked.subject), np.array([case]))
        )
    return sorted(names)


def is_the_same_with_and_without_what_was_not_yet_known(looked: Looked) -> list[str]:
    names = set()
    for case in looked.random.permutation(len(looked.own))[:15]:
        at = looked.own["known_at"][case]
        facts = {name: take(some, np.flatnonzero(some["known_at"] < at)) for name, some in looked.facts.items()}
        names |= set(
            moved(looked, compute(facts, take(looked.own, np.array([case])), looked.subject), np.array([case]))
        )
    return sorted(names)


def is_blind_to_the_future(looked: Looked) -> list[str]:
    random = looked.random
    known = np.sort(looked.own["known_at"])
    cut = int(known[int(random.integers(len(known) // 4, len(known)))])
    moment = pa.scalar(cut, pa.timestamp("us", tz="UTC")).as_py()
    cases = np.flatnonzero(looked.own["known_at"] <= cut)
    facts = facts_of_records(another_future(random, looked.tables, moment))
    return moved(looked, compute(facts, take(looked.own, cases), looked.subject), cases)


def is_blind_to_what_is_for_audit_only(looked: Looked) -> list[str]:
    random, tables = looked.random, {}
    for name, rows in looked.tables.items():
        tables[name] = rows
        for column in TABLES[name].columns:
            if column.use is Use.AUDIT or column.name == "other_names":
                index = rows.schema.get_field_index(column.name)
                values = pa.array([f"X{random.integers(999)}" for _ in range(rows.num_rows)], pa.string())
                tables[name] = tables[name].set_column(index, rows.schema.field(index), values)
    facts = facts_of_records(tables)
    return moved(looked, compute(facts, facts[TABLE_OF_SUBJECT[looked.subject]], looked.subject))


def leaves_its_input_as_it_was(looked: Looked) -> list[str]:
    names, view = [], make_view(looked.facts, looked.own, looked.subject)
    before = _digest(looked)
    for feature in looked.known.features:
        feature.measure.values(view)
        after = _digest(looked)
        names += [] if after == before else [feature.name]
        before = after
    return names


def _digest(looked: Looked) -> str:
    digest = hashlib.sha256()
    for some in looked.facts.values():
        for column in some.columns.values():
            digest.update(column.tobytes())
    return digest.hexdigest()


def has_its_unseen_value_without_history(looked: Looked) -> list[str]:
    name = TABLE_OF_SUBJECT[looked.subject]
    nothing = {table_name: table.arrow_schema.empty_table() for table_name, table in TABLES.items()}
    own = facts_of_table(name, looked.tables[name])
    values = compute(facts_of_records(nothing), own, looked.subject)
    return [
        feature.name
        for feature, column in zip(looked.known.features, values.T, strict=True)
        if feature.measure.needs() and not np.array_equal(column, np.full(len(column), feature.unseen), equal_nan=True)
    ]


def counts_no_less_when_there_is_more(looked: Looked) -> list[str]:
    """More history takes nothing away from a count: half of every table is left out first."""
    random = looked.random
    # events are joined from several tables: those that say whom a record belongs to stay, so that only events go
    fewer = {
        name: take(some, np.flatnonzero(random.random(len(some)) < 0.5)) if name in _EVENTS else some
        for name, some in looked.facts.items()
    }
    less = compute(fewer, looked.own, looked.subject)
    return [
        feature.name
        for feature, now, then in zip(looked.known.features, looked.values.T, less.T, strict=True)
        if isinstance(feature.measure, Count | Distinct) and (now < then).any()
    ]


_EVENTS = ("departures", "establishment_actions", "employment_reports", "residence_events", "outcomes", "tip_database")


def names_records_that_were_known(looked: Looked) -> list[str]:
    """Evidence: ids of stored records, none from the future, for cases with a value and for those without."""
    ids = {name: dict(zip(_ids(some), some["known_at"].tolist(), strict=True)) for name, some in looked.facts.items()}
    names = set()
    view = make_view(looked.facts, looked.own, looked.subject)
    for case in looked.random.permutation(len(looked.own))[:25].tolist():
        at, own = looked.own["known_at"][case], looked.own.id_of(case)
        for feature in looked.known.features:
            for record in records_behind(view, feature.measure, case):
                known = ids.get(record.table, {}).get(record.id)
                if known is None or (known >= at and record.id != own):
                    names.add(feature.name)
    return sorted(names)


def _ids(facts: TableFacts) -> list[str]:
    return [facts.id_of(row) for row in range(len(facts))]


CHECKS: tuple[Callable[[Looked], list[str]], ...] = (
    is_documented_in_both_languages,
    has_sentences_of_its_own,
    repeats_no_word,
    ends_in_its_unit,
    has_the_type_of_its_unit,
    declares_a_direction_only_of_what_can_be_counted,
    is_deterministic,
    is_free_of_the_order_of_records,
    is_free_of_the_order_and_number_of_cases,
    is_free_of_what_was_computed_before,
    is_the_same_alone_as_in_the_batch,
    is_the_same_with_and_without_what_was_not_yet_known,
    is_blind_to_the_future,
    is_blind_to_what_is_for_audit_only,
    leaves_its_input_as_it_was,
    has_its_unseen_value_without_history,
    counts_no_less_when_there_is_more,
    names_records_that_were_known,
)
