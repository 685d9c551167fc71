"""Who somebody is moves no bit: nationality, sex, post and airport, dealt out anew or exchanged throughout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.catalogue import catalogue
from features.matrix import FeatureMatrix, build_matrix
from features.tables import TABLES, Records
from models.bundle import Bundle, Explanation, load_bundle, save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile
from synthetic_data.world import generate
from tests.proof_size import cases

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1500)]
CASES = cases(10_000, 2_000)
ENTRIES = CASES // 8
SUBJECTS = ("visa", "entry")
WHAT = ("traveller", "sponsor", "phone", "address")
ATTRIBUTES = {
    "visa_applications": ("nationality", "former_nationality", "sex", "post"),
    "landings": ("nationality", "sex", "embarked_at"),
}


@pytest.fixture(scope="module")
def large() -> Records:
    """A world in which many are like an organiser who is listed."""
    tables = dict(generate(53, CASES)[0].tables)
    tables["tip_database"] = entries(tables["visa_applications"], "facilitator")
    return Records(tables)


@dataclass(frozen=True)
class Judged:
    bundle: Bundle
    matrix: FeatureMatrix
    explained: Explanation


@pytest.fixture(scope="module", params=SUBJECTS)
def scorer(request: pytest.FixtureRequest, large: Records, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A bundle taught to tell nationality, sex and post from everything it may see, so that any trace would show."""
    subject = str(request.param)
    matrix = build_matrix(large, subject)
    table = large["visa_applications" if subject == "visa" else "landings"]
    at = {name: row for row, name in enumerate(table.column(0).to_pylist())}
    rows = table.take(pa.array([at[name] for name in matrix.subject_ids]))
    women = np.asarray(pc.equal(rows.column("sex"), "F").to_numpy())
    kind = np.asarray(pc.equal(rows.column("nationality"), "PHL").to_numpy())
    listed = sum(matrix.values[:, matrix.catalogue.names.index(f"watchlist_{what}_count")] for what in WHAT) > 0
    parameters = {"objective": "binary", "max_depth": 5, "num_leaves": 20, "verbosity": -1, "num_threads": 2, "seed": 1,
                  "monotone_constraints": list(matrix.catalogue.monotone), "deterministic": True}  # fmt: skip
    data = lgb.Dataset(matrix.values, (women & kind) | listed, feature_name=list(matrix.catalogue.names))
    text = lgb.train(parameters, data, 40).model_to_string().partition("end of trees\n")[0] + "end of trees\n"
    key, folder = Ed25519PrivateKey.generate(), tmp_path_factory.mktemp("judged") / subject
    save_bundle(
        folder, version="1", booster_text=text, catalogue=matrix.catalogue, calibration=Calibration(1.1, -0.2),
        profile=InputProfile.of(matrix.values), golden_values=matrix.values[:20], about={}, key=key,
    )  # fmt: skip
    bundle = load_bundle(Path(folder), trusted=[key.public_key()], catalogue=catalogue(subject))
    return Judged(bundle, matrix, bundle.explain(matrix.values))


Change = Callable[[pa.ChunkedArray], pa.ChunkedArray | pa.Array]


def changed(records: Records, change: Change) -> Records:
    tables = dict(records.tables)
    for name, columns in ATTRIBUTES.items():
        for column in columns:
            rows = tables[name]
            index = rows.schema.get_field_index(column)
            tables[name] = rows.set_column(index, rows.schema.field(column), change(rows.column(column)))
            assert not tables[name].column(column).equals(records[name].column(column))
    return Records(tables)


def dealt_out(seed: int) -> Change:
    random = np.random.default_rng(seed)
    return lambda values: values.take(pa.array(random.permutation(len(values))))


def exchanged(values: pa.ChunkedArray) -> pa.Array:
    """Give every value the place of another one, wherever it stands: each Filipina is then a Thai, and so on."""
    there = sorted(set(values.to_pylist()) - {None})
    other = dict(zip(there, [*there[1:], there[0]], strict=True))
    return pa.array([other.get(value) for value in values.to_pylist()], pa.string())


def all_alike(values: pa.ChunkedArray) -> pa.Array:
    return pa.array(["X"] * len(values), pa.string())


@pytest.mark.parametrize("change", [dealt_out(1), dealt_out(2), exchanged, all_alike],
                         ids=["dealt out", "dealt out again", "exchanged throughout", "all alike"])  # fmt: skip
def test_features_score_and_contributions_keep_every_bit(scorer: Judged, large: Records, change: Change) -> None:
    matrix = build_matrix(changed(large, change), scorer.bundle.subject)
    assert len(matrix.subject_ids) >= CASES
    assert matrix.subject_ids == scorer.matrix.subject_ids
    assert matrix.values.tobytes() == scorer.matrix.values.tobytes()
    again = scorer.bundle.explain(matrix.values)
    for part in ("raw_score", "score", "contributions"):
        assert getattr(again, part).tobytes() == getattr(scorer.explained, part).tobytes(), part
    assert len(np.unique(again.raw_score)) > CASES // 20, "the model does tell people apart"


def entries(applications: pa.Table, role: str) -> pa.Table:
    """Return an entry for some applicants, with all that can match."""
    rows = []
    for number, person in enumerate(applications.slice(0, ENTRIES).to_pylist()):
        shared = {"role": role, "listed_at": dt.datetime(1999, 1, 1, tzinfo=dt.UTC), "phone": person["guarantor_phone"],
                  "address": person["stay_address"]}  # fmt: skip
        named = {name: person[name] for name in ("family_name", "given_names", "birth_date", "passport_number")}
        rows.append({**shared, **named, "entry_id": f"{role}-{number}"})
    return pa.Table.from_pylist(rows, schema=TABLES["tip_database"].arrow_schema)


def test_a_match_with_a_victim_raises_no_score(scorer: Judged, large: Records) -> None:
    subject, organisers = scorer.bundle.subject, scorer.explained.raw_score

    def again(listed: pa.Table) -> tuple[bytes, Explanation]:
        matrix = build_matrix(Records({**large.tables, "tip_database": listed}), subject)
        return matrix.values.tobytes(), scorer.bundle.explain(matrix.values)

    nobody, none = again(large["tip_database"].slice(0, 0))
    alike, victims = again(entries(large["visa_applications"], "victim"))
    assert alike == nobody
    assert victims.raw_score.tobytes() == none.raw_score.tobytes()
    assert victims.contributions.tobytes() == none.contributions.tobytes()
    # and where the same entry is a victim's rather than an organiser's, nobody stands higher for it, and some lower
    assert (victims.raw_score <= organisers + 1e-9).all()
    assert (victims.raw_score < organisers - 1e-3).any()
