"""How is a case decided? Record stored, history looked up, scored, explained and kept, in one transaction."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, replace

import numpy as np
import orjson
import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from features.facts.facts import TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.online import CaseView, view_case
from features.store.records import RecordExists, RecordStore
from models.bundle import Bundle, Explained
from models.reasons import choose_reasons
from serving.errors import Refused, busy
from serving.shelf import Shelf
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.transaction import in_transaction

NOTICE = {
    "ja": "これは保護面接の相手を選ぶための参考であり、査証・上陸の拒否の理由にはなりません。点数が低いことは問題がないことを意味しません。データは合成です。",
    "en": "Advice for choosing protective interviews. It is no ground for refusing anybody, and a low score clears nobody. The data are synthetic.",
}
WARNINGS = {
    "missing": {
        "ja": "学習時には常にあった値がありません",
        "en": "a value that was always there at training is missing",
    },
    "range": {"ja": "学習時の範囲を超える値です", "en": "a value beyond those seen at training"},
    "child": {
        "ja": "18歳未満の方です。児童の手続によります。点数と理由は表示しません。",
        "en": "This is a child: the child procedure applies, and neither score nor reasons are shown.",
    },
    "protect": {
        "ja": "過去に被害者として登録された方の可能性があります。保護を優先してください。",
        "en": "This may be somebody found to be a victim before: protection comes first.",
    },
}
"""What an officer should note, by code."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be repeated: hashes of its key and of all that it asks."""

    key_hash: bytes
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Desk:
    """What deciding needs: the database, the records, the models."""

    engine: Engine
    store: RecordStore
    shelf: Shelf

    def decide(
        self, subject: str, row: pa.Table, post: str | None, *, asked: Asked | None = None
    ) -> tuple[Decision, bool]:
        """Store a record and decide about it, once however often and in parallel it is asked.

        Returns
        -------
        Decision, bool
            And whether it is new.

        Raises
        ------
        Refused
            409 if the key was used for another request, or another record with this id is stored.
        """
        name = TABLE_OF_SUBJECT[subject]
        own = facts_of_table(name, row)
        self.shelf.reload()
        met = False

        def work(connection: Connection) -> tuple[Decision, bool]:
            nonlocal met
            known = None if asked is None else decisions.answered(connection, asked.key_hash)
            if asked is not None and known is not None:
                return _repeated(connection, known, asked), False
            found = self._stored(connection, subject, own, row) if met else None
            if found is None:
                try:
                    decision, new = self._new(connection, subject, row, own, post), True
                except RecordExists:
                    met = True
                    raise
            else:
                decision, new = found, False
            if asked is not None:
                decisions.remember_answer(connection, asked.key_hash, asked.request_hash, decision.decision_id)
            return decision, new

        try:
            return in_transaction(self.engine, work)
        except RecordExists:
            raise busy() from None

    def _new(self, connection: Connection, subject: str, row: pa.Table, own: TableFacts, post: str | None) -> Decision:
        decision = self.judge(connection, subject, row, own, post, self.store.head(connection))
        [own_position] = self.store.append(connection, TABLE_OF_SUBJECT[subject], row, own)
        decision = replace(decision, own_position=own_position)
        decisions.keep(connection, decision)
        return decision

    def _stored(self, connection: Connection, subject: str, own: TableFacts, row: pa.Table) -> Decision | None:
        """Return the decision about this very record, None if it is not stored."""
        subject_id = own.id_of(0)
        stored = self.store.rows(connection, TABLE_OF_SUBJECT[subject], [subject_id])
        if stored.num_rows == 0:
            return None
        found = decisions.latest_of(connection, subject, subject_id)
        if not stored.equals(row) or found is None:
            raise Refused(409, "exists", "a record with this id is stored already",
                          expected="a new id, or a correction at /v1/corrections")  # fmt: skip
        return found

    def judge(
        self,
        connection: Connection,
        subject: str,
        row: pa.Table,
        own: TableFacts,
        post: str | None,
        position: int,
    ) -> Decision:
        """Compute a decision on the history up to a position; stores nothing."""
        view = view_case(connection, self.store, subject, row, position=position, own=own)
        return decision_of(view, self.shelf.bundles.get(subject), post, position)

    def replay(self, connection: Connection, decision: Decision) -> dict[str, object]:
        """Recompute a decision from its own record and history, and compare every bit with what was stored."""
        name = TABLE_OF_SUBJECT[decision.subject]
        row = self.store.rows(connection, name, [decision.subject_id], decision.own_position)
        view = view_case(connection, self.store, decision.subject, row, position=decision.position)
        same = {"features": view.values.tobytes() == decision.features}
        bundle = (
            None if decision.model_sha256 is None else self.shelf.model_by_hash(decision.model_sha256, decision.subject)
        )
        if decision.model_sha256 is not None and bundle is None:
            return {
                **same,
                "identical": False,
                "note": "the model of this decision is no longer on the shelf",
            }
        again = decision_of(view, bundle, decision.post, decision.position, decision.decision_id)
        same["contributions"] = again.contributions == decision.contributions
        same["shown"] = again.shown == decision.shown
        return {
            **same,
            "identical": all(same.values()),
            "decision_id": decision.decision_id,
            "position": decision.position,
        }


