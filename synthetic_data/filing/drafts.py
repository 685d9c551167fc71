"""Drafts of honest applications: guarantors, inviters, hosts, agencies and statements."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints
from synthetic_data.filing.form_codes import Lodger, Relation
from synthetic_data.filing.plan import Plan, copy_guarantor_to_inviter, inviter_is_guarantor
from synthetic_data.filing.volumes import Status
from synthetic_data.geography.agencies import OFFICE, TEMPLATES
from synthetic_data.geography.district import District
from synthetic_data.geography.establishments import (
    ADULT,
    BAR,
    BUILDING,
    CARE,
    FACTORY,
    FARM,
    OTHER_INDUSTRY,
    SCHOOL,
    STAGE,
)
from synthetic_data.people.applicants import draw_people
from synthetic_data.people.children import families
from synthetic_data.people.keys import NONE, chance, choice
from synthetic_data.people.marriages import honest_marriages

_HOSTS = {
    Status.ENTERTAINER: ((STAGE, 0.45), (ADULT, 0.25), (BAR, 0.30)),
    Status.INTERN: ((FACTORY, 0.55), (BUILDING, 0.20), (FARM, 0.25)),
    Status.TRAINEE: ((FACTORY, 0.65), (BUILDING, 0.12), (FARM, 0.23)),
    Status.STUDENT: ((SCHOOL, 1.0),),
    Status.COOK: ((BAR, 1.0),),
    Status.ENGINEER: ((OTHER_INDUSTRY, 0.5), (FACTORY, 0.35), (BUILDING, 0.15)),
    Status.DESIGNATED: ((FACTORY, 0.4), (CARE, 0.3), (OTHER_INDUSTRY, 0.3)),
    Status.VISITOR: ((OTHER_INDUSTRY, 0.45), (FACTORY, 0.35), (BUILDING, 0.2)),
}
_STAYS: dict[int, int] = {Status.VISITOR: 15, Status.ENTERTAINER: 180, Status.SPOUSE: 1095, Status.LONG_TERM: 365, Status.INTERN: 365, Status.TRAINEE: 365, Status.STUDENT: 730,
          Status.DEPENDENT: 365, Status.COOK: 365, Status.ENGINEER: 365, Status.DESIGNATED: 365, Status.OTHER: 180}  # fmt: skip


def draft(d: District, rng: np.random.Generator, statuses: Ints, days: Ints) -> Plan:
    """Return honest applications for these statuses on these days; every other behaviour starts from them."""
    plan = draw_people(d, rng, statuses, days)
    n = len(plan)
    plan["stay_days"] = np.array([_STAYS[status] for status in range(12)])[statuses]
    visitor = statuses == Status.VISITOR
    plan["stay_days"] = np.where(visitor, rng.choice((3, 6, 8, 15, 15, 30, 90), n), plan["stay_days"])
    plan["lead"] = np.where(visitor, 8 + rng.gamma(2.0, 12.0, n), 14 + rng.gamma(2.0, 18.0, n)).astype(np.int64)
    route = rng.random(n)
    organised = np.isin(
        statuses,
        (
            Status.ENTERTAINER,
            Status.INTERN,
            Status.TRAINEE,
            Status.STUDENT,
            Status.COOK,
            Status.ENGINEER,
            Status.DESIGNATED,
        ),
    )
    organised |= visitor & (route >= 0.75)
    touring = visitor & (route < 0.38)
    alone = visitor & (route >= 0.38) & (route < 0.52) | (statuses == Status.OTHER)
    _agencies(d, rng, plan, touring)
    _kin(d, rng, plan, np.flatnonzero(~organised & ~touring & ~alone))
    _hosts(d, rng, plan, np.flatnonzero(organised))
    _tours(d, rng, plan, np.flatnonzero(touring))
    _hotels(d, rng, plan, np.flatnonzero(touring | alone | (visitor & organised)))
    honest_marriages(d, rng, plan, np.flatnonzero(statuses == Status.SPOUSE))
    families(d, rng, plan)
    _inviters(d, rng, plan)
    statements(d, rng, plan)
    # about one in fifty trainees leaves the employer and is reported missing, mostly for better pay
    trained = np.isin(statuses, (Status.INTERN, Status.TRAINEE))
    plan["gone"], plan["missing"] = np.where(trained, 0.0195, plan["gone"]), np.where(trained, 0.85, plan["missing"])
    certified = ~visitor & (rng.random(n) < 0.93)
    plan["coe"] = np.where(certified, d.keys.take(n), NONE)
    plan["coe_day"] = np.where(certified, plan["day"] - 4 - rng.gamma(1.6, 14.0, n).astype(np.int64), NONE)
    return plan


def _agencies(d: District, rng: np.random.Generator, plan: Plan, touring: Ints) -> None:
    n = len(plan)
    share = d.scenario["agency_share"]
    by_agency = rng.random(n) < np.where(touring, min(share + 0.35, 1.0), max(share - 0.15, 0.0))
    plan["agency"] = np.where(by_agency, d.agencies.choose(rng, plan["day"]), NONE)
    plan["lodged"] = np.where(by_agency, Lodger.AGENCY, rng.choice(4, n, p=(0.72, 0.0, 0.2, 0.08)))
    plan["payer"] = rng.choice(6, n, p=(0.52, 0.2, 0.1, 0.03, 0.05, 0.1))


def _kin(d: District, rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Relatives and friends; some households invite again and again, and two of a household share home and phone."""
    k = len(rows)
    if not k:
        return
    pool = max(int(d.applications * 0.16), 20)
    # the square makes some households invite often and most of them once or twice in ten years
    house = (pool * rng.random(k) ** 1.5).astype(np.int64) * 4 + 1_000_003 * (d.shard + 1) + 500_000_000
    member = np.where(rng.random(k) < 0.30, 1, 0)
    plan["guarantor"][rows] = house + member
    plan["guarantor_home"][rows] = house
    # a landline of the house, or each member's own
    plan["guarantor_phone"][rows] = np.where(chance(house, 61) < 0.45, house, house + member)
    resident = np.isin(plan["status"][rows], (Status.DEPENDENT, Status.LONG_TERM))
    plan["relation"][rows] = np.where(
        resident,
        rng.choice((Relation.PARENT, Relation.SPOUSE, Relation.RELATIVE, Relation.OTHER), k, p=(0.4, 0.3, 0.25, 0.05)),
        rng.choice((Relation.RELATIVE, Relation.CHILD, Relation.FRIEND, Relation.SPOUSE, Relation.PARENT, Relation.OTHER), k, p=(0.36, 0.1, 0.34, 0.08, 0.04, 0.08)),
    )  # fmt: skip
    home = rng.random(k) < 0.8
    plan["stay"][rows] = np.where(home, house, house + 2)
    plan["stay_phone"][rows] = np.where(rng.random(k) < 0.7, plan["guarantor_phone"][rows], NONE)
    plan["payer"][rows] = rng.choice(6, k, p=(0.36, 0.26, 0.26, 0.02, 0.01, 0.09))
    plan["introducer"][rows], plan["introducer_phone"][rows] = acquaintances(d, rng, k, 0.28)
    # somebody at work lends his phone, or the agency writes its own
    office = np.flatnonzero((rng.random(k) < 0.05) & (plan["agency"][rows] != NONE))
    plan["guarantor_phone"][rows[office]] = d.agencies.phone[plan["agency"][rows[office]]]


