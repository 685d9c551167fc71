"""Notes about a single record: values that cannot be true or are unlikely, and texts that link nobody."""

from dataclasses import dataclass

import pyarrow as pa

from features.facts.keyless import keyless_faults
from features.facts.table_facts import TableFacts
from features.tables.faults import IMPOSSIBLE
from features.tables.plausibility import plausibility_faults

NO_KEY, IMPOSSIBLE_VALUE, UNLIKELY_VALUE = "no_key", "impossible", "unlikely"
KINDS = (NO_KEY, IMPOSSIBLE_VALUE, UNLIKELY_VALUE)


@dataclass(frozen=True, slots=True)
class Note:
    """Note about a column of a record; ``kind`` is one of `KINDS`, ``code`` the rule."""

    kind: str
    code: str
    column: str


def notes_of_record(name: str, row: pa.Table, facts: TableFacts) -> tuple[Note, ...]:
    """Return the notes about a record, in the order of the rules, a column once for each kind.

    Parameters
    ----------
    row
        A table of a single record.
    facts
        Its facts.
    """
    notes = [
        Note(IMPOSSIBLE_VALUE if fault.level == IMPOSSIBLE else UNLIKELY_VALUE, fault.code, str(fault.column))
        for fault in plausibility_faults(name, row)
    ]
    notes += [Note(NO_KEY, fault.code, str(fault.column)) for fault in keyless_faults(name, row, facts.columns)]
    return tuple({(note.kind, note.column): note for note in reversed(notes)}.values())[::-1]
