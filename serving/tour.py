"""Which cases does the demonstration show first? Ten of its synthetic world, whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from features.arrays import Bools, Floats
from features.events.history import History
from features.matrix import TABLE_OF_SUBJECT, case_rows, history_of, values_of, view_of
from features.online import is_minor
from features.tables.folder import Records, read_folder
from features.tables.schema import TABLES
from models.bundle import Bundle

FILE = "tour.json"
_TRUTH = "truth.parquet"
_SUBJECT_IN_TRUTH = {"visa": "visa_application", "entry": "landing"}


@dataclass(frozen=True, slots=True)
class TourCase:
    """Case of the tour; ``stop`` is the key of its texts in ``serving.tour``."""

    stop: str
    subject: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class _Cases:
    """Cases of a subject in order of time, with the truth about them."""

    subject: str
    ids: list[str]
    status: np.ndarray
    typology: np.ndarray
    minor: Bools
    victim: Bools
    score: Floats

    def best(self, chosen: Bools) -> str | None:
        """Return the id of the chosen case with the highest score, None if none is chosen."""
        rows = np.flatnonzero(chosen)
        return self.ids[rows[np.argmax(self.score[rows])]] if len(rows) else None

    def exploited(self, *typologies: str) -> str | None:
        """Return the adult of these typologies with the highest score."""
        return self.best(np.isin(self.typology, typologies) & ~self.minor)

    def honest(self, *statuses: str) -> str | None:
        """Return the adult of these statuses, not exploited, with the highest score."""
        return self.best(np.isin(self.status, statuses) & (self.typology == "") & ~self.minor & ~self.victim)


def choose_tour(world: Path, bundles: Mapping[str, Bundle]) -> list[TourCase]:
    """Return the cases of the tour; a stop for which the world has no case is left out."""
    records = read_folder(world)
    history = history_of(records)
    truth = pq.read_table(world / _TRUTH, filters=[("exploited", "=", True)]).to_pandas()
    typologies = {
        subject: dict(truth.loc[truth["subject"] == name, ["subject_id", "typology"]].to_numpy().tolist())
        for subject, name in _SUBJECT_IN_TRUTH.items()
    }
    visa, entry = (_cases(records, history, name, typologies[name], bundles[name]) for name in _SUBJECT_IN_TRUTH)
    stops = (
        ("marriage_ring", visa, visa.exploited("T1", "T10")),
        ("marriage_honest", visa, visa.honest("spouse_or_child_of_japanese")),
        ("entertainers", visa, visa.exploited("T5")),
        ("host_honest", visa, visa.honest("entertainer", "trainee", "technical_intern")),
        ("trainees", visa, visa.exploited("T7", "T11")),
        ("child", visa, visa.best(visa.minor & (visa.typology != ""))),
        ("returning_victim", visa, visa.best(visa.victim & ~visa.minor)),
        ("identity", entry, entry.exploited("T2", "T9")),
        ("transit", entry, entry.exploited("T8")),
        ("family_visit", visa, visa.honest("temporary_visitor")),
    )
    return [TourCase(stop, cases.subject, subject_id) for stop, cases, subject_id in stops if subject_id is not None]


def write_tour(home: Path, cases: list[TourCase]) -> None:
    """Keep the tour in the folder of the demonstration."""
    rows = [[case.stop, case.subject, case.subject_id] for case in cases]
    (home / FILE).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def read_tour(home: Path) -> list[TourCase]:
    """Return the tour; empty if there is none."""
    path = home / FILE
    return [TourCase(*row) for row in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def _cases(records: Records, history: History, subject: str, typology: Mapping[str, str], bundle: Bundle) -> _Cases:
    table = TABLE_OF_SUBJECT[subject]
    facts = history.facts[table]
    own = facts.take(case_rows(facts.ids, facts["known_at"], None, None))
    view, ids = view_of(history, own, subject), own.id_list()
    rows = records[table].to_pandas().set_index(TABLES[table].id_column).loc[ids]
    minor = [is_minor(birth, int(at)) for birth, at in zip(rows["birth_date"], own["known_at"], strict=True)]
    return _Cases(
        subject, ids, rows["status_of_residence"].to_numpy(dtype=str), np.array([typology.get(id_, "") for id_ in ids]),
        np.array(minor), view.watch_list.victims(), bundle.scorer.raw_scores(bundle.read(values_of(view, subject))),
    )  # fmt: skip
