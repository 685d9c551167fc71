"""Records: tables and columns, their reading, and their faults."""

from features.tables.faults import Fault, RecordsRejected
from features.tables.folder import Records, empty_records, inspect_folder, read_folder, write_folder
from features.tables.json_rows import rows_to_table
from features.tables.schema import TABLES

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
