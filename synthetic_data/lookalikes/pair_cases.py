"""Pairs of ring and look-alike: size, the sign of both, and the sign of the ring alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from synthetic_data.lookalikes import families, identities, marriages, travellers, workers
from synthetic_data.lookalikes.pair_signs import Frame, Sign, fresh_passport, happened, shared, two_bodies
from synthetic_data.typologies.groups import Members

FORM, EVENTS = "visa_applications", "residence_events"
UNRELATED = ("friend", "other", "organisation", "agency", "employer")


class Case(NamedTuple):
    """One pair; ``seed`` is one with which the ring shows its sign, as rings do not always."""

    name: str
    people: int
    lookalike: Callable[[Members], None]
    likeness: str
    common: Sign
    both: str
    telling: Sign
    only: str
    seed: int = 0


def _moved(rows: Frame) -> Frame:
    return rows["kind"] == "address_change"


def _not_kin(rows: Frame) -> Frame:
    return rows["guarantor_relationship"].isin(UNRELATED)


def _by_outsiders(rows: Frame) -> Frame:
    return rows["onward_ticket_paid_by"].isin(["sponsor", "unknown"])


SAME_NEW_ADDRESS = shared(EVENTS, "address", only=_moved)
SAME_FILER = shared(EVENTS, "filed_by_phone")
STAYED = happened(EVENTS, "kind", "overstay", "missing_report")

CASES: dict[int, Case] = {
    1: Case("sham marriage", 2, marriages.introduced, "couples of a lawful marriage agency",
            shared(FORM, "introducer_phone"), "one introducer's phone behind two couples",
            SAME_NEW_ADDRESS, "both wives report a move to one address, away from different husbands", seed=195),
    2: Case("impersonation", 2, identities.lost_passport, "a passport issued again after a loss",
            fresh_passport, "a fresh passport", two_bodies,
            "biometrics of different people under one name and birth date", seed=23),
    3: Case("mothers with Japanese children", 2, families.law_clinic, "clients of a law clinic",
            shared(FORM, "guarantor_phone"), "one guarantor's phone behind two mothers",
            SAME_NEW_ADDRESS, "both mothers report a move to one address", seed=117),
    4: Case("false acknowledgement", 2, families.late_father, "a father who acknowledged his children late",
            shared(FORM, "acknowledging_parent_birth_date"), "one man acknowledges two mothers' children",
            SAME_NEW_ADDRESS, "both mothers report a move to one address, which is not his", seed=16),
    5: Case("entertainers", 3, workers.dancers, "dancers of a club that keeps the rules",
            happened(FORM, "monthly_income_jpy", 200_000.0), "pay exactly at the floor",
            SAME_FILER, "one phone files the reports of several performers"),
    6: Case("children", 3, families.school_journey, "a teacher with pupils",
            shared("landings", "booking_reference"), "unrelated minors on one booking",
            STAYED, "a child does not go home", seed=30),
    7: Case("trainees and students", 3, workers.recruited, "people of a compliant supervising organisation",
            shared(FORM, "introducer_name"), "one recruiter",
            happened(EVENTS, "kind", "missing_report"), "reported missing after half a year to fourteen months", seed=4),
    8: Case("transit", 2, travellers.crews, "seafarers and labour flights",
            shared("landings", "booking_phone"), "one booking phone for strangers with an onward ticket",
            shared("landings", "booking_phone", only=_by_outsiders), "the onward tickets of strangers were paid for by a sponsor or nobody knows whom, under one phone", seed=21),
    9: Case("forged documents", 3, identities.translated, "genuine papers from one translator",
            shared(FORM, "statement_fingerprint"), "one office's statement in the papers",
            happened("landings", "document_check", "forged"), "a document detected as forged at landing", seed=19),
    10: Case("spouses put to work", 3, marriages.from_the_pub, "wives who work where the marriage was arranged",
             shared("employment_reports", "establishment_id"), "several spouses at work in one establishment",
             SAME_NEW_ADDRESS, "they report moves to one address, away from different husbands", seed=5),
    11: Case("men at work", 3, workers.chain, "men of a restaurant chain or a subcontractor",
             shared(FORM, "host_establishment_id"), "one host for several men",
             happened(EVENTS, "kind", "overstay", "missing_report"), "men vanish from the employer", seed=1),
    12: Case("organisers", 6, travellers.large_family, "a large family that vouches in turn",
             shared(FORM, "guarantor_phone", apart="guarantor_birth_date"), "one phone behind different guarantors",
             shared(FORM, "guarantor_phone", apart="guarantor_birth_date", only=_not_kin), "the guarantors behind the one phone are no kin of the applicants"),
}  # fmt: skip
