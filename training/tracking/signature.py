"""What does the plain MLflow model take and give? Its signature, which MLflow holds calls against."""

from __future__ import annotations

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import AnyType

from features.catalogue import Catalogue
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Kind
from features.tables.schema import TABLES
from models.plain_client import HISTORY, WITHOUT_HISTORY


def signature_of(catalogue: Catalogue) -> ModelSignature:
    """Return what the plain MLflow model takes and gives: records as pandas reads their file; score with contributions.

    Texts must be texts. The other columns are texts too as read from CSV, and times, dates, numbers and truth values as
    read from Parquet: MLflow lets them pass, and the reader of the records checks them.
    """
    table = TABLES[TABLE_OF_SUBJECT[catalogue.subject]]
    taken = [
        ColSpec(
            DataType.string if column.kind in {Kind.TEXT, Kind.CATEGORY} else AnyType(),
            column.name,
            required=not (column.nullable or column.optional),
        )
        for column in table.columns
    ]
    given = ["score", "raw_score", "base_value", *(f"shap_{name}" for name in catalogue.names)]
    return ModelSignature(
        Schema(taken),
        Schema([ColSpec(DataType.double, name) for name in given]),
        ParamSchema([ParamSpec(HISTORY, DataType.string, ""), ParamSpec(WITHOUT_HISTORY, DataType.boolean, False)]),
    )
