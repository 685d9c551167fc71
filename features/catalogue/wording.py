"""Which words do features share? Keys, events, windows and interview questions in Japanese and English."""

from __future__ import annotations

from features.catalogue.feature import Text

KEYS: dict[str, Text] = {
    "guarantor": Text("同じ身元保証人", "this guarantor"),
    "guarantor_phone": Text("同じ身元保証人の電話番号", "this guarantor's phone number"),
    "guarantor_unit": Text("同じ身元保証人の住所", "this guarantor's address"),
    "inviter": Text("同じ招へい人", "this inviter"),
    "inviter_phone": Text("同じ招へい人の電話番号", "this inviter's phone number"),
    "agency": Text("同じ代理申請機関", "this accredited agency"),
    "host": Text("同じ受入先", "this host establishment"),
    "introducer": Text("同じ紹介者", "this introducer"),
    "introducer_phone": Text("同じ紹介者の電話番号", "this introducer's phone number"),
    "stay_unit": Text("同じ滞在先の住所", "this address of stay"),
    "stay_building": Text("同じ滞在先の建物", "this building of stay"),
    "stay_phone": Text("同じ滞在先の電話番号", "this phone number of stay"),
    "applicant_phone": Text("同じ申請人の電話番号", "this applicant's phone number"),
    "applicant_email": Text("同じ申請人のメールアドレス", "this applicant's e-mail address"),
    "home_unit": Text("同じ申請人の自宅の住所", "this applicant's home address"),
    "parent": Text("同じ認知した親", "this acknowledging parent"),
    "person": Text("本人", "this person"),
    "given": Text("名と生年月日が同じ人", "this given name and birth date"),
    "passport": Text("同じ旅券番号", "this passport number"),
    "coe": Text("同じ在留資格認定証明書番号", "this certificate of eligibility number"),
    "biometric": Text("同じ指紋", "these fingerprints"),
    "booking": Text("同じ予約番号", "this booking reference"),
    "booking_phone": Text("同じ予約の電話番号", "this booking phone number"),
    "flight_day": Text("同じ日の同じ便", "this flight on that day"),
    "host_place_unit": Text("同じ受入先の住所", "this host establishment's address"),
    "host_phone": Text("同じ受入先の電話番号", "this host establishment's phone number"),
}
"""What several records have in common, as it is said of one of them."""

EVENTS: dict[str, Text] = {
    "applications": Text("申請", "applications"),
    "applications.spouse": Text("日本人の配偶者等の申請", "spouse applications"),
    "applications.entertainer": Text("興行の申請", "entertainer applications"),
    "applications.work": Text("研修・技能実習・就労等の申請", "trainee, student and work applications"),
    "applications.child": Text("子に関する申請", "applications with children"),
    "applications.kin": Text("親族が身元保証する申請", "applications guaranteed by kin"),
    "applications.paid_by_other": Text("渡航費が第三者負担の申請", "applications with travel paid by others"),
    "applications.new_citizen": Text(
        "届出により国籍を取得した子のある申請",
        "applications with a child who became Japanese by notification",
    ),
    "applications.stage": Text("舞台・接客の職業を申告した申請", "applications declaring stage or bar work"),
    "applications_by_phone": Text("申請（記載欄を問わない）", "applications (in whatever field)"),
    "applications_by_unit": Text("申請（記載欄を問わない）", "applications (in whatever field)"),
    "spouse_applications": Text("日本人の配偶者等の申請", "spouse applications"),
    "child_applications": Text("子に関する申請", "applications with children"),
    "landings": Text("上陸", "landings"),
    "landings.doubtful": Text("真正でない疑いのある旅券での上陸", "landings with doubtful documents"),
    "landings.transit": Text("乗継ぎ", "transits"),
    "landings.onward_by_other": Text("第三者が航空券を購入した乗継ぎ", "transits on tickets bought by others"),
    "landings.spouse": Text("日本人の配偶者等としての上陸", "landings as spouse"),
    "landings_by_phone": Text("上陸", "landings"),
    "returns": Text("出国", "departures"),
    "returns.on_time": Text("期限内の出国", "departures on time"),
    "returns.late": Text("期限後の出国", "departures after the permitted stay"),
    "troubles": Text("在留中の届出", "residence events"),
    "troubles.gone": Text("行方不明の届出又は不法残留", "missing reports or overstays"),
    "troubles.missing": Text("行方不明の届出", "missing reports"),
    "troubles.overstay": Text("不法残留", "overstays"),
    "troubles.divorce": Text("離婚", "divorces"),
    "troubles.moved": Text("住居変更", "changes of address"),
    "findings": Text("保護面接で被害の兆候が確認された事案", "cases in which a protective interview found indications"),
    "findings_by_phone": Text(
        "保護面接で被害の兆候が確認された事案（記載欄を問わない）",
        "cases (in whatever field) in which a protective interview found indications",
    ),
    "jobs": Text("就労の報告", "reports of work"),
    "jobs.adult": Text("風俗営業の店での就労の報告", "reports of work at adult-entertainment establishments"),
    "jobs.bar": Text("飲食店での就労の報告", "reports of work at bars and restaurants"),
    "jobs_of_sponsored": Text("ほかの申請人の就労の報告", "reports of work of other sponsored people"),
    "jobs_of_sponsored.adult": Text(
        "ほかの申請人の風俗営業の店での就労の報告",
        "reports of other sponsored people working at adult-entertainment establishments",
    ),
    "actions.adverse": Text(
        "違反認定・営業停止・人身取引事案", "findings of violation, suspensions and trafficking cases"
    ),
    "actions.trafficking": Text("人身取引事案", "trafficking cases"),
    "actions.clean": Text("違反のない立入検査", "clean inspections"),
    "actions_on_jobs": Text("勤務先の店に対する違反認定等", "actions against establishments of work"),
    "actions_on_jobs_of_sponsored": Text(
        "ほかの申請人の勤務先に対する違反認定等",
        "actions against establishments where other sponsored people worked",
    ),
    "places": Text("事業所", "establishments"),
    "places.adult": Text("風俗営業の店", "adult-entertainment establishments"),
    "places.shelter": Text("保護施設", "shelters"),
}

