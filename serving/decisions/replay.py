"""Replay: an old decision recomputed from its own record and history, and every bit compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from features.catalogue.renames import RENAMED_FEATURES
from features.languages import LANGUAGES
from features.matrix import TABLE_OF_SUBJECT
from features.online import view_case
from serving.decisions.scoring import RECORD_NOTE, decide_case
from serving.decisions.service import DecisionService
from serving.decisions.victim_matches import showed_victim
from serving.store.decisions import Decision


def replay(service: DecisionService, connection: Connection, decision: Decision) -> dict[str, object]:
    """Return whether features, contributions and answer come out the same, each and as ``identical``."""
    if not decision.features:
        return {"identical": False, "note": "this case could not be computed, and was queued without a score"}
    name = TABLE_OF_SUBJECT[decision.subject]
    row = service.store.rows(connection, name, [decision.subject_id], decision.record_position)
    view = view_case(connection, service.store, decision.subject, row, position=decision.position)
    sha256 = decision.model_sha256
    bundle = None if sha256 is None else service.models.by_hash(sha256, decision.subject)
    if sha256 is not None and bundle is None:
        return {"identical": False, "note": "the model of this decision is no longer stored"}
    again = decide_case(
        view,
        bundle,
        decision.post,
        decision.position,
        decision.decision_id,
        shows_victim=showed_victim(connection, decision),
    )
    # a decision from before the catalogue grew stored only the features of that time, which its model reads
    former = again.features if bundle is None else bundle.read(view.values[None]).tobytes()
    same = {
        "features": decision.features in {again.features, former},
        "contributions": again.contributions == decision.contributions,
        "shown": same_answer(decision.shown, again.shown),
    }
    identical = all(same.values())
    return {**same, "identical": identical, "decision_id": decision.decision_id, "position": decision.position}


def same_answer(stored: str, again: str) -> bool:
    """Return whether two answers are the same bytes, once renamed features, later languages and notes are set aside."""
    if stored == again:
        return True
    former, present = orjson.loads(stored), orjson.loads(again)
    later_languages = set(LANGUAGES) - set(former["notice"])
    if not any(_is_record_note(warning) for warning in former["warnings"]):
        # a decision from before records were noted
        present["warnings"] = [warning for warning in present["warnings"] if not _is_record_note(warning)]
    return orjson.dumps(_renamed(former)) == orjson.dumps(_without(present, later_languages))


def _is_record_note(warning: Mapping[str, Any]) -> bool:
    return str(warning["code"]).startswith(RECORD_NOTE)


def _renamed(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a stored answer with the present names of its features."""
    for part, field in (("contributions", "feature"), ("warnings", "feature"), ("reasons", "code")):
        for entry in answer[part]:
            entry[field] = RENAMED_FEATURES.get(entry[field], entry[field])
    return answer


def _without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, keys) for key, inner in value.items() if key not in keys}
    return [_without(inner, keys) for inner in value] if isinstance(value, list) else value
