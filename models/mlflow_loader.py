"""How does a client with nothing but MLflow score records? The loader shipped with each registered model.

MLflow calls `_load_pyfunc`; no pickle is read. Serving never loads models from here: a writer to MLflow's store could
replace the key beside the model, so the signature only shows that the files belong to the same model.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
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
    """Raised when a call does not name the records known before."""


class RecordsModel:
    """Model from records of a table to scores with contributions."""

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
            the records of the call are all that is known.

        Raises
        ------
        NoHistory
            If neither is given, or both: most features count earlier records, and scores without them differ.
        RecordsRejected
            If a record does not follow its table; it names every fault and no value.
        """
        table = TABLES[TABLE_OF_SUBJECT[self.bundle.subject]]
        own = _read(table.name, model_input)
        folder = _history_folder(params or {})
        history = read_folder(Path(folder)) if folder else empty_records()
        earlier = history[table.name]
        twice = pc.is_in(earlier.column(table.id_column), value_set=own.column(table.id_column).combine_chunks())
        rows = pa.concat_tables([earlier.filter(pc.invert(twice)), own])
        facts = facts_of_records(Records({**history.tables, table.name: rows}).tables)
        new = take(facts[table.name], np.arange(rows.num_rows - own.num_rows, rows.num_rows))
        explained = self.bundle.explain(compute(facts, new, self.bundle.subject))
        scores = {"score": explained.score, "raw_score": explained.raw_score, "base_value": explained.base_value}
        shap = pd.DataFrame(explained.contributions, columns=[f"shap_{name}" for name in self.bundle.catalogue.names])
        return pd.concat([pd.DataFrame(scores), shap], axis=1).set_index(model_input.index)


def _history_folder(params: dict[str, Any]) -> str:
    folder, without = str(params.get(HISTORY) or ""), bool(params.get(WITHOUT_HISTORY))
    if bool(folder) == without:
        raise NoHistory(
            f"expected params={{'{HISTORY}': DIR}}, a folder of the nine tables as they were known before, or "
            f"params={{'{WITHOUT_HISTORY}': True}}, which scores the records as the first ever; "
            + ("both were given" if without else "neither was given")
        )
    return folder


def _read(table: str, given: pd.DataFrame) -> pa.Table:
    """Records read as from a folder, with the same checks."""
    texts = {name: pa.array([_text(value) for value in column], pa.string()) for name, column in given.items()}
    with tempfile.TemporaryDirectory() as folder:
        write_folder(folder, empty_records(), csv=True)
        csv.write_csv(pa.table(texts), Path(folder) / f"{table}.csv")
        return read_folder(folder, every_record=True)[table]


def _text(value: object) -> str | None:
    """Cell as text of a CSV file; pandas holds times, and whole numbers beside gaps as fractions."""
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