CODES: dict[str, Text] = {
    "person": Text("別の人", "Other people"),
    "passport": Text("別の旅券", "Other passports"),
    "guarantor": Text("別の身元保証人", "Other guarantors"),
    "guarantor_phone": Text("身元保証人の別の電話番号", "Other guarantor phone numbers"),
    "agency": Text("別の代理申請機関", "Other agencies"),
    "host": Text("別の受入先", "Other host establishments"),
    "introducer_phone": Text("紹介者の別の電話番号", "Other introducers' phone numbers"),
    "stay_unit": Text("別の滞在先", "Other addresses of stay"),
    "applicant_phone": Text("申請人の別の電話番号", "Other applicants' phone numbers"),
    "parent": Text("別の認知した親", "Other acknowledging parents"),
    "moved_to": Text("転居先", "Addresses moved to"),
    "booking": Text("別の予約", "Other bookings"),
    "biometric": Text("別人の指紋", "Other fingerprint identities"),
    "establishment": Text("事業所", "Establishments"),
}

COUNTERS = {
    "person": "人", "guarantor": "人", "parent": "人", "passport": "冊", "agency": "か所", "host": "か所",
    "stay_unit": "か所", "moved_to": "か所", "establishment": "か所",
}  # fmt: skip
"""The word that follows a number of them in Japanese; 件 for all others."""


def window(days: int | None) -> Text:
    """Return how a trailing window is said."""
    if days is None:
        return Text("これまで", "so far")
    return (
        Text("過去3年間", "in the last three years")
        if days == 1095
        else Text(f"過去{days}日間", f"in the last {days} days")
    )


FAMILIES: dict[str, Text] = {
    "sponsor": Text(
        "身元保証人や招へい人とはどのように知り合いましたか。書類は誰が作成しましたか。",
        "How did you come to know your guarantor and inviter? Who filled in the form?",
    ),
    "marriage": Text(
        "日本での最初の一週間、どこで誰と過ごしますか。困ったときに電話できる人はいますか。",
        "Where will you sleep the first week, and who else lives there? Whom could you telephone if you did not like it?",
    ),
    "employment": Text(
        "日本でどのような仕事をすると聞いていますか。報酬は誰から、いつ受け取り、何が差し引かれますか。",
        "What were you told about work? Who pays you, when, and what is deducted?",
    ),
    "children": Text(
        "お子さんはどこの学校に通いますか。国籍の手続を勧めたのは誰で、費用を払いましたか。",
        "Where will the child go to school? Who spoke of nationality, and did you pay anybody for it?",
    ),
    "entertainer": Text(
        "どのような演目を、どこで稽古していますか。お客の席に着くことを断れますか。",
        "What is your act, and where do you rehearse? May you refuse to sit with customers?",
    ),
    "work": Text(
        "来日のためにいくら、誰から借りましたか。職場を変えることはできますか。母語の契約書を持っていますか。",
        "What did you pay and how was it borrowed? Can you change workplace? Do you have the contract in your language?",
    ),
    "transit": Text(
        "航空券は誰が買いましたか。目的地では誰が迎えますか。",
        "Who bought the ticket? Who meets you where you are going?",
    ),
    "documents": Text(
        "旅券や書類は普段誰が保管していますか。手続を手伝った人はいますか。",
        "Who keeps your passport and papers? Did anybody help you to obtain them?",
    ),
    "identity": Text(
        "記載に誤りがあれば訂正できます。お名前や以前の来日について教えてください。",
        "Errors can be corrected without any disadvantage. Please tell us about your name and earlier visits.",
    ),
    "broker": Text(
        "来日のことはどのように知りましたか。誰かに借りはありますか。どう答えるか教えられましたか。",
        "How did you learn about coming to Japan? Do you owe anybody? Has anyone told you what to answer?",
    ),
    "honest": Text(
        "以前の来日や、招いてくれた方とのこれまでについて教えてください。",
        "Please tell us about earlier visits and about the people who have invited you before.",
    ),
    "application": Text(
        "今回の渡航の予定と、費用を誰が負担するかを教えてください。",
        "Please tell us your plans for this journey and who pays for it.",
    ),
}
"""The interview question of each family; from the protective questions of the domain paper."""
