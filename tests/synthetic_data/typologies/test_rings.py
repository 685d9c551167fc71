"""Covers: typologies.rings, typologies.groups, typologies.brokers, typologies.adaptation, typologies.roster,
typologies.acknowledgement, typologies.entertainers, typologies.forged_documents, typologies.impersonation, typologies.men_at_work,
typologies.minors, typologies.mothers, typologies.organisers, typologies.sham_marriage, typologies.spouses_at_work,
typologies.trainees, typologies.transit, typologies.visa_exempt, lookalikes.families, lookalikes.identities, lookalikes.marriages,
lookalikes.settlement, lookalikes.travellers, lookalikes.workers.

Each typology beside its closest look-alike: what both have, and what tells them apart for whoever knows where to look.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from synthetic_data.filing.form_codes import Payer, Relation
from synthetic_data.filing.plan import Plan
from synthetic_data.lookalikes import families, identities, marriages, travellers, workers
from synthetic_data.lookalikes.settlement import Behaviour, settle
from synthetic_data.people.keys import NONE
from synthetic_data.typologies.rings import plant
from tests.synthetic_data.conftest import small_district

Sign = Callable[[Plan], float]
MEMBERS, GROUP = 240, 6  # forty groups of six: the smallest instance, often enough for shares to be steady
SIZES = np.full(MEMBERS // GROUP, GROUP)


def shared(name: str) -> Sign:
    """The share of members who have the value that is commonest in their group of six."""

    def sign(plan: Plan) -> float:
        result = []
        for group in np.unique(plan["cluster"]):
            values = plan[name][plan["cluster"] == group]
            values = values[values != NONE]
            count = np.unique(values, return_counts=True)[1].max() if len(values) else 0
            result.append(count / GROUP if count > 1 else 0.0)
        return float(np.mean(result))

    return sign


def mean(name: str) -> Sign:
    return lambda plan: float(plan[name].mean())


def share(test: Callable[[Plan], np.ndarray]) -> Sign:  # type: ignore[type-arg]
    return lambda plan: float(test(plan).mean())


FRESH = share(lambda plan: plan["day"] - plan["passport_issued"] < 120)
LAWFUL_PAYER = share(lambda plan: np.isin(plan["onward_payer"][plan["onward"]], (Payer.AGENCY, Payer.EMPLOYER)))

# typology, its look-alike, a sign that both show, a sign that only the ring shows (or shows more of), and by how much
CASES: list[tuple[int, Behaviour, Sign, Sign, float]] = [
    (1, marriages.introduced, shared("introducer"), shared("move_to"), 0.2),
    (1, marriages.quick, mean("moves"), shared("introducer"), 0.15),
    (2, identities.lost_passport, FRESH, share(lambda plan: plan["body"] != plan["person"]), 0.5),
    (3, families.law_clinic, shared("statement"), shared("move_to"), 0.2),
    (4, families.late_father, shared("parent"), shared("move_to"), 0.2),
    (5, workers.dancers, share(lambda plan: plan["income"] == 200_000.0), share(lambda plan: plan["filed_by"] != NONE), 0.15),
    (6, families.school_journey, shared("statement"), mean("gone"), 0.2),
    (7, workers.recruited, shared("introducer"), mean("gone"), 0.15),
    (7, workers.better_pay, mean("gone"), shared("statement"), 0.1),
    (8, travellers.crews, mean("onward"), share(lambda plan: ~np.isin(plan["onward_payer"], (Payer.AGENCY, Payer.EMPLOYER)) & plan["onward"]), 0.15),
    (9, identities.translated, shared("statement"), mean("forged"), 0.03),
    (10, marriages.from_the_pub, shared("workplace"), shared("filed_by"), 0.05),
    (11, workers.chain, shared("host"), mean("gone"), 0.15),
    (12, travellers.large_family, shared("guarantor_phone"), share(lambda plan: plan["relation"] != Relation.RELATIVE), 0.15),
]  # fmt: skip


def beside(typology: int, lookalike: Behaviour) -> tuple[Plan, Plan]:
    d = small_district(changes={"ring_size_low": GROUP, "ring_size_high": GROUP, "sign_strength": 1.2})
    ring, _ = plant(d, np.random.default_rng(1), typology, SIZES, 0)
    honest = settle(d, np.random.default_rng(2), typology, lookalike, MEMBERS, sizes=(GROUP, GROUP), months=(12, 42))
    return ring, honest


@pytest.mark.parametrize(("typology", "lookalike", "common", "telling", "gap"), CASES)
def test_a_ring_shares_a_sign_with_its_look_alike_and_differs_in_another(
    typology: int, lookalike: Behaviour, common: Sign, telling: Sign, gap: float
) -> None:
    ring, honest = beside(typology, lookalike)
    assert ring["exploited"].all()
    assert not honest["exploited"].any()
    # the sign that a hasty reader would take for proof is at least a third as common among the honest
    assert common(ring) > 0.03
    assert common(honest) > common(ring) / 3
    assert telling(ring) > telling(honest) + gap


@pytest.mark.parametrize("typology", range(1, 13))
def test_rings_hide_among_the_statuses_of_their_look_alikes(typology: int) -> None:
    ring, honest = beside(typology, marriages.housed)
    assert set(ring["status"]) <= set(honest["status"]) | set(ring["status"][:0])
    assert len(ring) == len(honest) == MEMBERS
    assert len(np.unique(ring["ring"])) == MEMBERS // GROUP


def test_exploited_men_and_children_are_there() -> None:
    men, _ = beside(11, workers.chain)
    assert men["female"].mean() < 0.2
    children, _ = beside(6, families.school_journey)
    assert ((children["day"] - children["birth"]) < 18 * 366).all()


def test_guarantors_rotate_below_the_limit_and_more_when_rings_adapt() -> None:
    # six people at two a guarantor need three; hidden ones sign for nobody else
    for effort, limit in ((0.0, 0.75), (1.0, 0.45)):
        d = small_district(changes={"ring_size_low": 6, "ring_size_high": 6, "rotation_limit": 2, "adaptive_effort": effort,
                                    "adaptive_from_year": 2003})  # fmt: skip
        ring, _ = plant(d, np.random.default_rng(1), 12, SIZES, 0)
        assert 0.0 < shared("guarantor")(ring) < limit


def test_rings_that_adapt_share_less_of_everything() -> None:
    plans = []
    for effort in (0.0, 1.0):
        d = small_district(
            changes={"ring_size_low": 6, "ring_size_high": 6, "adaptive_effort": effort, "adaptive_from_year": 2003}
        )
        plans.append(plant(d, np.random.default_rng(1), 1, SIZES, 0)[0])
    careless, careful = plans
    for name in ("introducer", "statement", "stay"):
        assert shared(name)(careful) < 0.7 * shared(name)(careless)
