"""How many cases a second get their whole feature matrix, links, rings and letters included, and in how much memory?

Run as ``python -m benchmarks.matrix SUBJECT RECORDS``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.measurement import report_seconds
from features.facts.table_facts import facts_of_records
from features.matrix import TABLE_OF_SUBJECT, compute, take
from features.tables.folder import read_folder


def main(subject: str, records: Path) -> None:
    """Compute every feature of every case, from records in memory."""
    read = read_folder(records)
    facts = facts_of_records(read.tables)
    own = facts[TABLE_OF_SUBJECT[subject]]
    compute(facts, take(own, np.arange(2)), subject)  # compiled before it is timed
    begin = time.perf_counter()
    values = compute(facts_of_records(read.tables), own, subject)
    report_seconds(begin, len(values))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
