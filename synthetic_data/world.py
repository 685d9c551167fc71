"""What would a world look like in which the truth is known? Nine tables left behind by people, hubs and rings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.tables.folder import Records
from features.tables.nine_tables import INDUSTRIES, TABLES
from synthetic_data.people import (
    DAY_US,
    ENTERTAINER,
    LONG_TERM,
    SPOUSE,
    STATUS_NAMES,
    VISITOR,
    People,
    honest_people,
    plant_rings,
)
from synthetic_data.vocabulary import (
    COUNTRIES,
    birth_days,
    codes,
    spell_addresses,
    spell_phones,
    spell_sponsors,
)

Ints = NDArray[np.int64]
SCENARIOS = {"default": 0.009, "no_signal": 0.009}
"""Share of applications that are exploited; in ``no_signal`` the truth is drawn without regard to any record."""
BIOMETRICS_US = int(dt.datetime(2007, 11, 20, tzinfo=dt.UTC).timestamp() * 1e6)
RANDOM_ARM_US = int(dt.datetime(2008, 1, 1, tzinfo=dt.UTC).timestamp() * 1e6)
ADULT = 0


def generate(seed: int, applications: int, scenario: str = "default") -> tuple[Records, pa.Table]:
    """Make a world.

    Parameters
    ----------
    applications
        How many visa applications; other tables follow from them.

    Returns
    -------
    Records, pa.Table
        The nine tables and the truth (subject, subject_id, exploited, typology, ring_id).
    """
    rng = np.random.default_rng(seed)
    places = max(applications // 60, 30)
    industry = rng.choice(len(INDUSTRIES), places, p=np.array([12, 16, 6, 16, 12, 8, 6, 12, 6, 1, 5]) / 100)
    clubs = np.flatnonzero(industry == ADULT)
    clubs = clubs if len(clubs) else np.array([0])
    people = honest_people(rng, applications, places)
    plant_rings(rng, people, int(applications * SCENARIOS[scenario]), rng.choice(clubs, max(len(clubs) // 4, 1)))
    made = _Tables(rng, people, industry, clubs)
    made.write_all()
    if scenario == "no_signal":
        people.ring = rng.permutation(people.ring)
        people.typology = np.where(people.ring >= 0, people.ring % 12 + 1, 0)
    made.write_outcomes()
    return Records({name: _table(name, made.rows[name]) for name in TABLES}), made.truth()


def _table(name: str, columns: dict[str, Sequence[Any] | NDArray[Any]]) -> pa.Table:
    schema = TABLES[name].arrow_schema
    size = len(columns[TABLES[name].id_column])
    order = np.argsort(np.asarray(columns[TABLES[name].known_at]), kind="stable")
    arrays = []
    for field in schema:
        values = columns.get(field.name)
        if values is None:
            arrays.append(pa.nulls(size, field.type))
            continue
        if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
            array = _times(np.asarray(values), field.type)
        else:
            array = pa.array(list(values), field.type, from_pandas=True)
        arrays.append(array.take(order))
    return pa.table(arrays, schema=schema)


def _times(values: Ints, kind: pa.DataType) -> pa.Array:
    """Times in microseconds or days; -1 stands for null."""
    width = pa.int32() if pa.types.is_date(kind) else pa.int64()
    return pa.array(values.astype(np.int64), pa.int64(), mask=values == -1).cast(width).cast(kind)


class _Tables:
    """Writes the tables from the people; each step adds one table's columns to ``rows``."""

    def __init__(self, rng: np.random.Generator, people: People, industry: Ints, clubs: Ints) -> None:
        self.rng, self.people, self.industry, self.clubs = rng, people, industry, clubs
        self.rows: dict[str, dict[str, Any]] = {}
        self.n = len(people.at)
        known, index = np.unique(people.person, return_inverse=True)
        self.one = index
        self.birth = np.where(people.minor, -1, birth_days(rng, len(known), 19, 60)[index])
        self.birth = np.where(people.minor, people.at // DAY_US - rng.integers(3 * 365, 17 * 365, self.n), self.birth)
        # -1 stands for null in the columns of dates
        self.birth = np.where(self.birth == -1, 0, self.birth)
        self.passports = codes(rng, len(known), "P", 9)[index]
        self.family, self.given = self._names(len(known), index)
        self.application_ids = codes(rng, self.n, "A", 10)
        self.place_ids = codes(rng, len(industry), "EST-", 6)

    def _names(self, known: int, index: Ints) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        a, b = self.rng.integers(0, 1000, known)[index], self.rng.integers(0, 1000, known)[index]
        pairs = [
            (COUNTRIES[c][3][i % len(COUNTRIES[c][3])], COUNTRIES[c][4][j % len(COUNTRIES[c][4])])
            for c, i, j in zip(self.people.country.tolist(), a.tolist(), b.tolist(), strict=True)
        ]
        return np.array([p[0] for p in pairs], dtype=object), np.array([p[1] for p in pairs], dtype=object)

    def write_all(self) -> None:
        """Write every table but outcomes."""
        self._establishments()
        self._applications()
        self._landings()
        self._after_landing()
        self._jobs()
        self._actions()
        self._watchlist()

    def _maybe(self, values: NDArray[Any], present: NDArray[np.bool_]) -> NDArray[np.object_]:
        return np.where(present, values.astype(object), None)  # type: ignore[call-overload]

    def _establishments(self) -> None:
        rng, m = self.rng, len(self.industry)
        opened = rng.integers(9_000, 14_000, m)
        self.rows["establishments"] = {
            "establishment_id": self.place_ids,
            "name": np.array([f"Establishment {number}" for number in rng.permutation(m).tolist()], dtype=object),
            "address": spell_addresses(rng, 900_000 + np.arange(m) * 11),
            "phone": spell_phones(rng, rng.integers(10_000_000, 99_999_999, m)),
            "industry": np.array(INDUSTRIES, dtype=object)[self.industry],
            "capacity": self._maybe(rng.integers(4, 120, m), rng.random(m) < 0.7),
            "opened_on": opened,
            "known_at": (opened + rng.integers(0, 60, m)) * DAY_US,
        }

    def _applications(self) -> None:
        rng, p, n = self.rng, self.people, self.n
        day = p.at // DAY_US
        spouse, child = p.status == SPOUSE, (p.status == LONG_TERM) & (rng.random(n) < 0.6)
        guarantor = spell_sponsors(rng, p.guarantor)
        guarantor_birth = 13_880 - (30 * 365 + p.guarantor * 37 % (35 * 365))
        address = spell_addresses(rng, p.guarantor * 13 % 60_000_000)
        phone = spell_phones(rng, p.phone)
        lodged = rng.choice(
            np.array(["applicant", "accredited_agency", "sponsor", "other"], dtype=object),
            n,
            p=[0.5, 0.35, 0.1, 0.05],
        )
        has, same = rng.random(n) < 0.9, rng.random(n) < 0.8
        coe = (p.status != VISITOR) & (rng.random(n) < 0.95)
        templates = rng.integers(0, 2**63, 200_003, dtype=np.uint64)[p.letter % 200_003]
        letters = templates ^ (np.uint64(1) << rng.integers(0, 64, n).astype(np.uint64))
        married = day - rng.integers(20, 700, n)
        introducer = p.introducer >= 0
        country = [COUNTRIES[c] for c in p.country.tolist()]
        self.rows["visa_applications"] = {
            "application_id": self.application_ids,
            "submitted_at": p.at,
            "post": [one[1] for one in country],
            "lodged_by": lodged,
            "agency_id": self._maybe(np.array([f"AG-{a:05d}" for a in p.agency.tolist()], dtype=object), p.agency >= 0),
            "passport_number": self.passports,
            "passport_issued_on": day - rng.integers(10, 3000, n),
            "nationality": [one[0] for one in country],
            "family_name": self.family,
            "given_names": self.given,
            "birth_date": self.birth,
            "sex": np.where((p.person * 2654435761 % 100) < np.where(spouse | (p.status == ENTERTAINER), 80, 50), "F", "M").astype(object),
            "occupation": self._maybe(rng.choice(np.array(["clerk", "farmer", "nurse", "student", "singer", "none"], dtype=object), n), rng.random(n) < 0.85),
            "monthly_income_jpy": self._maybe(np.round(rng.lognormal(10.6, 0.8, n)), rng.random(n) < 0.7),
            "applicant_phone": self._maybe(spell_phones(rng, p.own_phone), rng.random(n) < 0.8),
            "home_address": self._maybe(np.array([f"{h % 197 + 1} Main St., Zone {h % 4999}" for h in self.one.tolist()], dtype=object), rng.random(n) < 0.9),
            "status_of_residence": STATUS_NAMES[p.status],
            "coe_number": self._maybe(codes(rng, n, "COE", 9), coe),
            "coe_issued_on": np.where(coe, day - rng.integers(5, 85, n), -1),
            "intended_arrival_on": day + rng.integers(8, 90, n),
            "intended_stay_days": np.where(p.status == VISITOR, rng.choice((15, 30, 90), n), rng.choice((180, 365, 1095), n)),
            "stay_address": self._maybe(spell_addresses(rng, p.stay), rng.random(n) < 0.85),
            "stay_phone": self._maybe(phone, rng.random(n) < 0.7),
            "declared_previous_stays": self._maybe(rng.poisson(0.6, n), rng.random(n) < 0.8),
            "travel_paid_by": rng.choice(np.array(["self", "family", "sponsor", "agency", "employer", "unknown"], dtype=object), n, p=[0.4, 0.2, 0.2, 0.08, 0.1, 0.02]),
            "guarantor_name": self._maybe(guarantor, has),
            "guarantor_birth_date": np.where(has, guarantor_birth, -1),
            "guarantor_address": self._maybe(address, has),
            "guarantor_phone": self._maybe(phone, has),
            "guarantor_relationship": self._maybe(np.where(spouse, "spouse", rng.choice(np.array(["relative", "employer", "friend", "agency", "other"], dtype=object), n)), has),
            "guarantor_income_jpy": self._maybe(np.round(rng.lognormal(15.1, 0.5, n)), has & (rng.random(n) < 0.85)),
            "inviter_name": self._maybe(guarantor, has & same),
            "inviter_birth_date": np.where(has & same, guarantor_birth, -1),
            "inviter_address": self._maybe(address, has & same),
            "inviter_phone": self._maybe(phone, has & same),
            "host_establishment_id": self._maybe(self.place_ids[p.host], p.host >= 0),
            "introducer_name": self._maybe(spell_sponsors(rng, p.introducer * 17 + 3), introducer),
            "introducer_phone": self._maybe(spell_phones(rng, 10_000_000 + (p.introducer * 7919) % 80_000_000), introducer),
            "statement_fingerprint": self._maybe(np.array([f"{x:016x}" for x in letters.tolist()], dtype=object), rng.random(n) < 0.75),
            "married_on": np.where(spouse, married, -1),
            "first_met_on": np.where(spouse, married - rng.integers(60, 1500, n), -1),
            "marriage_registered_abroad": self._maybe(rng.random(n) < 0.5, spouse),
            "meetings_before_marriage": self._maybe(rng.poisson(3, n), spouse),
            "common_language": self._maybe(rng.choice(np.array(["none", "basic", "fluent"], dtype=object), n, p=[0.2, 0.5, 0.3]), spouse),
            "spouse_birth_date": np.where(spouse, guarantor_birth, -1),
            "spouse_earlier_foreign_spouses": self._maybe(rng.poisson(0.2, n), spouse),
            "cohabitation_planned": self._maybe(rng.random(n) < 0.9, spouse),
            "accompanying_minors": np.where(child, 1, (rng.random(n) < 0.05).astype(int)),
            "child_birth_date": np.where(child, day - rng.integers(300, 5000, n), -1),
            "child_nationality_acquired_on": np.where(child & (day > 14_245), day - rng.integers(10, 250, n), -1),
            "acknowledging_parent_name": self._maybe(guarantor, child),
            "acknowledging_parent_birth_date": np.where(child, guarantor_birth, -1),
        }  # fmt: skip

    def _landings(self) -> None:
        """One landing for most applications, and visa-exempt visitors beside them."""
        rng, p = self.rng, self.people
        came = np.flatnonzero(rng.random(self.n) < 0.88)
        exempt = rng.integers(0, self.n, int(self.n * 0.75))
        self.of = np.concatenate([came, np.full(len(exempt), -1)])
        m = len(self.of)
        source = np.where(self.of >= 0, self.of, np.concatenate([came, exempt]))
        fresh = self.of < 0
        self.landed_at = np.where(
            fresh,
            p.at[source] + rng.integers(0, 300 * DAY_US, m),
            p.at[source] + rng.integers(8 * DAY_US, 90 * DAY_US, m),
        )
        self.source = source
        self.landing_ids = codes(rng, m, "L", 10)
        ring = np.where(fresh, -1, p.ring[source])
        self.landing_ring = ring
        transit = fresh & (rng.random(m) < 0.04)
        status = np.where(fresh, "temporary_visitor", STATUS_NAMES[p.status[source]]).astype(object)
        status[transit] = "transit"
        stranger = codes(rng, m, "X", 9)
        birth = np.where(fresh, birth_days(rng, m, 19, 65), self.birth[source])
        biometric = (self.landed_at > BIOMETRICS_US) & (self.landed_at // DAY_US - birth > 16 * 365)
        booked = rng.integers(0, m, m)
        self.permitted = np.where(fresh | (p.status[source] == VISITOR), 90, 365)
        doubtful = rng.random(m) < np.where(ring >= 0, 0.25, 0.02)
        shuffled = rng.permutation(m)
        self.rows["landings"] = {
            "landing_id": self.landing_ids,
            "landed_at": self.landed_at,
            "port": rng.choice(np.array(["NRT", "KIX", "NGO", "FUK"], dtype=object), m, p=[0.55, 0.25, 0.12, 0.08]),
            "flight": np.array([f"JL{f}" for f in rng.integers(700, 760, m).tolist()], dtype=object),
            "embarked_at": rng.choice(np.array(["MNL", "BKK", "PVG", "SGN", "CGK"], dtype=object), m),
            "onward_destination": self._maybe(rng.choice(np.array(["LAX", "SYD", "YVR"], dtype=object), m), transit),
            "onward_ticket_paid_by": self._maybe(rng.choice(np.array(["self", "agency", "sponsor"], dtype=object), m), transit),
            "passport_number": np.where(fresh, stranger, self.passports[source]),
            "passport_issued_on": self.landed_at // DAY_US - rng.integers(20, 3000, m),
            "nationality": [COUNTRIES[c][0] for c in p.country[source].tolist()],
            "family_name": np.where(fresh, self.family[shuffled % self.n], self.family[source]),
            "given_names": np.where(fresh, self.given[source], self.given[source]),
            "birth_date": birth,
            "sex": rng.choice(np.array(["F", "M"], dtype=object), m),
            "biometric_id": self._maybe(np.array([f"B{b:09d}" for b in np.where(fresh, 500_000_000 + shuffled, self.one[source]).tolist()], dtype=object), biometric),
            "application_id": self._maybe(self.application_ids[source], ~fresh),
            "status_of_residence": status,
            "permitted_stay_days": self.permitted,
            "stay_address": self._maybe(spell_addresses(rng, np.where(fresh, 800_000_0 + rng.integers(0, 400, m) * 13, p.stay[source])), rng.random(m) < 0.9),
            "stay_phone": self._maybe(spell_phones(rng, np.where(fresh, rng.integers(10_000_000, 99_999_999, m), p.phone[source])), rng.random(m) < 0.6),
            "booking_reference": np.array([f"{b:06X}" for b in booked.tolist()], dtype=object),
            "booking_phone": self._maybe(spell_phones(rng, np.where(ring >= 0, p.phone[source], rng.integers(10_000_000, 99_999_999, m))), rng.random(m) < 0.7),
            "document_check": self._maybe(np.where(doubtful, "doubtful", "genuine"), doubtful | (rng.random(m) < 0.05)),
        }  # fmt: skip

    def _after_landing(self) -> None:
        """Departures, and what is reported during a stay; rings' people move and go missing more often."""
        rng, m, ring = self.rng, len(self.of), self.landing_ring
        gone = rng.random(m) < np.where(ring >= 0, 0.35, 0.012)
        left = ~gone & (rng.random(m) < 0.93)
        stay = (self.permitted * rng.uniform(0.05, 1.0, m) * DAY_US).astype(np.int64)
        self.rows["departures"] = {
            "landing_id": self.landing_ids[left],
            "departed_at": (self.landed_at + stay)[left],
        }
        moved = rng.random(m) < np.where(ring >= 0, 0.55, 0.05)
        divorced = rng.random(m) < np.where(self.permitted > 90, 0.01, 0.0)
        rows, kinds = [], []
        for kind, mask in (
            ("missing_report", gone & (rng.random(m) < 0.6)),
            ("overstay", gone),
            ("address_change", moved),
            ("divorce", divorced),
        ):
            found = np.flatnonzero(mask)
            rows.append(found)
            kinds += [kind] * len(found)
        row = np.concatenate(rows)
        k = len(row)
        occurred = self.landed_at[row] + rng.integers(20 * DAY_US, 400 * DAY_US, k)
        to = np.where(ring[row] >= 0, 40_000_000 + ring[row] * 7, rng.integers(0, 60_000_000, k))
        is_move = np.array([kind == "address_change" for kind in kinds], dtype=bool)
        self.rows["residence_events"] = {
            "event_id": codes(rng, k, "RES", 9),
            "landing_id": self.landing_ids[row],
            "occurred_at": occurred,
            "known_at": occurred + rng.integers(DAY_US, 90 * DAY_US, k),
            "kind": kinds,
            "address": self._maybe(spell_addresses(rng, to), is_move),
            "filed_by_phone": self._maybe(spell_phones(rng, np.where(ring[row] >= 0, self.people.phone[self.source[row]], rng.integers(10_000_000, 99_999_999, k))), is_move),
        }  # fmt: skip

    def _jobs(self) -> None:
        rng, p = self.rng, self.people
        of = np.flatnonzero(self.of >= 0)
        chosen = of[rng.random(len(of)) < np.where(self.landing_ring[of] >= 0, 0.3, 0.03)]
        source, k = self.source[chosen], len(chosen)
        ring = p.ring[source]
        placed = np.where(
            ring >= 0,
            self.clubs[ring % len(self.clubs)],
            np.where(p.host[source] >= 0, p.host[source], rng.integers(0, len(self.industry), k)),
        )
        started = self.landed_at[chosen] // DAY_US + rng.integers(10, 200, k)
        self.rows["employment_reports"] = {
            "report_id": codes(rng, k, "EMP", 9),
            "passport_number": self.passports[source],
            "family_name": self.family[source],
            "given_names": self.given[source],
            "birth_date": self.birth[source],
            "establishment_id": self.place_ids[placed],
            "started_on": started,
            "ended_on": np.where(rng.random(k) < 0.5, started + rng.integers(30, 400, k), -1),
            "known_at": (started + rng.integers(20, 300, k)) * DAY_US,
            "source": rng.choice(np.array(["inspection", "registration", "declared"], dtype=object), k),
        }  # fmt: skip

    def _actions(self) -> None:
        rng, m = self.rng, len(self.industry)
        place = rng.integers(0, m, m * 2)
        adult = self.industry[place] == ADULT
        occurred = rng.integers(12_100, 15_600, len(place)) * DAY_US
        bad = rng.random(len(place)) < np.where(adult, 0.5, 0.12)
        action = np.where(
            bad,
            rng.choice(
                np.array(["violation_found", "licence_suspended", "trafficking_case"], dtype=object),
                len(place),
                p=[0.7, 0.2, 0.1],
            ),
            "inspection_clean",
        )
        self.rows["establishment_actions"] = {
            "action_id": codes(rng, len(place), "ACT", 8),
            "establishment_id": self.place_ids[place],
            "occurred_at": occurred,
            "known_at": occurred + rng.integers(5 * DAY_US, 120 * DAY_US, len(place)),
            "action": action,
        }  # fmt: skip

    def _watchlist(self) -> None:
        """People found in some rings, each listed about a year after the ring began; victims among them."""
        rng, p = self.rng, self.people
        rows = np.flatnonzero((p.ring >= 0) & (rng.random(self.n) < 0.08))
        k = len(rows)
        role = rng.choice(np.array(["victim", "facilitator", "perpetrator"], dtype=object), k, p=[0.5, 0.3, 0.2])
        victim = role == "victim"
        names = spell_sponsors(rng, p.guarantor[rows])
        self.rows["tip_database"] = {
            "entry_id": codes(rng, k, "TIP", 7),
            "listed_at": p.at[rows] + rng.integers(120 * DAY_US, 500 * DAY_US, k),
            "delisted_at": np.full(k, -1),
            "role": role,
            "family_name": np.where(victim, self.family[rows], [name.split(" ")[0] for name in names]),
            "given_names": np.where(victim, self.given[rows], [name.split(" ")[1] for name in names]),
            "birth_date": np.where(victim, self.birth[rows], -1),
            "passport_number": self._maybe(self.passports[rows], victim),
            "phone": self._maybe(spell_phones(rng, p.phone[rows]), ~victim),
        }  # fmt: skip

    def write_outcomes(self) -> None:
        """Interviews: aimed ones, a random arm from 2008, referrals and later identifications; findings with errors."""
        rng, p = self.rng, self.people
        parts: dict[str, list[Any]] = {}
        landing_ring = np.where(self.of >= 0, p.ring[self.source], -1)
        landing_typology = np.where(self.of >= 0, p.typology[self.source], 0)
        for subject, ids, at, ring, typology, share in (
            ("visa_application", self.application_ids, p.at, p.ring, p.typology, 0.06),
            ("landing", self.landing_ids, self.landed_at, landing_ring, landing_typology, 0.02),
        ):
            exploited = ring >= 0
            draw = rng.random(len(ids))
            targeted = draw < np.where(exploited, 0.55, share)
            random = ~targeted & (at > RANDOM_ARM_US) & (rng.random(len(ids)) < 0.02)
            later = ~targeted & ~random & exploited & (rng.random(len(ids)) < 0.1)
            rows = np.flatnonzero(targeted | random | later)
            k = len(rows)
            chance = rng.random(k)
            finding = np.where(
                exploited[rows],
                np.where(
                    chance < 0.55,
                    "indications",
                    np.where(
                        chance < 0.75,
                        "victim_identified",
                        np.where(chance < 0.9, "inconclusive", "no_indication"),
                    ),
                ),
                np.where(chance < 0.93, "no_indication", np.where(chance < 0.985, "inconclusive", "indications")),
            ).astype(object)
            occurred = at[rows] + rng.integers(DAY_US // 24, 10 * DAY_US, k)
            occurred = np.where(later[rows], occurred + rng.integers(200 * DAY_US, 700 * DAY_US, k), occurred)
            told = np.isin(finding, ("indications", "victim_identified")) & (typology[rows] > 0)
            columns = {
                "subject": [subject] * k,
                "subject_id": ids[rows],
                "occurred_at": occurred,
                "known_at": occurred + rng.integers(DAY_US // 24, 20 * DAY_US, k),
                "arm": np.where(random[rows], "random", np.where(later[rows], "later_identification", "targeted")).astype(object),
                "inclusion_probability": np.where(random[rows], 0.02, np.where(later[rows], None, 0.5)),  # type: ignore[call-overload]
                "finding": finding,
                "typology": self._maybe(np.array([f"T{t}" for t in typology[rows].tolist()], dtype=object), told),
            }  # fmt: skip
            for name, values in columns.items():
                parts.setdefault(name, []).append(
                    np.asarray(values, dtype=object if name not in {"occurred_at", "known_at"} else None)
                )
        joined = {name: np.concatenate(values) for name, values in parts.items()}
        self.rows["outcomes"] = {"outcome_id": codes(rng, len(joined["arm"]), "OUT", 9), **joined}

    def truth(self) -> pa.Table:
        """Return what is true of every application and landing."""
        p = self.people
        ring = np.concatenate([p.ring, np.where(self.of >= 0, p.ring[self.source], -1)])
        typology = np.concatenate([p.typology, np.where(self.of >= 0, p.typology[self.source], 0)])
        return pa.table(
            {
                "subject": ["visa_application"] * self.n + ["landing"] * len(self.of),
                "subject_id": np.concatenate([self.application_ids, self.landing_ids]),
                "exploited": ring >= 0,
                "typology": pa.array([f"T{t}" if t else None for t in typology.tolist()], pa.string()),
                "ring_id": pa.array([f"R{r:05d}" if r >= 0 else None for r in ring.tolist()], pa.string()),
            }
        )
