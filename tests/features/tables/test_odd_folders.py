"""Folders as other people write them give the same records and results, or a clear reason why they cannot. Covers: features.commands, features.command_line, features.tables.schema.visa_applications, features.tables.schema.landings, features.tables.schema.establishments, features.tables.schema.residence_events, features.tables.schema.tip_database, features.tables.schema.outcomes."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from features.catalogue import catalogue
from features.command_line import main
from features.matrix import build_matrix
from features.tables import TABLES, Records, read_folder, write_folder
from features.tables.definition import Kind, Table
from features.tables.folder import inspect_folder
from models.signatures import load_or_create_key
from synthetic_data.world import generate
from tests.serving.conftest import train_model

Rows = list[dict[str, str]]
SUBJECTS = ("visa", "entry")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of CSV files as the format says."""
    target = tmp_path_factory.mktemp("plain")
    write_folder(target, generate(81, 400)[0], csv=True)
    return target


@pytest.fixture(scope="module")
def records(plain: Path) -> Records:
    return read_folder(plain)


def rows_of(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, columns: list[str], rows: Rows, **options: object) -> None:
    encoding = str(options.pop("encoding", "utf-8"))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, **options)  # type: ignore[arg-type]
        writer.writeheader()
        writer.writerows(rows)


def in_another_order(table: Table, rows: Rows, path: Path) -> None:
    columns = list(table.column_names)
    random.Random(len(columns)).shuffle(columns)
    write(path.with_suffix(".csv"), columns, rows)


def with_a_column_more(table: Table, rows: Rows, path: Path) -> None:
    columns = ["remark_of_the_desk", *table.column_names]
    write(path.with_suffix(".csv"), columns, [{**row, "remark_of_the_desk": 'a, "b"\nc'} for row in rows])


def with_a_byte_order_mark(table: Table, rows: Rows, path: Path) -> None:
    write(path.with_suffix(".csv"), list(table.column_names), rows, encoding="utf-8-sig")


def all_in_quotes(table: Table, rows: Rows, path: Path) -> None:
    write(path.with_suffix(".csv"), list(table.column_names), rows, quoting=csv.QUOTE_ALL)


def with_unix_lines(table: Table, rows: Rows, path: Path) -> None:
    write(path.with_suffix(".csv"), list(table.column_names), rows, lineterminator="\n")


def frame(table: Table, rows: Rows) -> pd.DataFrame:
    """Return a frame as pandas makes one: dates as midnights, whole numbers with gaps as floats, booleans as objects."""
    written = pd.DataFrame(rows, columns=list(table.column_names)).replace("", None)
    for column in table.columns:
        values = written[column.name]
        if column.kind is Kind.TIMESTAMP:
            written[column.name] = pd.to_datetime(values, utc=True)
        elif column.kind is Kind.DATE:
            written[column.name] = pd.to_datetime(values)
        elif column.kind in {Kind.NUMBER, Kind.INTEGER}:
            written[column.name] = values.astype(float)
        elif column.kind is Kind.BOOLEAN:
            written[column.name] = values.map({"True": True, "False": False}).astype(object)
    return written


def as_pandas_writes(table: Table, rows: Rows, path: Path) -> None:
    frame(table, rows).to_parquet(path.with_suffix(".parquet"))


def as_others_write_parquet(table: Table, rows: Rows, path: Path) -> None:
    """Microseconds UTC, dates as midnights, large strings, dictionaries, small whole numbers."""
    written = pa.Table.from_pandas(frame(table, rows), preserve_index=False)
    for index, column in enumerate(table.columns):
        values = written.column(index)
        if column.kind is Kind.TIMESTAMP:
            values = values.cast(pa.timestamp("us", tz="UTC"))
        elif column.kind is Kind.DATE:
            values = values.cast(pa.timestamp("ms"))
        elif column.kind is Kind.CATEGORY:
            values = values.cast(pa.string()).dictionary_encode()
        elif column.kind is Kind.TEXT:
            values = values.cast(pa.large_string())
        elif column.kind is Kind.INTEGER:
            values = values.cast(pa.int32())
        written = written.set_column(index, column.name, values)
    pq.write_table(written, path.with_suffix(".parquet"), row_group_size=97)


def now_csv_now_parquet(table: Table, rows: Rows, path: Path) -> None:
    (as_others_write_parquet if len(table.name) % 2 else in_another_order)(table, rows, path)


