"""How does somebody with nothing but MLflow score records? The loader that rides along with each registered model.

MLflow calls `_load_pyfunc`; no pickle is read. Serving never comes this way: whoever can write to MLflow's store could
replace the key beside the model, so the signature says here only that the files belong together.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pyarrow import csv

from features.catalogue import catalogue
from features.facts.table_facts import facts_of_records
from features.matrix import TABLE_OF_SUBJECT, compute, take
from features.tables.folder import Records, empty_records, read_folder, write_folder
from features.tables.schema import TABLES
from models.bundle import Bundle, load_bundle

BUNDLE, SIGNER, SUBJECT = "bundle", "signer.pem", "subject"
HISTORY, WITHOUT_HISTORY = "history_folder", "without_history"


class NoHistory(ValueError):
    """Raised when a call does not say which records were known before."""


class RecordsModel:
    """Takes records of one table, returns score with contributions."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score records.

        Parameters
        ----------
        model_input
            Records of ``visa_applications`` or ``landings``: ``pandas.read_parquet(path)``, or their CSV file as texts,
            ``pandas.read_csv(path, dtype=str, keep_default_na=False)``, for a family may be called NA.
        params
            ``history_folder``: a folder of the nine tables that were known before, or ``without_history=True``, by which
            a record is judged as the first that was ever seen, beside the others of the same call.

        Raises
        ------
        NoHistory
            If neither is said, or both are: most features count earlier records, and scores without them are others.
        RecordsRejected
            If a record is not as described; it names every fault and no value.
        """
        table = TABLES[TABLE_OF_SUBJECT[self.bundle.subject]]
        own = _read(table.name, model_input)
        folder = _history_folder(params or {})
        history = read_folder(Path(folder)) if folder else empty_records()
        earlier = history[table.name]
        twice = pc.is_in(earlier.column(table.id_column), value_set=own.column(table.id_column).combine_chunks())
        joined = pa.concat_tables([earlier.filter(pc.invert(twice)), own])
        facts = facts_of_records(Records({**history.tables, table.name: joined}).tables)
        start = joined.num_rows - own.num_rows
        mine = take(facts[table.name], pa.array(range(start, joined.num_rows)).to_numpy())
        explained = self.bundle.explain(compute(facts, mine, self.bundle.subject))
        shown = pd.DataFrame({"score": explained.score, "raw_score": explained.raw_score})
        shown["base_value"] = explained.base_value
        names = [f"shap_{name}" for name in self.bundle.catalogue.names]
        told = pd.DataFrame(explained.contributions, columns=names)
        return pd.concat([shown, told], axis=1).set_index(model_input.index)


def _history_folder(params: dict[str, Any]) -> str:
    folder, without = str(params.get(HISTORY) or ""), bool(params.get(WITHOUT_HISTORY))
    if bool(folder) == without:
        raise NoHistory(
            f"expected params={{'{HISTORY}': DIR}}, a folder of the nine tables as they were known before, or "
            f"params={{'{WITHOUT_HISTORY}': True}}, by which each record is judged as if nothing had been known before it "
            "and most scores are others; " + ("both were given" if without else "neither was given")
        )
    return folder


def _read(table: str, given: pd.DataFrame) -> pa.Table:
    """Read records through the same door as any folder, so that the same faults are found."""
    texts = {name: pa.array([_text(value) for value in column], pa.string()) for name, column in given.items()}
    with tempfile.TemporaryDirectory() as place:
        write_folder(place, empty_records(), csv=True)
        csv.write_csv(pa.table(texts), Path(place) / f"{table}.csv")
        return read_folder(place)[table]


def _text(value: object) -> str | None:
    """Write a cell as it would stand in a CSV file; pandas gives times, and whole numbers beside gaps as fractions."""
    if value is None or value == "" or value is pd.NA or value != value:  # noqa: PLR0124 (NaN)
        return None
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _load_pyfunc(path: str) -> RecordsModel:
    folder = Path(path)
    key = load_pem_public_key((folder / SIGNER).read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{SIGNER} is not an Ed25519 key; register the model again")
    subject = (folder / SUBJECT).read_text(encoding="ascii").strip()
    return RecordsModel(load_bundle(folder / BUNDLE, trusted=[key], catalogue=catalogue(subject)))
