"""The records: which tables and columns there are, how they are read, and what is wrong with them."""

from features.tables.faults import Fault, RecordsRejected
from features.tables.folder import Records, empty_records, inspect_folder, read_folder, write_folder
from features.tables.nine_tables import TABLES
from features.tables.rows import rows_to_table

__all__ = [
    "TABLES",
    "Fault",
    "Records",
    "RecordsRejected",
    "empty_records",
    "inspect_folder",
    "read_folder",
    "rows_to_table",
    "write_folder",
]
