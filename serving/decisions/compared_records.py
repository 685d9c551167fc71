"""Which fields of the people behind a finding agree with the case?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Use
from features.tables.schema import TABLES
from serving.auth.permissions import Caller
from serving.decisions.linked_people import PLACE
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import agreement, keeps
from serving.store.decisions import Decision
from serving.store.readings import Reading


@dataclass(frozen=True, slots=True)
class ComparedRecord:
    """Application or landing beside a case.

    Attributes
    ----------
    is_own
        Whether the reader's post keeps it, so that its values may be shown.
    values
        Columns with a value; empty for another post's record.
    same
        Columns of the record that hold the same as a column of the case, by the case's column.
    """

    table: str
    record_id: str
    place: str
    day: dt.date
    is_own: bool
    values: Mapping[str, Any]
    same: Mapping[str, str]

    def reading(self, decision_id: str) -> Reading:
        """Return what is written before the record is shown."""
        columns = self.values if self.is_own else self.same.values()
        return Reading("record" if self.is_own else "card", decision_id, self.table, self.record_id, tuple(columns))


def compared_records(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, own: pa.Table,
    records: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], ComparedRecord]:  # fmt: skip
    """Return the applications and landings among records beside a case, by (table, id)."""
    case, compared = facts_of_table(TABLE_OF_SUBJECT[decision.subject], own), {}
    wanted = sorted(set(records))
    for table, place in PLACE.items():
        ids = [record_id for name, record_id in wanted if name == table]
        rows = service.readable_rows(connection, table, ids, decision.position)
        facts = facts_of_table(table, rows)
        for at, values in enumerate(rows.to_pylist()):
            is_own = keeps(caller, values[place])
            compared[table, facts.id_of(at)] = ComparedRecord(
                table, facts.id_of(at), values[place], values[TABLES[table].occurred_at].date(), is_own,
                _shown_values(table, values) if is_own else {},
                {own_columns[0]: columns[0] for own_columns, columns in agreement(case, facts, at)},
            )  # fmt: skip
    return compared


def _shown_values(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is filled in, without columns that are for audit alone."""
    columns = (column.name for column in TABLES[table].columns if column.use is not Use.AUDIT)
    return {name: values[name] for name in columns if values[name] is not None}
