"""How is a case decided? Record stored, history looked up, scored, explained and kept, in one transaction."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from features.facts.facts import TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.online import CaseView, view_case
from features.store.records import RecordExists, RecordStore
from models.bundle import Bundle
from models.reasons import choose_reasons
from serving.errors import Refused
from serving.shelf import Shelf
from serving.store import decisions
from serving.store.decisions import Decision

NOTICE = {
    "ja": "これは保護面接の相手を選ぶための参考であり、査証・上陸の拒否の理由にはなりません。点数が低いことは問題がないことを意味しません。データは合成です。",
    "en": "Advice for choosing protective interviews. It is no ground for refusing anybody, and a low score clears nobody. The data are synthetic.",
}
WARNINGS = {
    "missing": ("学習時には常にあった値がありません", "a value that was always there at training is missing"),
    "range": ("学習時の範囲を超える値です", "a value beyond those seen at training"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What deciding needs: the database, the records, the models."""

    engine: Engine
    store: RecordStore
    shelf: Shelf

    def decide(
        self, subject: str, row: pa.Table, post: str | None, *, idempotency: tuple[str, bytes] | None = None
    ) -> tuple[Decision, bool]:
        """Store a record and decide about it.

        Parameters
        ----------
        idempotency
            (key, request hash): a repeated request gets the first answer.

        Returns
        -------
        Decision, bool
            And whether it is new.
        """
        name = TABLE_OF_SUBJECT[subject]
        own = facts_of_table(name, row)
        self.shelf.reload()
        with (
            self.engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
            connection.begin(),
        ):
            if idempotency is not None:
                known = decisions.answered(connection, idempotency[0])
                if known is not None:
                    return self._repeated(connection, known, idempotency[1]), False
            position = self.store.head(connection)
            decision = self.judge(connection, subject, row, own, post, position)
            try:
                [own_position] = self.store.append(connection, name, row, own)
            except RecordExists:
                connection.rollback()
                return self._same_again(subject, own, row), False
            decision = _placed(decision, own_position)
            decisions.keep(connection, decision)
            if idempotency is not None:
                decisions.remember_answer(connection, *idempotency, decision.decision_id)
        return decision, True

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
        bundle = None if decision.model_sha256 is None else self.shelf.model_by_hash(decision.model_sha256)
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

    def _repeated(self, connection: Connection, known: tuple[bytes, str], request_hash: bytes) -> Decision:
        if known[0] != request_hash:
            raise Refused(409, "idempotency", "this Idempotency-Key was used for another request", expected="a new key")
        found = decisions.find(connection, known[1])
        if found is None:
            raise Refused(409, "idempotency", "this Idempotency-Key was used for another request", expected="a new key")
        return found

    def _same_again(self, subject: str, own: TableFacts, row: pa.Table) -> Decision:
        name, subject_id = TABLE_OF_SUBJECT[subject], own.id_of(0)
        with self.engine.connect() as connection:
            stored = self.store.rows(connection, name, [subject_id])
            found = decisions.latest_of(connection, subject, subject_id)
        if not stored.equals(row) or found is None:
            raise Refused(409, "exists", "a record with this id is stored already",
                          expected="a new id, or a correction at /v1/corrections")  # fmt: skip
        return found


def _placed(decision: Decision, own_position: int) -> Decision:
    return Decision(**{name: getattr(decision, name) for name in Decision.__slots__} | {"own_position": own_position})


def decision_of(
    view: CaseView, bundle: Bundle | None, post: str | None, position: int, decision_id: str | None = None
) -> Decision:
    """Score and explain a case.

    Without a model, or for a case too unlike those it was fitted on, there is no score rather than a low one.
    """
    decision_id = decision_id or str(uuid.uuid4())
    warnings: list[dict[str, object]] = []
    scored: dict[str, Any] = {
        "model": None,
        "score": None,
        "raw_score": None,
        "base_value": None,
        "contributions": [],
        "reasons": [],
    }
    contributions = np.zeros(0)
    if bundle is not None:
        warnings = [
            {
                "code": f"unlike_training_{kind}",
                "feature": feature,
                "ja": WARNINGS[kind][0],
                "en": WARNINGS[kind][1],
            }
            for feature, kind in bundle.unlike(view.values)
        ]
    if bundle is not None and not bundle.too_unlike(view.values):
        explained = bundle.explain(view.values.reshape(1, -1))
        contributions = explained.contributions[0]
        reasons = choose_reasons(bundle.catalogue, view.values, contributions, view.evidence)
        scored = {
            "model": {"name": bundle.subject, "version": bundle.version, "sha256": bundle.sha256},
            "score": float(explained.score[0]),
            "raw_score": float(explained.raw_score[0]),
            "base_value": explained.base_value,
            "contributions": [
                {"feature": name, "value": None if math.isnan(value) else value, "contribution": added}
                for name, value, added in zip(bundle.catalogue.names, view.values.tolist(), contributions.tolist(), strict=True)
            ],
            "reasons": [reason.as_json() for reason in reasons],
        }  # fmt: skip
    if view.victim_match:
        warnings.append({"code": "protect", "feature": None, "ja": "過去に被害者として登録された方の可能性があります。保護を優先してください。",
                         "en": "This may be somebody found to be a victim before: protection comes first."})  # fmt: skip
    route = "child_procedure" if view.is_minor else "no_score" if scored["score"] is None else "interview_queue"
    shown = {
        "decision_id": decision_id,
        "subject": view.subject,
        "subject_id": view.subject_id,
        "as_of": np.datetime_as_string(np.datetime64(view.as_of, "us")) + "Z",
        **scored,
        "route": route,
        "warnings": warnings,
        "notice": NOTICE,
    }
    return Decision(
        decision_id, view.subject, view.subject_id, post, view.as_of, position, position,
        None if scored["model"] is None else scored["model"]["sha256"], route, scored["score"],
        view.values.tobytes(), contributions.tobytes(), orjson.dumps(shown).decode(),
    )  # fmt: skip


def mark_interviewed(connection: Connection, subject: str, subject_id: str) -> None:
    """Take a case out of the queue."""
    connection.execute(
        text("insert into serving.interviewed (subject, subject_id) values (:s, :i) on conflict do nothing"),
        {"s": subject, "i": subject_id},
    )
