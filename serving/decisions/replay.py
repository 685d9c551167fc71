"""Replay: an old decision recomputed from its own record and history, and every column compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.catalogue.renames import RENAMED_FEATURES
from features.facts.table_facts import facts_of_table
from features.languages import LANGUAGES
from features.matrix import TABLE_OF_SUBJECT
from features.online import CaseView
from models.bundle import Bundle
from serving.decisions.scoring import RECORD_NOTE, decide_case, undecidable
from serving.decisions.service import DecisionService
from serving.decisions.sight import sight_of
from serving.log.verification import differing_columns
from serving.store import erasures, sealed_rows
from serving.store.decisions import Decision
from serving.store.sealed_rows import Pair


def replay(service: DecisionService, connection: Connection, decision: Decision) -> dict[str, object]:
    """Recompute a decision and compare every column: the computed ones with the result, all of them with their leaf.

    Returns
    -------
    dict
        ``identical``, and in ``differs`` the columns that are not; ``features``, ``contributions`` and ``shown`` say the
        same of these three. A ``note`` says what could not be computed, or that the wording alone differs. ``erased`` is there
        where the record is gone, and says whether the person was erased.
    """
    sealed = columns_unlike_leaf(
        sealed_rows.decision_pairs(connection, [decision.decision_id]).get(decision.decision_id)
    )
    answer = {"identical": False, "differs": sealed, "decision_id": decision.decision_id, "position": decision.position}
    row = service.store.rows(
        connection, TABLE_OF_SUBJECT[decision.subject], [decision.subject_id], decision.record_position
    )
    sha256 = decision.model_sha256
    bundle = None if sha256 is None else service.models.by_hash(sha256, decision.subject)
    if sha256 is not None and bundle is None:
        return {**answer, "note": "the model of this decision is no longer stored"}
    if row.num_rows != 1:
        erased = erasures.erased_at(connection, TABLE_OF_SUBJECT[decision.subject], decision.subject_id)
        gone = "is no longer stored" if erased is None else f"was erased on {erased:%Y-%m-%d}"
        return {**answer, "erased": erased is not None, **_without_record(decision, bundle, sealed, gone)}
    again, features = _again(service, connection, decision, bundle, row)
    same = comparison(decision, again, features)
    differs = sorted({*sealed, *(name for name, is_same in same.items() if not is_same)})
    parts = {name: same[name] for name in ("features", "contributions", "shown")}
    note = {} if decision.features else {"note": "this case could not be computed, and was queued without a score"}
    if differs == ["shown"] and same_answer(decision.shown, again.shown, with_texts=False):
        note = {"note": "only the wording differs: the texts were changed since"}
    return {**parts, **answer, **note, "identical": not differs, "differs": differs}


def _without_record(decision: Decision, bundle: Bundle | None, sealed: list[str], gone: str) -> dict[str, object]:
    """Return what is still provable of a decision whose record is gone: what follows from its stored features."""
    if bundle is None or not decision.contributions:
        return {"note": f"the record of this decision {gone}, and it had no score: nothing can be computed"}
    stored = decision.values()[None]
    try:
        explained = bundle.scorer.explain(stored if stored.shape[1] == len(bundle.columns) else bundle.read(stored))
    except (IndexError, ValueError):  # features of another length than the model reads
        note = f"the record of this decision {gone}, and its model cannot read the stored features"
        return {"differs": sorted({*sealed, "features"}), "note": note}
    same = {
        "score": float(explained.score[0]) == decision.score,
        "contributions": explained.contributions[0].tobytes() == decision.contributions,
    }
    computed = "follow" if all(same.values()) else "do NOT follow"
    row = "its row is as its leaf" if not sealed else f"{', '.join(sealed)} of its row are not as its leaf"
    note = (
        f"the record of this decision {gone}: features and sentences cannot be computed; score and "
        f"contributions {computed} from the stored features and the model; {row}"
    )
    differs = sorted({*sealed, *(name for name, is_same in same.items() if not is_same)})
    return {"contributions": same["contributions"], "differs": differs, "note": note}


def _again(
    service: DecisionService, connection: Connection, decision: Decision, bundle: Bundle | None, row: pa.Table
) -> tuple[Decision, set[bytes]]:
    """Return the decision computed anew, and the features that the stored decision may have."""
    if not decision.features:
        own = facts_of_table(TABLE_OF_SUBJECT[decision.subject], row)
        again = undecidable(decision.subject, row, own, bundle, decision.post, decision.position, decision.decision_id)
        return again, {again.features}
    own = facts_of_table(TABLE_OF_SUBJECT[decision.subject], row)
    sight = sight_of(connection, service.store, decision, row)
    view = sight.case(connection, service.store, decision.subject, row, own)
    again = decide_case(
        view, bundle, decision.post, decision.position, decision.decision_id, register=sight.register
    )  # fmt: skip
    again = replace(again, as_of=int(own["known_at"][0]))
    return again, possible_features(again, bundle, view)


def possible_features(again: Decision, bundle: Bundle | None, view: CaseView) -> set[bytes]:
    """Return the features that a stored decision may have.

    A decision from before the catalogue grew stored only the features of that time, which its model reads.
    """
    return {again.features, again.features if bundle is None else bundle.read(view.values[None]).tobytes()}


def comparison(stored: Decision, again: Decision, features: set[bytes]) -> dict[str, bool]:
    """Return whether each computed column is the same."""
    names = ("subject", "subject_id", "as_of", "model_sha256", "route", "score", "contributions")
    same = {name: getattr(stored, name) == getattr(again, name) for name in names}
    return {**same, "features": stored.features in features, "shown": same_answer(stored.shown, again.shown)}


def columns_unlike_leaf(pair: Pair | None) -> list[str]:
    """Return the columns that differ from the decision's leaf; ``leaf`` if it is missing or cannot be read."""
    if pair is None or pair.content is None or pair.row is None:
        return ["leaf"]
    try:
        return differing_columns(pair.content, pair.row)
    except ValueError:
        return ["leaf"]


def same_answer(stored: str, again: str, *, with_texts: bool = True) -> bool:
    """Return whether two answers are the same bytes, once renamed features, later languages and notes are set aside.

    Parameters
    ----------
    with_texts
        Whether sentences must be the same too, or all but these.
    """
    if stored == again:
        return True
    try:
        return _same_content(orjson.loads(stored), orjson.loads(again), with_texts=with_texts)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # what was stored is no answer any more


def _same_content(former: dict[str, Any], present: dict[str, Any], *, with_texts: bool) -> bool:
    later_languages = set(LANGUAGES) - set(former["notice"])
    if not any(_is_record_note(warning) for warning in former["warnings"]):
        # a decision from before records were noted
        present["warnings"] = [warning for warning in present["warnings"] if not _is_record_note(warning)]
    left_out = later_languages if with_texts else set(LANGUAGES)
    return orjson.dumps(_without(_renamed(former), left_out)) == orjson.dumps(_without(present, left_out))


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
