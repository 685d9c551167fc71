"""Texts of link columns that give no key, and so link nobody: same as above, an unreadable number, a town alone."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from features.arrays import Bools, Floats, Ints
from features.facts.layout import LAYOUT, Fact, Recipe
from features.facts.recipes import encode_facts
from features.facts.references import with_references
from features.identity.buffers import valid
from features.identity.no_values import no_value_reason
from features.tables.faults import UNLIKELY, Fault, faults_at

CODE = "no_key"
_FIELDS = {
    Recipe.PHONE: ("phone", "a telephone number"), Recipe.ADDRESS: ("address", "an address with its number"),
    Recipe.PASSPORT: ("passport", "a passport number"), Recipe.EMAIL: ("email", "an e-mail address"),
    Recipe.IDENTIFIER: ("identifier", "an identifier"), Recipe.PERSON: ("name", "a name"),
    Recipe.FULL_NAME_PERSON: ("name", "a name"), Recipe.STATEMENT: ("identifier", "a simhash of a text"),
}  # fmt: skip
"""Field of the texts without a value, and what was expected, by recipe."""
_UNREAD = "it cannot be read"


def keyless_faults(name: str, rows: pa.Table, facts: Mapping[str, Ints | Floats] | None = None) -> list[Fault]:
    """Return the texts that give no key, with the reason, never the text.

    Parameters
    ----------
    facts
        Of these rows, if they are there already.
    """
    linked = [fact for fact in LAYOUT[name] if fact.recipe in _FIELDS and fact.name != "id" and name != "outcomes"]
    facts = facts or encode_facts(linked, with_references(name, rows))
    return [fault for fact in linked for fault in _of_column(name, rows, fact, facts[fact.name])]


def _of_column(name: str, rows: pa.Table, fact: Fact, keys: Ints | Floats) -> list[Fault]:
    column = fact.sources[0]
    texts = rows.column(column).combine_chunks()
    keyless: Bools = valid(texts) & (np.asarray(keys) == 0)
    field, expected = _FIELDS[fact.recipe]

    def actual(row: int) -> str:
        return f"a text that links nobody: {no_value_reason(texts[row].as_py(), field) or _UNREAD}"

    return faults_at(name, column, keyless, actual=actual, expected=expected, code=CODE, blocking=False, level=UNLIKELY)
