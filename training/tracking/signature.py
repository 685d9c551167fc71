"""What are input and output of the plain MLflow model? Its signature, which MLflow enforces."""

from __future__ import annotations

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import AnyType

from features.catalogue import Catalogue
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Kind
from features.tables.schema import TABLES
from models.mlflow_loader import HISTORY, WITHOUT_HISTORY


def signature_of(catalogue: Catalogue) -> ModelSignature:
    """Signature of the plain MLflow model: records as pandas reads their file to score and contributions.

    Texts must be texts. Other columns are texts from CSV and typed from Parquet: MLflow passes both, the reader of records
    checks them.
    """
    table = TABLES[TABLE_OF_SUBJECT[catalogue.subject]]
    inputs = [
        ColSpec(
            DataType.string if column.kind in {Kind.TEXT, Kind.CATEGORY} else AnyType(),
            column.name,
            required=not (column.nullable or column.optional),
        )
        for column in table.columns
    ]
    outputs = ["score", "raw_score", "base_value", *(f"shap_{name}" for name in catalogue.names)]
    return ModelSignature(
        Schema(inputs),
        Schema([ColSpec(DataType.double, name) for name in outputs]),
        ParamSchema([ParamSpec(HISTORY, DataType.string, ""), ParamSpec(WITHOUT_HISTORY, DataType.boolean, False)]),
    )
