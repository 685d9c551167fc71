"""A decision from a case: score, contributions, reasons, warnings and route, as they will be shown."""

from __future__ import annotations

import math
import uuid

import numpy as np
import orjson

from features.arrays import Floats
from features.languages import text, texts
from features.online import CaseView
from models.bundle import Bundle
from models.findings import explain_by_findings
from models.peers import ALL
from models.reasons import choose_reasons
from models.scorer import Explanation
from serving.store.decisions import Decision


def decide_case(
    view: CaseView, bundle: Bundle | None, post: str | None, position: int, decision_id: str | None = None
) -> Decision:
    """Return the decision about a case on the history up to ``position``.

    Without a model, or for a case too unlike the training rows, there is no score rather than a low one.
    """
    decision_id = decision_id or str(uuid.uuid4())
    explained = None if bundle is None or bundle.too_unlike(view.values) else bundle.explain(view.values.reshape(1, -1))
    score = None if explained is None else float(explained.score[0])
    contributions = np.zeros(0) if explained is None else explained.contributions[0]
    route = "child_procedure" if view.is_minor else "no_score" if score is None else "interview_queue"
    shown = {
        "decision_id": decision_id,
        "subject": view.subject,
        "subject_id": view.subject_id,
        "as_of": np.datetime_as_string(np.datetime64(view.as_of, "us")) + "Z",
        "model": None if bundle is None else {"name": bundle.subject, "version": bundle.version, "sha256": bundle.sha256},
        # a child's score is stored for replay and shown to nobody
        **_explanation(view, bundle, None if view.is_minor else explained),
        "route": route,
        "warnings": _warnings(view, bundle),
        "notice": text("serving.notice", "notice"),
    }  # fmt: skip
    return Decision(
        decision_id, view.subject, view.subject_id, post, view.as_of, position, position,
        None if bundle is None else bundle.sha256, route, score,
        view.values.tobytes(), contributions.tobytes(), orjson.dumps(shown).decode(),
    )  # fmt: skip


def _explanation(view: CaseView, bundle: Bundle | None, explained: Explanation | None) -> dict[str, object]:
    if bundle is None or explained is None:
        return {"score": None, "raw_score": None, "base_value": None, "contributions": [], "reasons": []}
    added = explained.contributions[0]
    values = bundle.read(view.values[None])[0]
    rows = zip(bundle.catalogue.names, values.tolist(), added.tolist(), strict=True)
    return {
        "score": float(explained.score[0]),
        "raw_score": float(explained.raw_score[0]),
        "base_value": explained.base_value,
        "contributions": [
            {"feature": name, "value": None if math.isnan(value) else value, "contribution": contribution}
            for name, value, contribution in rows
        ],
        **_reasons(view, bundle, values, explained),
    }


def _reasons(view: CaseView, bundle: Bundle, values: Floats, explained: Explanation) -> dict[str, object]:
    """Findings against the peers; for a bundle without peers, the reasons by feature of its time."""
    added = explained.contributions[0]
    if bundle.peers is None:
        return {"reasons": [item.as_json() for item in choose_reasons(bundle.catalogue, values, added, view.evidence)]}
    by_findings = explain_by_findings(
        bundle, values, added, float(explained.raw_score[0]), status=view.status, evidence=view.other_records
    )
    all_statuses = by_findings.group == ALL
    return {
        "reasons": [
            item.as_json(view.subject, all_statuses=all_statuses, keys=view.masked_keys) for item in by_findings.shown
        ],
        "peers": by_findings.group,
        "peer_base_value": by_findings.peer_base_value,
        "findings": [
            {"code": code, "contribution": contribution} for code, contribution in by_findings.contributions.items()
        ],
        "remainder": by_findings.remainder,
    }


def _warnings(view: CaseView, bundle: Bundle | None) -> list[dict[str, object]]:
    labels = texts("serving.warnings")
    unlike = [] if bundle is None or view.is_minor else bundle.unlike(view.values)
    warnings: list[dict[str, object]] = [
        {"code": f"unlike_training_{kind}", "feature": feature, **labels[kind]} for feature, kind in unlike
    ]
    for code, applies in (("child", view.is_minor), ("protect", view.victim_match)):
        if applies:
            warnings.append({"code": code, "feature": None, **labels[code]})
    return warnings
