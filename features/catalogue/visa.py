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
    own("application", "monthly_income_yen", "income", "申告された月収（円）", "Declared monthly income in yen"),
    own("sponsor", "guarantor_income_yen", "guarantor_income", "身元保証人の年収（円）", "Guarantor's yearly income in yen"),
    own("application", "travel_paid_by_other_flag", "paid_by_other", "渡航費が第三者負担", "Travel is paid by others"),
    own("application", "lodged_by_other_flag", "lodged_by_other", "本人以外による提出", "Lodged by somebody else"),
    own("employment", "stage_occupation_flag", "stage_work", "舞台・接客の職業", "Declared stage or bar occupation"),
    own("sponsor", "kin_guarantor_flag", "kin_guarantor", "親族による身元保証", "The guarantor is kin"),
    own("sponsor", "friend_guarantor_flag", "friend_guarantor", "知人による身元保証", "The guarantor is a friend or other"),
    own("sponsor", "inviter_is_guarantor_flag", "inviter_is_guarantor", "招へい人と身元保証人が同一", "Inviter and guarantor are one"),
    own("sponsor", "stay_at_guarantor_flag", "stay_at_guarantor", "身元保証人宅に滞在", "Stay at the guarantor's address"),
    own("entertainer", "stay_at_host_flag", "stay_at_host", "受入先に滞在", "Stay at the host's address"),
    own("documents", "passport_age_days", "passport_age", "旅券発給からの日数", "Days since the passport was issued"),
    own("documents", "certificate_age_days", "coe_age", "在留資格認定証明書交付からの日数", "Days since the certificate was issued"),
    own("application", "lead_time_days", "lead", "申請から到着予定までの日数", "Days from filing to intended arrival"),
    own("marriage", "married_abroad_flag", "married_abroad", "外国での婚姻登録", "Marriage registered abroad"),
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
        "申告より多い在留の回数",
        "Stays on record beyond those declared",
    ),
    stayed("honest", "own_stays_count", "found", "本人の在留の回数", "Own stays on record"),
    stayed(
        "work",
        "own_overdue_stays_count",
        "overdue",
        "期限を過ぎて出国記録のない在留",
        "Own stays overdue without departure",
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