def _repeated(connection: Connection, known: tuple[bytes, str], asked: Asked) -> Decision:
    found = decisions.find(connection, known[1]) if known[0] == asked.request_hash else None
    if found is None:
        raise Refused(409, "idempotency", "this Idempotency-Key was used for another request", expected="a new key")
    return found


def decision_of(
    view: CaseView, bundle: Bundle | None, post: str | None, position: int, decision_id: str | None = None
) -> Decision:
    """Score and explain a case.

    Without a model, or for a case too unlike those it was fitted on, there is no score rather than a low one.
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
        # a child's score is kept for the auditor's replay and shown to nobody who decides
        **_explanation(view, bundle, None if view.is_minor else explained),
        "route": route,
        "warnings": _warnings(view, bundle),
        "notice": NOTICE,
    }  # fmt: skip
    return Decision(
        decision_id, view.subject, view.subject_id, post, view.as_of, position, position,
        None if bundle is None else bundle.sha256, route, score,
        view.values.tobytes(), contributions.tobytes(), orjson.dumps(shown).decode(),
    )  # fmt: skip


def _explanation(view: CaseView, bundle: Bundle | None, explained: Explained | None) -> dict[str, object]:
    if bundle is None or explained is None:
        return {"score": None, "raw_score": None, "base_value": None, "contributions": [], "reasons": []}
    added = explained.contributions[0]
    reasons = choose_reasons(bundle.catalogue, view.values, added, view.evidence)
    rows = zip(bundle.catalogue.names, view.values.tolist(), added.tolist(), strict=True)
    return {
        "score": float(explained.score[0]),
        "raw_score": float(explained.raw_score[0]),
        "base_value": explained.base_value,
        "contributions": [
            {"feature": name, "value": None if math.isnan(value) else value, "contribution": contribution}
            for name, value, contribution in rows
        ],
        "reasons": [reason.as_json() for reason in reasons],
    }


def _warnings(view: CaseView, bundle: Bundle | None) -> list[dict[str, object]]:
    unlike = [] if bundle is None or view.is_minor else bundle.unlike(view.values)
    found: list[dict[str, object]] = [
        {"code": f"unlike_training_{kind}", "feature": feature, **WARNINGS[kind]} for feature, kind in unlike
    ]
    if view.is_minor:
        found.append({"code": "child", "feature": None, **WARNINGS["child"]})
    if view.victim_match:
        found.append({"code": "protect", "feature": None, **WARNINGS["protect"]})
    return found


def mark_interviewed(connection: Connection, subject: str, subject_id: str) -> None:
    """Take a case out of the queue."""
    connection.execute(
        text("insert into serving.interviewed (subject, subject_id) values (:s, :i) on conflict do nothing"),
        {"s": subject, "i": subject_id},
    )
