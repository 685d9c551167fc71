from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.tables import Records
from features.tables.folder import read_folder, write_folder
from training.tracking.provenance import code_hash, code_version, data_hash, shipped_rooms


def with_rows(records: Records, name: str, rows: pa.Table) -> Records:
    return Records({**records.tables, name: rows})


def test_the_same_records_have_a_hash_as_parquet_as_csv_and_in_any_order_of_rows(
    small_records: Records, tmp_path: Path
) -> None:
    write_folder(tmp_path / "parquet", small_records)
    (tmp_path / "csv").mkdir()
    rng = np.random.default_rng(0)
    for name, rows in small_records.tables.items():
        dealt = rows.take(pa.array(rng.permutation(rows.num_rows))).to_pandas()
        for column in dealt.select_dtypes("datetimetz"):
            dealt[column] = dealt[column].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        dealt.to_csv(tmp_path / "csv" / f"{name}.csv", index=False)
    hashes = {data_hash(read_folder(tmp_path / kind)) for kind in ("parquet", "csv")}
    assert hashes == {data_hash(small_records)}


def test_pieces_of_a_column_and_what_lies_under_a_gap_are_no_content(small_records: Records) -> None:
    # in order of ids already, so that nothing need be copied
    rows = small_records["visa_applications"].sort_by("application_id")
    at = rows.schema.get_field_index("monthly_income_jpy")
    gaps = rows.column(at).is_null().to_numpy()
    assert 0 < gaps.sum() < len(gaps)
    under = np.where(gaps, 777.0, rows.column(at).to_numpy())
    other = pa.array(under, rows.schema.field(at).type, mask=gaps)
    again = rows.set_column(at, rows.schema.field(at), other)
    pieces = pa.concat_tables([again.slice(0, 13), again.slice(13)]).replace_schema_metadata({"made by": "another"})
    assert data_hash(with_rows(small_records, "visa_applications", pieces)) == data_hash(small_records)


@pytest.mark.parametrize(
    "change", ["a value", "a gap", "a gap one row on", "values of two rows exchanged", "a row less"]
)
def test_other_content_has_another_hash(small_records: Records, change: str) -> None:
    rows = small_records["visa_applications"].sort_by("application_id")
    at = rows.schema.get_field_index("monthly_income_jpy")
    income = rows.column(at).to_pylist()
    there = [row for row, value in enumerate(income) if value is not None]
    first = there[0]
    second = next(row for row in there if income[row] != income[first])
    if change == "a value":
        income[first] += 1.0
    elif change == "a gap":
        income[first] = None
    elif change == "a gap one row on":
        gap = next(row for row in there if row and income[row - 1] is None)
        income[gap - 1], income[gap] = income[gap], None
    elif change == "values of two rows exchanged":
        income[first], income[second] = income[second], income[first]
    else:
        income, rows = income[:-1], rows.slice(0, rows.num_rows - 1)
    changed = rows.set_column(at, rows.schema.field(at), pa.array(income, rows.schema.field(at).type))
    assert data_hash(with_rows(small_records, "visa_applications", changed)) != data_hash(small_records)


def test_a_policy_is_code_and_what_python_makes_of_the_source_is_none(tmp_path: Path) -> None:
    room = tmp_path / "room"
    (room / "__pycache__").mkdir(parents=True)
    (room / "gate.py").write_text("LIMIT = 1\n", encoding="utf-8")
    (room / "policy.toml").write_text("at_most = 0.85\n", encoding="utf-8")
    before = code_hash([str(room)])
    (room / "__pycache__" / "gate.pyc").write_bytes(b"made")
    assert code_hash([str(room)]) == before
    (room / "policy.toml").write_text("at_most = 0.95\n", encoding="utf-8")
    assert code_hash([str(room)]) != before


def test_the_training_room_with_its_policy_is_in_the_version_of_the_code() -> None:
    training = str(Path(shipped_rooms()[0]).parent / "training")
    assert code_version()["code_sha256"] == code_hash([*shipped_rooms(), training])
