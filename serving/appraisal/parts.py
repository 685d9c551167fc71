"""Parts of the pack: one function each, which writes its files and says what stands in the report."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa

from models.adoption import REFERENCE
from models.approval import FOLDER as APPROVALS
from models.manifest import NAME as MANIFEST
from models.storage import KEPT
from serving.appraisal.pack import Chart, PackOrder, Part, Section, table_of
from serving.decisions.replay_many import replay_faults
from serving.log import verifier
from serving.log.bundle import write_bundle
from serving.log.checkpoints import LATEST, LEAF_HASHES, log_key
from serving.log.proofs import KEY, VERIFIER, public_pem
from serving.log.signed_note import Checkpoint, sign_checkpoint
from serving.log.tree import tree_root
from serving.store import appraisal, decisions

REPLAYED = 200
_PAPERS = Path(__file__).parents[2] / "docs" / "papers"
_SMALLEST_SHARE = 1e-4
"""Share that an empty tenth counts as in the stability index."""


def decided(order: PackOrder) -> Section:
    """Decisions by month, post, route and model."""
    rows = _table(order, "decisions")
    return Section(
        "decided",
        {"decisions": rows},
        (_sum("decided_chart", rows, "month", "decisions"), _sum("route_chart", rows, "route", "decisions")),
    )


def interviewed(order: PackOrder) -> Section:
    """Interviews by outcome, and own views before and after the findings."""
    rows, views = _table(order, "interviews"), _table(order, "own_views")
    return Section(
        "interviewed", {"interviews": rows, "own_views": views}, (_sum("outcome_chart", rows, "outcome", "interviews"),)
    )


def read(order: PackOrder) -> Section:
    """Readings by role and page."""
    rows = _table(order, "readings")
    return Section("read", {"readings": rows}, (_sum("view_chart", rows, "view", "readings"),))


def corrected(order: PackOrder) -> Section:
    """Corrections and records set apart, by reason."""
    return Section(
        "corrected", {"corrections": _table(order, "corrections"), "wrong_links": _table(order, "wrong_links")}
    )


def incidents(order: PackOrder) -> Section:
    """Stops of scoring, records opened in urgency, and alarms about entries by hand."""
    names = ("stops", "urgent_openings", "entry_alarms")
    return Section("incidents", {name: _table(order, name) for name in names})


def drift(order: PackOrder) -> Section:
    """Distribution of scores by month, and how far each month lies from the first of its model."""
    rows = _table(order, "scores")
    return Section("drift", {"scores": rows, "drift": stability(rows)})


def stability(rows: pa.Table) -> pa.Table:
    """Return the population stability index of each month against the first month of the same subject and model.

    The index is the sum over tenths of ``(now - then) * ln(now / then)`` of the shares; 0.1 is a small shift, 0.25 a large one.
    """
    counts: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for row in rows.to_pylist():
        months = counts.setdefault((row["subject"], row["model_sha256"]), {})
        months.setdefault(row["month"], np.zeros(10))[row["tenth"]] += row["decisions"]
    result = []
    for (subject, model), months in sorted(counts.items()):
        then = None
        for month, tenths in sorted(months.items()):
            share = np.maximum(tenths / tenths.sum(), _SMALLEST_SHARE)
            then = share if then is None else then
            index = float(((share - then) * np.log(share / then)).sum())
            result.append((month, subject, model, int(tenths.sum()), round(index, 4)))
    return table_of(["month", "subject", "model_sha256", "decisions", "stability_index"], result)


def models(order: PackOrder) -> Section:
    """Papers of the models that decided in the period: description, card where there is any, approvals with their waivers."""
    home, rows, files = order.service.models.settings.home, _table(order, "decisions"), []
    used = sorted(
        {(row["subject"], row["model_sha256"]) for row in rows.to_pylist() if row["model_sha256"] is not None}
    )
    listed = []
    for subject, sha in used:
        approval, manifest = home / APPROVALS / f"{subject}-{sha}.json", home / KEPT / sha / MANIFEST
        card = REFERENCE / f"card_{subject}.md"
        is_reference = sha256((REFERENCE / subject / MANIFEST).read_bytes()).hexdigest() == sha
        for path in (approval, manifest, *([card] if is_reference else [])):
            files += _copy(order, path, f"models/{subject}-{sha[:12]}")
        stated = json.loads(approval.read_text(encoding="utf-8")) if approval.exists() else {}
        stated = stated.get("approval", stated)
        listed.append(
            (
                subject,
                sha,
                str(stated.get("version") or "–"),
                str(stated.get("stage") or "–"),
                ", ".join(stated.get("approvers") or ()) or "–",
                _waiver(stated),
            )
        )
    for path in sorted(_PAPERS.glob("*")) if _PAPERS.exists() else []:
        files += _copy(order, path, "papers")
    columns = ["subject", "model_sha256", "version", "stage", "approvers", "waiver"]
    return Section("models", {"models": table_of(columns, listed)}, files=tuple(files))


def _waiver(stated: dict[str, object]) -> str:
    waiver = stated.get("waiver")
    return (
        (waiver if isinstance(waiver, str) else json.dumps(waiver, ensure_ascii=False, sort_keys=True))
        if waiver
        else "–"
    )


def replayed(order: PackOrder) -> Section:
    """A sample of the period's decisions, drawn by the period itself, recomputed."""
    period = order.period
    every = decisions.outlines(order.connection, *order.period)
    chosen = sorted(Random(str(period)).sample(every, min(REPLAYED, len(every))), key=lambda each: each.decision_id)  # noqa: S311 (no secret)
    faults = dict(replay_faults(order.service, chosen))
    rows = [
        (each.decision_id, each.subject, faults[each.decision_id] is None, faults[each.decision_id] or "")
        for each in chosen
    ]
    same = sum(fault is None for fault in faults.values())
    figures = (("replay_figure", {"same": same, "n": len(rows), "all": len(every)}),)
    return Section(
        "replayed",
        {"replay_sample": table_of(["decision_id", "subject", "is_identical", "fault"], rows)},
        figures=figures,
    )


