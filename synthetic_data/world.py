"""A world in memory: districts of people, hubs and rings."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from features.tables.folder import Records
from features.tables.schema import TABLES
from synthetic_data.geography.district import open_district
from synthetic_data.output.arrow_tables import concatenated
from synthetic_data.output.district_records import record_district
from synthetic_data.output.shards import split
from synthetic_data.scenario import load_scenario


def generate(
    seed: int, applications: int, scenario: str = "default", changes: Mapping[str, float] | None = None
) -> tuple[Records, pa.Table]:
    """Make a world in memory.

    Parameters
    ----------
    applications
        Count of visa applications; other tables follow from it.
    changes
        Values of single parameters that differ from the scenario's.

    Returns
    -------
    Records, pa.Table
        The nine tables and the truth (subject, subject_id, exploited, typology, ring_id).

    Raises `ParameterError` if a scenario or parameter does not exist or lies outside its range.
    """
    chosen = load_scenario(scenario, changes)
    districts = [record_district(open_district(seed, *shard, chosen)) for shard in split(applications)]
    records = Records({name: concatenated([tables[name] for tables in districts]) for name in TABLES})
    return records, concatenated([tables["truth"] for tables in districts])
