"""A whole pack: its parts, its reports and the hashes of its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serving.appraisal.measured_parts import fair, harmed
from serving.appraisal.pack import PackOrder, write_hashes, write_sections
from serving.appraisal.parts import PARTS
from serving.appraisal.report import write_reports
from serving.decisions.service import DecisionService
from serving.store.appraisal import Period
from serving.store.transactions import EVERYTHING, set_reach


def write_pack(service: DecisionService, period: Period, out: Path, languages: Sequence[str]) -> int:
    """Write the pack of a period into a folder and return the count of its files; raises `NoLogKey` without a key of the log."""
    out.mkdir(parents=True, exist_ok=True)
    with service.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        set_reach(connection, EVERYTHING)
        sections = write_sections(PackOrder(service, connection, period, out), [*PARTS, fair, harmed])
    write_reports(period, sections, out, languages)
    return write_hashes(out)
