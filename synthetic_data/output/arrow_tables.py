"""Arrow tables from columns: numbers and texts in the canonical types; -1 is no date, NaN no number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from features.tables.definition import Kind
from features.tables.schema import TABLES
from synthetic_data.filing.forms import Columns
from synthetic_data.people.keys import NONE

TRUTH = pa.schema([("subject", pa.string()), ("subject_id", pa.string()), ("exploited", pa.bool_()),
                   ("typology", pa.string()), ("ring_id", pa.string())])  # fmt: skip


def arrow_table(name: str, columns: Columns) -> pa.Table:
    """Return one of the nine tables; a column that is not given is null."""
    table = TABLES[name]
    size = len(next(iter(columns.values())))
    arrays = []
    for column in table.columns:
        if column.name not in columns:
            arrays.append(pa.nulls(size, column.kind.arrow_type))
            continue
        values = columns[column.name]
        if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
            numbers = values.astype(np.int64)
            kind = pa.int32() if column.kind is Kind.DATE else pa.int64()
            arrays.append(pa.array(numbers, kind, mask=numbers == NONE).cast(column.kind.arrow_type))
        elif values.dtype == object:
            arrays.append(pa.array(values, column.kind.arrow_type, from_pandas=True))
        elif column.kind is Kind.NUMBER:
            arrays.append(pa.array(values.astype(np.float64), pa.float64(), mask=np.isnan(values.astype(np.float64))))
        else:
            arrays.append(pa.array(values, column.kind.arrow_type))
    return pa.table(arrays, schema=table.arrow_schema)


def concatenated(parts: Sequence[pa.Table]) -> pa.Table:
    """Put tables below one another, as one run of rows."""
    return parts[0] if len(parts) == 1 else pa.concat_tables(parts).combine_chunks()