def _hosts(d: District, rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Employers, schools and promoters; their staff sign in turn, and many people live in what they own."""
    statuses, k = plan["status"][rows], len(rows)
    industry = np.full(k, OTHER_INDUSTRY, dtype=np.int64)
    for status, kinds in _HOSTS.items():
        at = np.flatnonzero(statuses == status)
        weights = np.array([weight for _, weight in kinds])
        industry[at] = rng.choice([kind for kind, _ in kinds], len(at), p=weights / weights.sum())
    est = d.establishments
    host = est.choose(rng, industry, plan["day"][rows])
    settle_at_host(d, rng, plan, rows, host)


def settle_at_host(d: District, rng: np.random.Generator, plan: Plan, rows: Ints, host: Ints) -> None:
    """Let establishments vouch for people and lodge many of them."""
    est, k, statuses = d.establishments, len(rows), plan["status"][rows]
    same = inviter_is_guarantor(plan)
    plan["host"][rows] = host
    plan["guarantor"][rows] = est.guarantor(rng, host, plan["day"][rows])
    plan["guarantor_phone"][rows] = np.where(rng.random(k) < 0.8, est.phone[host], plan["guarantor"][rows])
    plan["guarantor_home"][rows] = np.where(rng.random(k) < 0.7, est.address[host], plan["guarantor"][rows])
    plan["relation"][rows] = np.where(
        statuses == Status.STUDENT,
        Relation.ORGANISATION,
        rng.choice((Relation.EMPLOYER, Relation.ORGANISATION), k, p=(0.75, 0.25)),
    )
    # three dormitories each; those who find a flat live alone
    dormitory = est.address[host] * 8 + 1 + rng.integers(0, 3, k) + 2**61
    housed = rng.random(k)
    plan["stay"][rows] = np.where(housed < 0.55, dormitory, np.where(housed < 0.72, est.address[host], d.keys.take(k)))
    plan["stay_phone"][rows] = np.where(rng.random(k) < 0.6, est.phone[host], NONE)
    plan["payer"][rows] = rng.choice(6, k, p=(0.28, 0.16, 0.12, 0.05, 0.33, 0.06))
    plan["workplace"][rows], plan["work_reported"][rows] = host, np.where(statuses == Status.STUDENT, 0.02, 0.14)
    plan["extends"][rows] = 0.25
    recruited = rng.random(k) < 0.45
    recruiter = d.agencies.office[d.agencies.choose(rng, plan["day"][rows])]
    plan["introducer"][rows] = np.where(recruited, recruiter, NONE)
    plan["introducer_phone"][rows] = np.where(recruited, recruiter, NONE)
    copy_guarantor_to_inviter(plan, same)


def _tours(d: District, rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Group tours: the agency's partner in Japan vouches, a party travels on one booking."""
    at, k = plan["agency"][rows], len(rows)
    vouched = (at != NONE) & (rng.random(k) < 0.7)
    agency = d.agencies
    office = agency.office[at] + choice(at * 131 + plan["day"][rows] // 300, 62, OFFICE)
    plan["guarantor"][rows] = np.where(vouched, office, NONE)
    plan["guarantor_phone"][rows] = np.where(vouched, agency.phone[at], NONE)
    plan["guarantor_home"][rows] = np.where(vouched, agency.address[at], NONE)
    plan["relation"][rows] = np.where(vouched, Relation.AGENCY, NONE)
    plan["payer"][rows] = rng.choice(6, k, p=(0.72, 0.17, 0.01, 0.05, 0.01, 0.04))
    # parties of one agency in one week
    plan["party"][rows] = np.where(at != NONE, at * 2_000 + plan["day"][rows] // 6 + 2**55, NONE)
    plan["booking_phone"][rows] = np.where(at != NONE, agency.phone[at], NONE)


def _hotels(d: District, rng: np.random.Generator, plan: Plan, rows: Ints) -> None:
    """Hotels: a few hundred addresses shared by all."""
    hotel = rng.integers(0, max(d.applications // 150, 12), len(rows)) + 700_000_000 + d.shard * 100_000
    plan["stay"][rows] = hotel
    plan["stay_phone"][rows] = np.where(rng.random(len(rows)) < 0.5, hotel, NONE)


def _inviters(d: District, rng: np.random.Generator, plan: Plan) -> None:
    """Same as above, mostly; else a colleague, a neighbour or nobody."""
    n = len(plan)
    vouched, draw = plan["guarantor"] != NONE, rng.random(n)
    same, other = vouched & (draw < 0.62), vouched & (draw >= 0.88)
    neighbour = d.keys.take(n)
    plan["inviter"] = np.where(same, plan["guarantor"], np.where(other, neighbour, NONE))
    plan["inviter_phone"] = np.where(same, plan["guarantor_phone"], np.where(other, neighbour, NONE))
    plan["inviter_home"] = np.where(same, plan["guarantor_home"], np.where(other, neighbour, NONE))


def statements(d: District, rng: np.random.Generator, plan: Plan) -> None:
    """Draw statements: agencies use boilerplate, hosts reuse their own, others write themselves or copy from a manual."""
    n = len(plan)
    own = d.keys.take(n)
    at, host = plan["agency"], plan["host"]
    boilerplate = d.agencies.statements[at] + rng.integers(0, TEMPLATES, n)
    # a manual's model statement, known to everybody
    manual = 900_000_000 + rng.integers(0, 40, n)
    draw = rng.random(n)
    statement = np.where((at != NONE) & (draw < 0.5), boilerplate, np.where(draw > 0.95, manual, own))
    statement = np.where((host != NONE) & (draw >= 0.5) & (draw < 0.8), d.establishments.name[host], statement)
    plan["statement"] = statement


def acquaintances(d: District, rng: np.random.Generator, k: int, share: float) -> tuple[Ints, Ints]:
    """Return who introduced each of k people to Japan, and a phone; -1 for nobody. A few do so for very many."""
    friends = max(int(d.applications * 0.012), 12)
    friend = 300_000_000 + d.shard * 1_000_000 + (friends * rng.random(k) ** 1.5).astype(np.int64)
    introduced = rng.random(k) < share
    phone = np.where(introduced & (rng.random(k) < 0.85), friend, NONE)
    return np.where(introduced, friend, NONE), phone
