"""Entries of victims move no feature and no score, however many; they only protect. Covers: features.watchlist.matches."""

from __future__ import annotations

import datetime as dt

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from features.facts.table_facts import facts_of_records
from features.kernel.view import View
from features.matrix import TABLE_OF_SUBJECT, make_view, values_of
from features.tables import TABLES, Records
from synthetic_data.world import generate

SUBJECTS = ("visa", "entry")


@pytest.fixture(scope="module")
def small() -> Records:
    return generate(5, 900)[0]


def view(records: Records, subject: str, entries: pa.Table) -> View:
    facts = facts_of_records({**records.tables, "tip_database": entries})
    return make_view(facts, facts[TABLE_OF_SUBJECT[subject]], subject)


def entries_like(records: Records, count: int, role: str, *, misspelt: bool) -> pa.Table:
    """Return entries with the names, dates, passports, phones and addresses of travellers and their guarantors."""
    rows = []
    people = records["visa_applications"].slice(0, count).to_pylist()
    for number, person in enumerate(people):
        family, given = person["family_name"], person["given_names"]
        entry = {
            "role": role, "listed_at": dt.datetime(1999, 1, 1, tzinfo=dt.UTC),
            "family_name": f"{family}{family[-1:]}h" if misspelt else family, "given_names": given,
            "birth_date": person["birth_date"], "phone": person["guarantor_phone"], "address": person["stay_address"],
            "passport_number": None if misspelt else person["passport_number"],
        }  # fmt: skip
        rows.append({**entry, "entry_id": f"{role}-{number}"})
        if person["guarantor_name"]:
            named, _, rest = person["guarantor_name"].partition(" ")
            beside = {"family_name": named, "given_names": rest, "birth_date": person["guarantor_birth_date"]}
            rows.append({**entry, **beside, "passport_number": None, "entry_id": f"{role}-{number}-beside"})
    return pa.Table.from_pylist(rows, schema=TABLES["tip_database"].arrow_schema)


def scores(values: NDArray[np.float64], seen: View) -> lgb.Booster:
    """Fit a model that leans on the watch list as far as it can."""
    listed = sum(seen.watch_list.counts(what) for what in ("traveller", "sponsor", "phone", "address"))
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 3, "seed": 1}
    return lgb.train(parameters, lgb.Dataset(values, listed > np.median(listed)), 20)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_number_of_victim_entries_moves_no_feature_and_no_score(small: Records, subject: str) -> None:
    others = entries_like(small, 200, "perpetrator", misspelt=True)
    without = view(small, subject, others)
    values = values_of(without, subject)
    model = scores(values, without)
    raw, parts = (model.predict(values, raw_score=kind == 0, pred_contrib=kind == 1) for kind in (0, 1))
    used = {name for name, gain in zip(range(values.shape[1]), model.feature_importance("gain"), strict=True) if gain}
    assert len(np.unique(raw)) > 10
    assert used
    for count in (1, 30, 900):
        for misspelt in (False, True):
            victims = entries_like(small, count, "victim", misspelt=misspelt)
            seen = view(small, subject, pa.concat_tables([victims, others]))
            crowded = values_of(seen, subject)
            assert crowded.tobytes() == values.tobytes()
            assert model.predict(crowded, raw_score=True).tobytes() == raw.tobytes()
            assert model.predict(crowded, pred_contrib=True).tobytes() == parts.tobytes()
            if subject == "visa":
                # every one of those travellers is to be protected, nearly whatever their name became
                assert seen.watch_list.victims()[:count].mean() > (0.8 if misspelt else 0.999)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_entries_of_others_do_move_features(small: Records, subject: str) -> None:
    none = view(small, subject, small["tip_database"].slice(0, 0))
    some = view(small, subject, entries_like(small, 30, "facilitator", misspelt=True))
    assert values_of(some, subject).tobytes() != values_of(none, subject).tobytes()
    assert not some.watch_list.victims().any()
