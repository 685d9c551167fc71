"""Which cases do officers practise on? Cases of a synthetic world, whose truth is known, in a file of the home folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow.parquet as pq

from features.matrix import TABLE_OF_SUBJECT, case_rows, history_of, view_of
from features.online import cases_of_view
from features.tables.folder import read_folder
from features.tables.json_rows import row_as_json
from models.bundle import Bundle
from serving.decisions.scoring import decide_case

FILE = "practice.json"
SUBJECT = "visa"
PER_GROUP = 8
"""Cases of each of four groups: exploited or not, by what the findings advise."""
_DRAWN = 200
"""Cases of either truth that the model is asked about."""


@dataclass(frozen=True, slots=True)
class PracticeCase:
    """A case with its record, what the service showed of it, and the truth; ``typology`` is empty for an honest case."""

    record: dict[str, Any]
    shown: dict[str, Any]
    as_of: int
    typology: str

    @property
    def is_exploited(self) -> bool:
        """Whether the person is exploited."""
        return bool(self.typology)

    @property
    def is_advised(self) -> bool:
        """Whether a finding calls for an interview."""
        return any(reason["direction"] == "raises" for reason in self.shown["reasons"])


@dataclass(frozen=True, slots=True)
class PracticeSet:
    """Cases in order; ``name`` changes with any of them, so that answers to other cases do not count."""

    name: str
    cases: tuple[PracticeCase, ...]


NO_CASES = PracticeSet("", ())


def choose_practice(world: Path, bundle: Bundle, seed: int) -> list[PracticeCase]:
    """Return adult cases, as many exploited as not and as many advised as not, as far as the world has them."""
    random = np.random.default_rng(seed)
    records, table = read_folder(world), TABLE_OF_SUBJECT[SUBJECT]
    truth = pq.read_table(world / "truth.parquet", filters=[("exploited", "=", True)]).to_pandas()
    typologies = dict(truth.loc[truth["subject"] == "visa_application", ["subject_id", "typology"]].to_numpy().tolist())
    history = history_of(records)
    facts = history.facts[table]
    rows = case_rows(facts.ids, facts["known_at"], None, None)
    is_exploited = np.array([facts.id_of(int(row)) in typologies for row in rows])
    drawn = np.concatenate([random.permutation(rows[is_exploited == kind])[:_DRAWN] for kind in (True, False)])
    own, given = facts.take(drawn), records[table]
    where = {name: at for at, name in enumerate(given.column(0).to_pylist())}
    ordered = given.take([where[name] for name in own.id_list()])
    groups: dict[tuple[bool, bool], list[PracticeCase]] = {}
    for view, row in zip(cases_of_view(view_of(history, own, SUBJECT), own, SUBJECT, ordered), ordered.to_pylist(), strict=True):  # fmt: skip
        decision = decide_case(view, bundle, None, 0)
        if decision.route == "interview_queue":
            typology = str(typologies.get(view.subject_id, ""))
            case = PracticeCase(row_as_json(row), orjson.loads(decision.shown), decision.as_of, typology)
            groups.setdefault((case.is_exploited, case.is_advised), []).append(case)
    chosen = [case for group in groups.values() for case in group[:PER_GROUP]]
    return [chosen[at] for at in random.permutation(len(chosen))]


def write_practice(home: Path, cases: list[PracticeCase]) -> None:
    """Keep the cases in the home folder."""
    rows = [
        {"record": case.record, "shown": case.shown, "as_of": case.as_of, "typology": case.typology} for case in cases
    ]
    (home / FILE).write_text(json.dumps(rows, ensure_ascii=False) + "\n", encoding="utf-8")


def read_practice(home: Path) -> PracticeSet:
    """Return the cases; none if there is no file."""
    path = home / FILE
    if not path.exists():
        return NO_CASES
    content = path.read_bytes()
    cases = tuple(PracticeCase(**row) for row in orjson.loads(content))
    return PracticeSet(hashlib.sha256(content).hexdigest()[:16], cases)