WAYS: tuple[Callable[[Table, Rows, Path], None], ...] = (
    in_another_order, with_a_column_more, with_a_byte_order_mark, all_in_quotes, with_unix_lines, as_pandas_writes,
    as_others_write_parquet, now_csv_now_parquet,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_folder_written_another_way_holds_the_same_records(
    plain: Path, records: Records, tmp_path: Path, way: Callable[[Table, Rows, Path], None]
) -> None:
    for name, table in TABLES.items():
        way(table, rows_of(plain, name), tmp_path / name)
    read_again, faults = inspect_folder(tmp_path)
    assert {fault.code for fault in faults} <= {"unknown_column"}
    assert not any(fault.blocking for fault in faults)
    assert read_again is not None
    for name in TABLES:
        assert read_again[name].equals(records[name]), name
    for subject in SUBJECTS:
        assert build_matrix(read_again, subject).values.tobytes() == build_matrix(records, subject).values.tobytes()


@pytest.mark.parametrize("family", ["NA", "Null", "null", "nan", "None", "N/A", "True", "-", "0"])
def test_a_family_may_be_called_like_nothing(plain: Path, tmp_path: Path, family: str) -> None:
    for name, table in TABLES.items():
        rows = [{**row, "family_name": family} if "family_name" in row else row for row in rows_of(plain, name)]
        write(tmp_path / f"{name}.csv", list(table.column_names), rows)
    read_again = read_folder(tmp_path)
    for name in ("visa_applications", "landings", "tip_database", "employment_reports"):
        assert set(read_again[name].column("family_name").to_pylist()) == {family}
    assert build_matrix(read_again, "visa").values.shape[0] == read_again["visa_applications"].num_rows


@pytest.fixture(scope="module")
def bundles(records: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model of each subject."""
    from features.settings import Settings  # noqa: PLC0415

    home = tmp_path_factory.mktemp("bundles")
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    load_or_create_key(settings.signing_key_path)
    for subject in SUBJECTS:
        train_model(records, subject, home / "champions" / subject, settings, rounds=12)
    return home


def ask(home: Path, *words: object) -> str:
    result = CliRunner().invoke(
        main, [str(word) for word in words], env={"MIMAMORI_HOME": str(home)}, prog_name="mimamori"
    )
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("full", ["", *TABLES])
def test_the_other_tables_may_be_empty(plain: Path, tmp_path: Path, bundles: Path, full: str) -> None:
    for name, table in TABLES.items():
        write(tmp_path / f"{name}.csv", list(table.column_names), rows_of(plain, name) if name == full else [])
    count = len(rows_of(plain, full)) if full else 0
    for subject, table_name in (("visa", "visa_applications"), ("entry", "landings")):
        cases = count if full == table_name else 0
        for command, ending in (("features", "parquet"), ("score", "csv")):
            out = tmp_path / f"{command}-{subject}.{ending}"
            ask(bundles, command, tmp_path, "--subject", subject, "--out", out)
            written = pq.read_table(out).to_pandas() if ending == "parquet" else pd.read_csv(out)
            assert len(written) == cases


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_results_have_exactly_the_promised_columns(
    plain: Path, records: Records, tmp_path: Path, bundles: Path, subject: str, ending: str
) -> None:
    read = pd.read_parquet if ending == "parquet" else pd.read_csv
    names = list(catalogue(subject).names)
    ask(bundles, "features", plain, "--subject", subject, "--out", tmp_path / f"m.{ending}")
    ask(bundles, "score", plain, "--subject", subject, "--out", tmp_path / f"s.{ending}")
    matrix, scores = read(tmp_path / f"m.{ending}"), read(tmp_path / f"s.{ending}")
    assert list(matrix.columns) == ["subject_id", "as_of", *names]
    assert list(scores.columns) == [
        "subject_id",
        "as_of",
        "score",
        "raw_score",
        "base_value",
        *(f"shap_{name}" for name in names),
    ]
    table = "visa_applications" if subject == "visa" else "landings"
    known = dict(
        zip(
            records[table].column(0).to_pylist(), records[table].column(TABLES[table].known_at).to_pylist(), strict=True
        )
    )
    for written in (matrix, scores):
        assert len(written) == len(known)
        times = pd.to_datetime(written["as_of"], utc=True)
        assert all(known[subject_id] == at for subject_id, at in zip(written["subject_id"], times, strict=True))
    expected = build_matrix(records, subject)
    assert np.array_equal(matrix[names].to_numpy(np.float64), expected.values, equal_nan=True)
    total = scores["base_value"] + scores[[f"shap_{name}" for name in names]].sum(axis=1)
    assert np.abs(total - scores["raw_score"]).max() < 1e-9
    assert scores["score"].between(0, 1).all()
    assert scores["base_value"].nunique() == 1


def test_only_cases_of_the_given_time_are_scored(plain: Path, records: Records, tmp_path: Path, bundles: Path) -> None:
    times = sorted(records["visa_applications"].column("submitted_at").to_pylist())
    start, end = times[100].date(), times[300].date()
    out = tmp_path / "s.parquet"
    ask(bundles, "score", plain, "--subject", "visa", "--out", out, "--from", start, "--to", end)
    expected = sum(start <= time.date() < end for time in times)
    assert len(pq.read_table(out)) == expected
    ask(bundles, "score", plain, "--subject", "visa", "--out", out, "--from", end, "--to", start)
    assert len(pq.read_table(out)) == 0
