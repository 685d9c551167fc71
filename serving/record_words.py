"""How is a record read aloud? Names of tables, columns and categories in Japanese and English, and values as people write them."""

from __future__ import annotations

import datetime as dt

TABLES = {
    "visa_applications": ("査証申請", "Visa application"),
    "landings": ("上陸記録", "Landing"),
    "departures": ("出国記録", "Departure"),
    "establishments": ("事業所", "Establishment"),
    "establishment_actions": ("事業所への措置", "Action at an establishment"),
    "employment_reports": ("就労報告", "Employment report"),
    "residence_events": ("在留中の届出", "Event during residence"),
    "tip_database": ("人身取引データベース", "Trafficking in Persons Database"),
    "outcomes": ("面接の結果", "Interview outcome"),
}
"""(Japanese, English)."""

COLUMNS = {
    "application_id": "申請番号", "submitted_at": "受付", "lodged_by": "提出者", "agency_id": "代理機関",
    "passport_number": "旅券番号", "passport_issued_on": "旅券発給日", "family_name": "姓", "given_names": "名",
    "other_names": "別名", "birth_date": "生年月日", "occupation": "職業", "monthly_income_jpy": "月収（円）",
    "applicant_phone": "申請人の電話", "applicant_email": "申請人のメール", "home_address": "住所",
    "status_of_residence": "在留資格", "coe_number": "認定証明書番号", "coe_issued_on": "認定証明書交付日",
    "intended_arrival_on": "到着予定日", "intended_stay_days": "滞在予定（日）", "port_of_entry": "入国予定港",
    "stay_address": "滞在先", "stay_phone": "滞在先の電話", "declared_previous_stays": "申告した過去の滞在（回）",
    "travel_paid_by": "渡航費の負担", "guarantor_name": "身元保証人", "guarantor_birth_date": "保証人の生年月日",
    "guarantor_address": "保証人の住所", "guarantor_phone": "保証人の電話", "guarantor_relationship": "保証人との関係",
    "guarantor_income_jpy": "保証人の年収（円）", "inviter_name": "招へい人", "inviter_birth_date": "招へい人の生年月日",
    "inviter_address": "招へい人の住所", "inviter_phone": "招へい人の電話", "host_establishment_id": "受入れ事業所",
    "introducer_name": "紹介者", "introducer_phone": "紹介者の電話", "statement_fingerprint": "理由書の指紋",
    "married_on": "婚姻日", "first_met_on": "初めて会った日", "marriage_registered_abroad": "海外で婚姻登録",
    "meetings_before_marriage": "婚姻前に会った回数", "common_language": "共通の言語", "spouse_birth_date": "配偶者の生年月日",
    "spouse_earlier_foreign_spouses": "配偶者の過去の外国籍配偶者（人）", "cohabitation_planned": "同居の予定",
    "accompanying_minors": "同伴する未成年者（人）", "child_birth_date": "子の生年月日",
    "child_nationality_acquired_on": "子の国籍取得日", "acknowledging_parent_name": "認知した親",
    "acknowledging_parent_birth_date": "認知した親の生年月日",
    "landing_id": "上陸番号", "landed_at": "上陸", "port": "港", "flight": "便", "onward_destination": "次の目的地",
    "onward_ticket_paid_by": "次の航空券の負担", "biometric_id": "指紋の識別", "permitted_stay_days": "許可された滞在（日）",
    "booking_reference": "予約番号", "booking_phone": "予約の電話", "document_check": "文書鑑識",
    "departed_at": "出国", "establishment_id": "事業所番号", "name": "名称", "address": "所在地・住所", "phone": "電話",
    "industry": "業種", "capacity": "定員", "opened_on": "開業日", "known_at": "記録された時", "action_id": "措置番号",
    "occurred_at": "起きた時", "action": "措置", "report_id": "報告番号", "started_on": "開始日", "ended_on": "終了日",
    "source": "出所", "event_id": "届出番号", "kind": "種類", "filed_by_phone": "届出人の電話", "entry_id": "登録番号",
    "listed_at": "登録", "delisted_at": "登録の終わり", "role": "立場", "outcome_id": "結果番号", "subject": "対象",
    "subject_id": "対象の番号", "arm": "選ばれ方", "inclusion_probability": "選ばれる確率", "finding": "結果", "typology": "類型",
}  # fmt: skip
"""Japanese names; the English one is the column's own, spelt out."""