def sealed(order: PackOrder) -> Section:
    """The sealed log up to the end of the period, with its signed head and the stand-alone verifier."""
    folder, settings = order.folder / "log", order.service.models.settings
    size = appraisal.leaves_until(order.connection, order.period.until)
    hashes = write_bundle(order.connection, folder, until=size)
    checkpoint = Checkpoint(size, tree_root(hashes))
    (folder / LATEST).write_text(sign_checkpoint(checkpoint, log_key(settings)), encoding="utf-8")
    (folder / LEAF_HASHES).write_bytes(b"".join(hashes))
    (folder / KEY).write_bytes(public_pem(settings))
    shutil.copyfile(verifier.__file__, folder / VERIFIER)
    names = (LATEST, LEAF_HASHES, "leaves.jsonl", "rows.jsonl", KEY, VERIFIER)
    return Section("sealed", files=tuple(f"log/{name}" for name in names), figures=(("sealed_figure", {"n": size}),))


PARTS: tuple[Part, ...] = (decided, interviewed, drift, models, replayed, corrected, incidents, read, sealed)
"""Parts in the order of the report; those that measure come after them."""


def _table(order: PackOrder, name: str) -> pa.Table:
    return table_of(*appraisal.table(order.connection, name, order.period))


def _sum(key: str, rows: pa.Table, by: str, count: str) -> Chart:
    """Return a chart of a count summed by a column, in the order of its values."""
    sums: Counter[str] = Counter()
    for row in rows.to_pylist():
        sums[str(row[by])] += row[count]
    return Chart(key, sorted(sums.items()))


def _copy(order: PackOrder, path: Path, into: str) -> list[str]:
    if not path.is_file():
        return []
    (order.folder / into).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, order.folder / into / path.name)
    return [f"{into}/{path.name}"]
