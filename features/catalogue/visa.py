"""Which features does the visa model read? One ordered list: the model's columns, the officer's words, the docs."""

from __future__ import annotations

from features.catalogue.building import count, distinct, own, since, stayed
from features.catalogue.feature import Catalogue
from features.catalogue.shared import BROKERS, CHILDREN, EMPLOYMENT, HONEST, HOSTS, MARRIAGE, SPONSORS

_APPLICATION = (
    own("application", "is_spouse_flag", "is_spouse", "日本人の配偶者等の申請", "Spouse status is sought"),
    own("application", "is_entertainer_flag", "is_entertainer", "興行の申請", "Entertainer status is sought"),
    own("application", "is_trainee_flag", "is_trainee", "研修・技能実習の申請", "Trainee or technical intern status is sought"),
    own("application", "is_student_flag", "is_student", "留学の申請", "Student status is sought"),
    own("application", "is_worker_flag", "is_worker", "就労の申請", "A work status is sought"),
    own("application", "intended_stay_days", "stay_days", "滞在予定日数", "Intended days of stay"),
    own("application", "monthly_income_yen", "income", "申告された月収", "Declared monthly income in yen"),
    own("sponsor", "guarantor_income_yen", "guarantor_income", "身元保証人の年収", "Guarantor's yearly income in yen"),
    own("application", "travel_paid_by_other_flag", "paid_by_other", "渡航費を第三者が負担", "Somebody else pays for the journey"),
    own("application", "lodged_by_other_flag", "lodged_by_other", "本人以外による提出", "Lodged by a sponsor or other person"),
    own("employment", "stage_occupation_flag", "stage_work", "申告された職業が舞台・接客", "The declared occupation is stage or bar work"),
    own("sponsor", "kin_guarantor_flag", "kin_guarantor", "親族による身元保証", "The guarantor is kin"),
    own("sponsor", "friend_guarantor_flag", "friend_guarantor", "知人による身元保証", "The guarantor is a friend or other"),
    own("sponsor", "inviter_is_guarantor_flag", "inviter_is_guarantor", "招へい人と身元保証人が同じ人", "Inviter and guarantor are the same person"),
    own("sponsor", "stay_at_guarantor_flag", "stay_at_guarantor", "身元保証人宅に滞在", "Stay at the guarantor's address"),
    own("entertainer", "stay_at_host_flag", "stay_at_host", "受入先に滞在", "Stay at the host's address"),
    own("documents", "passport_age_days", "passport_age", "旅券発給からの日数", "Days since the passport was issued"),
    own("documents", "certificate_age_days", "coe_age", "在留資格認定証明書交付からの日数", "Days since the certificate was issued"),
    own("application", "lead_time_days", "lead", "申請から到着予定までの日数", "Days from filing to intended arrival"),
    own("marriage", "married_abroad_flag", "married_abroad", "外国で婚姻を登録", "Marriage registered abroad"),
    own("marriage", "cohabitation_planned_flag", "cohabitation", "同居の予定", "Living together is planned"),
)  # fmt: skip

_IDENTITY = (
    distinct("identity", "applications", "applicant_phone", "person", 365),
    distinct("identity", "applications", "applicant_email", "person", None),
    distinct("identity", "applications", "home_unit", "person", 365),
    distinct("identity", "applications", "passport", "person", None),
    distinct("identity", "applications", "person", "passport", None),
    distinct("identity", "applications", "given", "person", None),
    distinct("identity", "landings", "passport", "person", None),
    distinct("documents", "applications", "coe", "person", None),
    count("broker", "applications", "person", 365),
    distinct("broker", "applications", "person", "agency", 365),
    distinct("broker", "applications", "person", "guarantor", 365),
    since("broker", "applications", "person"),
    stayed(
        "identity",
        "undeclared_stays_count",
        "undeclared",
        "記録にある在留の回数と申告された回数との差",
        "Stays on record, less those declared",
    ),
    stayed("honest", "own_stays_count", "found", "記録にある本人の在留の回数", "Own earlier stays on record"),
    stayed(
        "work",
        "own_overdue_stays_count",
        "overdue",
        "期限を過ぎても出国の記録がない在留の回数",
        "Own stays past their term without a departure on record",
    ),
    stayed(
        "application",
        "days_in_japan_365d_days",
        "days_365",
        "過去365日間の在留日数",
        "Days in Japan in the last 365 days",
    ),
)

VISA = Catalogue(
    "visa",
    (*_APPLICATION, *_IDENTITY, *SPONSORS, *MARRIAGE, *EMPLOYMENT, *HOSTS, *CHILDREN, *BROKERS, *HONEST),
)