WORDS = {
    "temporary_visitor": "短期滞在", "entertainer": "興行", "spouse_or_child_of_japanese": "日本人の配偶者等",
    "long_term_resident": "定住者", "technical_intern": "技能実習", "trainee": "研修", "student": "留学",
    "dependent": "家族滞在", "skilled_labor": "技能", "engineer_specialist": "技術・人文知識・国際業務",
    "designated_activities": "特定活動", "other": "その他", "transit": "通過",
    "self": "本人", "family": "家族", "sponsor": "保証人・招へい人", "agency": "代理機関", "employer": "雇用主",
    "unknown": "不明", "applicant": "申請人", "accredited_agency": "認定代理機関",
    "spouse": "配偶者", "parent": "親", "child": "子", "relative": "親族", "friend": "友人", "organisation": "団体",
    "adult_entertainment": "風俗営業", "bar_restaurant": "飲食", "performing_arts": "公演", "manufacturing": "製造",
    "construction": "建設", "agriculture_fishing": "農業・漁業", "care": "介護", "education": "教育",
    "supervising_organisation": "監理団体", "npo_shelter": "支援団体・シェルター",
    "inspection_clean": "検査で問題なし", "violation_found": "違反を確認", "trafficking_case": "人身取引事件",
    "licence_suspended": "営業停止", "address_change": "住所の変更", "status_change": "在留資格の変更", "extension": "期間の更新",
    "missing_report": "所在不明の届出", "overstay": "期間超過", "divorce": "離婚", "spouse_death": "配偶者の死亡",
    "no_indication": "兆候なし", "inconclusive": "判断できず", "indications": "兆候あり", "victim_identified": "被害者と認定",
    "none": "なし", "basic": "初歩", "fluent": "堪能", "genuine": "真正", "doubtful": "疑義あり", "forged": "偽変造",
    "inspection": "検査", "registration": "登録", "declared": "申告", "victim": "被害者", "perpetrator": "加害者",
    "facilitator": "仲介者", "visa_application": "査証申請", "landing": "上陸", "targeted": "順番による", "random": "抽選",
    "referral": "通報・照会", "later_identification": "後日の認定",
}  # fmt: skip

TYPOLOGIES = {
    "T1": ("偽装結婚による送り込み", "sham marriage for placement"),
    "T2": ("なりすまし", "another person's identity"),
    "T3": ("日本国籍の子を持つ母への搾取", "mother of a child with Japanese nationality"),
    "T4": ("虚偽の認知", "false acknowledgement of a child"),
    "T5": ("興行", "entertainer route"),
    "T6": ("児童の搾取", "exploitation of a child"),
    "T7": ("研修・実習・留学での労働搾取", "abuse of trainees, interns or students"),
    "T8": ("第三国への通過", "transit to a third country"),
    "T9": ("偽変造文書", "forged or fraudulently obtained documents"),
    "T10": ("配偶者等としての入国後の風俗店での就労", "adult entertainment after entry as a spouse"),
    "T11": ("男性の労働搾取", "labour exploitation of men"),
    "T12": ("ブローカーの関与", "brokers and organisers"),
}


def table_name(table: str, language: str) -> str:
    """Return what a table is called."""
    return TABLES[table][language == "en"]


def column_name(column: str, language: str) -> str:
    """Return what a column is called.

    >>> column_name("stay_phone", "en"), column_name("coe_number", "en")
    ('Stay phone', 'Certificate of eligibility number')
    """
    if language == "ja":
        return COLUMNS[column]
    words = column.replace("coe_", "certificate_of_eligibility_").replace("_jpy", "_(yen)").replace("_", " ")
    return words[:1].upper() + words[1:]


def word(value: str, language: str) -> str:
    """Return what a category's value is called; a text that is no category stays as it is."""
    if language == "ja":
        return WORDS.get(value, value)
    return value.replace("_", " ").replace("japanese", "Japanese") if value in WORDS else value


def typology_name(code: str, language: str) -> str:
    """Return what a typology is called."""
    return TYPOLOGIES[code][language == "en"]


def told(value: object, language: str, *, category: bool = False) -> str:
    """Return a value as people write it.

    >>> told(dt.datetime(2012, 12, 24, 2, 46), "en"), told(True, "ja"), told(5030000.0, "en")
    ('2012-12-24 02:46 UTC', 'はい', '5,030,000')
    """
    if isinstance(value, bool):
        return ("はい" if value else "いいえ") if language == "ja" else ("yes" if value else "no")
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, int | float):
        return f"{value:,.6g}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"
    return word(str(value), language) if category else str(value)


def day_told(day: dt.date, language: str) -> str:
    """Return a day with its weekday.

    >>> day_told(dt.date(2012, 12, 24), "en"), day_told(dt.date(2012, 12, 24), "ja")
    ('Mon 24 Dec 2012', '2012年12月24日（月）')
    """
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"
    names = "Mon Tue Wed Thu Fri Sat Sun", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    return f"{names[0].split()[day.weekday()]} {day.day} {names[1].split()[day.month - 1]} {day.year}"
