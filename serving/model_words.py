"""How do a model's figures, and what the gate made of them, read on the page, in both languages?"""

from __future__ import annotations

OUTCOMES: dict[str, dict[str, str]] = {
    "holds": {"ja": "満たす", "en": "holds"},
    "fails": {"ja": "満たさない", "en": "fails"},
    "no evidence": {"ja": "根拠が足りない", "en": "no evidence"},
    "waived": {"ja": "例外として承認", "en": "waived"},
}
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
