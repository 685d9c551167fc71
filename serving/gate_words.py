"""How do the gate's lines, their outcomes and a run's figures read on the page, in both languages?"""

from __future__ import annotations

OUTCOMES: dict[str, dict[str, str]] = {
    "holds": {"ja": "満たす", "en": "holds"},
    "fails": {"ja": "満たさない", "en": "fails"},
    "no evidence": {"ja": "根拠が足りない", "en": "no evidence"},
    "waived": {"ja": "例外として承認", "en": "waived"},
}
LINES_JA: dict[str, str] = {
    "better_than_champion": "同じ面接数で、被害が確認された方に現在のモデルより多く届く（偶然の幅を超えて）",
    "better_than_chance": "被害が確認された方を、何も見つかっていない方より上に並べる（偶然の幅を超えて、AUCの下限）",
    "better_than_checklist": "被害が確認された方に、12項目の確認表より多く届く（偶然の幅を超えて）",
    "enough_random_interviews": "抽選で選ばれた面接が十分にある",
    "calibration_error": "点数が言うとおりの割合になる（較正の誤差）",
    "calibration_slope_low": "点数が極端すぎない（較正の傾きの上限）",
    "calibration_slope_high": "点数が控えめすぎない（較正の傾きの下限）",
    "no_disparity_alarm": "理由なく多く呼ばれる、又は見落とされる集団がない（警告の数）",
    "fair_practice": "面接担当者が、同じ条件の方の2倍を超えて選んだ集団がない（警告の数）",
    "proxy_nationality": "点数だけからは国籍が分からない（最大のAUC）",
    "proxy_sex": "点数だけからは性別が分からない（最大のAUC）",
    "proxy_nationality_reasons": "点数と理由からは、在留資格と査証の有無が同じ方の国籍が分からない（最大のAUC）",
    "proxy_sex_reasons": "点数と理由からは、在留資格と査証の有無が同じ方の性別が分からない（最大のAUC）",
    "no_leak": "面接の後に記録されたと思われるほど結果を言い当てる項目がない（最大のAUC）",
    "no_certainty": "兆候をほぼ確実にする値がない（割合の下限）",
    "no_single_feature": "点数が一つの項目に頼っていない（最大の寄与の割合）",
    "monotone": "点数を下げてはならない事情が増えて、点数が下がることがない（下がった回数）",
    "excluded_attributes": "使わない属性を入れ替えても、点数と説明が1ビットも変わらない（変わった件数）",
    "explanations_steady": "似た案件の説明が似ている（近い5件との類似度）",
    "explanations_short": "少ない項目で説明できる（動きの8割を説明する項目数）",
}
"""By the code of the line in `training/policy.toml`, which words it in English."""
FIGURES: dict[str, dict[str, str]] = {
    "auc": {"ja": "面接を受けた方の中でのAUC", "en": "AUC among those interviewed"},
    "average_precision": {"ja": "同じく平均適合率", "en": "average precision among those interviewed"},
    "precision_at_2_0pct": {"ja": "2%を面接したときの適合率", "en": "precision at 2 %"},
    "recall_at_2_0pct": {"ja": "2%を面接したときに届く割合", "en": "recall at 2 %"},
    "arrival_recall_at_2_0pct": {"ja": "受付順で届く割合", "en": "recall of arrival order at 2 %"},
    "checklist_recall_at_2_0pct": {"ja": "確認表で届く割合", "en": "recall of the checklist at 2 %"},
    "recall_gain_over_checklist": {"ja": "被害が確認された方での、確認表との差", "en": "gain over the checklist among people confirmed"},
    "positives": {"ja": "兆候のあった方", "en": "people with indications"},
    "interviewed": {"ja": "面接を受けた方", "en": "people interviewed"},
    "random_interviews": {"ja": "抽選による面接", "en": "interviews drawn at random"},
}  # fmt: skip
"""What is shown of a run's figures, in this order; MLflow has the others."""
