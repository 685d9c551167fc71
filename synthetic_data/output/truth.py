"""Truth of every application and landing: exploited, typology and ring; drawn at random in a world without signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.arrays import Bools, Ints, Objects
from synthetic_data.filing.plan import Plan
from synthetic_data.geography.district import District
from synthetic_data.output.arrow_tables import TRUTH
from synthetic_data.people.keys import NONE
from synthetic_data.travel.landings import Stays
from synthetic_data.typologies.table import CODES


@dataclass(slots=True)
class Truth:
    """What is true of n applications (and visa-exempt journeys) and of m landings."""

    exploited: Bools
    typology: Ints
    ring: Ints
    landing_exploited: Bools
    landing_typology: Ints
    landing_ring: Ints


def reveal(d: District, plan: Plan, stays: Stays) -> Truth:
    """Return the truth; in a world without signal as many are drawn at random, applications and landings apart."""
    rows, sources = np.arange(len(plan)), stays.source
    if not d.scenario.says("signal"):
        rng = d.generator("lots")
        rows, sources = rng.permutation(len(plan)), sources[rng.permutation(len(stays))]
    exploited, typology, ring = (plan[name] for name in ("exploited", "typology", "ring"))
    return Truth(exploited[rows], typology[rows], ring[rows], exploited[sources], typology[sources], ring[sources])


def truth_table(d: District, truth: Truth, application_ids: Objects, landing_ids: Objects) -> pa.Table:
    """Write the truth of applications and landings."""
    n = len(application_ids)
    exploited = np.concatenate([truth.exploited[:n], truth.landing_exploited])
    typology = np.concatenate([truth.typology[:n], truth.landing_typology])
    ring = np.concatenate([truth.ring[:n], truth.landing_ring])
    names = np.array([None, *(code.value for code in CODES.values())], dtype=object)
    rings = [f"R{d.shard:03d}{number:05d}" if number != NONE else None for number in ring.tolist()]
    return pa.table(
        [
            pa.array(["visa_application"] * n + ["landing"] * len(landing_ids), pa.string()),
            pa.array(np.concatenate([application_ids, landing_ids]), pa.string()),
            pa.array(exploited, pa.bool_()),
            pa.array(names[typology], pa.string(), from_pandas=True),
            pa.array(rings, pa.string()),
        ],
        schema=TRUTH,
    )
