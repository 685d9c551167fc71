"""Warm-up of the kernels of features: each is called once with arrays of the types used in service."""

import numpy as np
import pyarrow as pa

from features.events.order import FEW, stable_argsort
from features.facts.table_facts import facts_of_records
from features.matrix import TABLE_OF_SUBJECT, compute
from features.statements.statement_index import index_of
from features.tables.definition import Column, Kind, Link, Table
from features.tables.schema import TABLES

_RECORDS = 3
_STATEMENTS = 400
"""Enough that neighbours are searched by blocks."""


def warm_up() -> None:
    """Compute the features of a few records without meaning."""
    facts = facts_of_records({name: _records(table) for name, table in TABLES.items()})
    for subject, table in TABLE_OF_SUBJECT.items():
        compute(facts, facts[table], subject)
    stable_argsort(np.arange(FEW)[::-1])
    index_of(np.arange(1, _STATEMENTS), np.arange(1, _STATEMENTS))


def _records(table: Table) -> pa.Table:
    """Return records that all share their identifiers, a second apart."""
    arrays = [_values(column) for column in table.columns]
    return pa.table(arrays, schema=table.arrow_schema)


def _values(column: Column) -> pa.Array:
    kind = column.kind
    if kind is Kind.TIMESTAMP:
        return pa.array(np.arange(_RECORDS) * 1_000_000, kind.arrow_type)
    if kind is Kind.DATE:
        return pa.array(np.arange(_RECORDS, dtype=np.int32), kind.arrow_type)
    if kind is Kind.CATEGORY:
        return pa.array([column.allowed[-1]] * _RECORDS, kind.arrow_type)
    if column.link is Link.STATEMENT:
        return pa.array([f"{1:016x}"] * _RECORDS, kind.arrow_type)
    return pa.array(["1" if kind is Kind.TEXT else 1] * _RECORDS).cast(kind.arrow_type)
