"""A decision from a case: score, contributions, reasons, warnings and route, as they will be shown."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass

import numpy as np
import orjson
import pyarrow as pa

from features.arrays import Floats
from features.facts.table_facts import TableFacts
from features.languages import LANGUAGES, text, texts
from features.online import CaseView, is_minor
from features.record_notes import Note
from models.bundle import Bundle
from models.findings import explain_by_findings
from models.peers import ALL
from models.reasons import choose_reasons
from models.scorer import Explanation
from serving.store.decisions import Decision

RECORD_NOTE = "record_"
"""Beginning of the codes of warnings about the record itself."""
UNDECIDABLE = "undecidable"
PROTECT = "protect"
"""Code of the warning that the traveller matches a victim's entry."""
WITHHELD = "register_withheld"
"""Code of the warning that neither new matches with the watch list nor the application that a landing names count."""


@dataclass(frozen=True, slots=True)
class RegisterView:
    """What of the registers counts for a record (see `serving.decisions.register_matches`).

    Attributes
    ----------
    victims
        Whether a match with a victim's entry may be shown.
    entries
        Ids of the entries of perpetrators and facilitators that may match; None for all.
    application
        Whether the application that a landing names counts.
    """

    victims: bool = True
    entries: frozenset[str] | None = None
    application: bool = True


WHOLE_REGISTER = RegisterView()
NO_REGISTER = RegisterView(victims=False, entries=frozenset(), application=False)


def decide_case(
    view: CaseView,
    bundle: Bundle | None,
    post: str | None,
    position: int,
    decision_id: str | None = None,
    *,
    register: RegisterView = WHOLE_REGISTER,
    explained: Explanation | None = None,
) -> Decision:
    """Return the decision about a case on the history up to ``position``.

    Parameters
    ----------
    register
        What of the registers counts; the view of the case must have been computed with its entries.
    explained
        What the model says of this case, where it was asked about many cases at once.

    Without a model, for a case too unlike the training rows, and where the person may be a child because the birth date
    cannot be true, there is no score rather than a low one.
    """
    decision_id = decision_id or str(uuid.uuid4())
    unscored = bundle is None or view.age_unknown or bundle.too_unlike(view.values)
    explained = None if unscored or bundle is None else explained or bundle.explain(view.values.reshape(1, -1))
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
        "warnings": _warnings(view, bundle, register),
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


def _warnings(view: CaseView, bundle: Bundle | None, register: RegisterView) -> list[dict[str, object]]:
    labels = texts("serving.warnings")
    unlike = [] if bundle is None or view.is_minor else bundle.unlike(view.values)
    warnings: list[dict[str, object]] = [
        {"code": f"unlike_training_{kind}", "feature": feature, **labels[kind]} for feature, kind in unlike
    ]
    for code, applies in (
        ("child", view.is_minor),
        (PROTECT, view.victim_match and register.victims),
        (WITHHELD, register.entries is not None),
    ):
        if applies:
            warnings.append({"code": code, "feature": None, **labels[code]})
    return warnings + [_note(note) for note in view.notes]


def _note(note: Note) -> dict[str, object]:
    """Return a warning that names the column, never the value."""
    names = texts("serving.columns").get(note.column, dict.fromkeys(LANGUAGES, note.column))
    sentence = texts("serving.record_notes")[note.kind]
    return {
        "code": f"{RECORD_NOTE}{note.code}", "feature": None, "column": note.column,
        **{language: sentence[language].format(column=names[language]) for language in LANGUAGES},
    }  # fmt: skip


def undecidable(
    subject: str,
    row: pa.Table,
    own: TableFacts,
    bundle: Bundle | None,
    post: str | None,
    position: int,
    decision_id: str | None = None,
) -> Decision:
    """Return the decision about a case that could not be computed: no score, queued by arrival, a child as a child."""
    as_of, decision_id = int(own["known_at"][0]), decision_id or str(uuid.uuid4())
    is_child = is_minor(row.column("birth_date")[0].as_py(), as_of)
    route = "child_procedure" if is_child else "no_score"
    labels = texts("serving.warnings")
    codes = [*(["child"] if is_child else []), UNDECIDABLE]
    shown = {
        "decision_id": decision_id,
        "subject": subject,
        "subject_id": own.id_of(0),
        "as_of": np.datetime_as_string(np.datetime64(as_of, "us")) + "Z",
        "model": None if bundle is None else {"name": bundle.subject, "version": bundle.version, "sha256": bundle.sha256},
        "score": None, "raw_score": None, "base_value": None, "contributions": [], "reasons": [],
        "route": route,
        "warnings": [{"code": code, "feature": None, **labels[code]} for code in codes],
        "notice": text("serving.notice", "notice"),
    }  # fmt: skip
    return Decision(
        decision_id, subject, own.id_of(0), post, as_of, position, position, None if bundle is None else bundle.sha256,
        route, None, b"", b"", orjson.dumps(shown).decode(),
    )  # fmt: skip
