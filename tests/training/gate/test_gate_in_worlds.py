"""Does the gate see what is planted in records? Small worlds with many interviews, trained and put to the gate from end to end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from features.matrix import FeatureMatrix, build_matrix
from features.tables import Records
from features.tables.folder import read_folder, write_folder
from synthetic_data.world import generate
from training.commands import train
from training.fit.cases import TRUTH_FILE
from training.gate.commands import promote
from training.gate.leakage import LeakCheck, TraceCheck, find_leaks, find_traces
from training.gate.policy import read_policy
from training.gate.verdict import Outcome, evaluate_policy
from training.labels.outcomes import case_outcomes
from training.labels.splits import final_labels

MANY = {"exploited_share": 0.05, "minimum_identified": 150, "random_share": 0.09}
Truths = np.ndarray[tuple[int], np.dtype[np.bool_]]


@pytest.fixture(scope="module")
def no_signal() -> tuple[Records, pa.Table]:
    return generate(3, 6000, "no_signal", MANY | {"interview_share": 0.03})


@pytest.fixture(scope="module")
def examined(no_signal: tuple[Records, pa.Table]) -> Truths:
    return ids_in(no_signal[0], pc.is_valid(no_signal[0]["outcomes"]["finding"]))


@pytest.fixture(scope="module")
def gate_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("worlds")
        patch.setenv("MIMAMORI_HOME", str(home))
        patch.delenv("MIMAMORI_MLFLOW_URI", raising=False)
        yield home


def ids_in(records: Records, kept: pa.ChunkedArray) -> Truths:
    """Return bool[n] of the applications: those of which some outcome is among the kept ones."""
    outcomes = records["outcomes"].filter(pc.and_(kept, pc.equal(records["outcomes"]["subject"], "visa_application")))
    own = records["visa_applications"]["application_id"]
    return np.asarray(pc.is_in(own, value_set=outcomes["subject_id"].combine_chunks()).to_numpy())


def planted(records: Records, column: str, rows: Truths, value: float | str | np.ndarray[tuple[int]] | None) -> Records:  # type: ignore[type-arg]
    """Write one value, or one for each row, into a column of some applications."""
    table = records["visa_applications"]
    at = table.schema.get_field_index(column)
    kind = table.schema.field(at).type
    given = pa.array(value, kind) if isinstance(value, np.ndarray) else pa.scalar(value, kind)
    marked = pc.if_else(pa.array(rows), given, table.column(at))
    return Records({**records.tables, "visa_applications": table.set_column(at, table.schema.field(at), marked)})


def let_in(records: Records, truth: pa.Table, folder: Path) -> str:
    """Train on the labels of a folder alone, ask the gate with a waiver for all that lacks evidence, and return what it said."""
    write_folder(folder, records)
    pq.write_table(truth, folder / TRUTH_FILE)
    trained = CliRunner().invoke(train, [str(folder), "--subject", "visa", "--no-prior"])
    assert trained.exit_code == 0, trained.output
    shutil.rmtree(folder)
    limit_text = CliRunner().invoke(
        promote, ["visa", "--approver", "A One", "--approver", "B Two", "--waiver", "A One: the first year"]
    )
    assert limit_text.exit_code == 1
    assert "was not promoted" in limit_text.output
    return limit_text.output


def fails(output: str) -> dict[str, str]:
    """Return the lines that failed on evidence, by code."""
    failed = [line.split(None, 1)[1] for line in output.splitlines() if line.startswith("fails")]
    return {line.split(":")[0]: line for line in failed}


def leaked(records: Records) -> LeakCheck:
    matrix = build_matrix(records, "visa")
    figures = final_labels(case_outcomes(records["outcomes"], "visa", matrix.subject_ids, matrix.as_of)).positive
    return find_leaks(matrix.values, figures, np.ones_like(matrix.values), names=matrix.catalogue.names)


def traced(records: Records) -> TraceCheck:
    matrix = build_matrix(records, "visa")
    figures = case_outcomes(records["outcomes"], "visa", matrix.subject_ids, matrix.as_of)
    observed = np.zeros(len(matrix.as_of), dtype=bool)
    observed[figures.row] = True
    return find_traces(matrix.values, observed, names=matrix.catalogue.names)


def refused(result: TraceCheck | LeakCheck) -> set[str]:
    lines = evaluate_policy({"trace" if isinstance(result, TraceCheck) else "leak": asdict(result)}, read_policy())
    return {line.code for line in lines if line.outcome is Outcome.FAILS}


def test_a_mark_on_whoever_was_examined_refuses_the_model_that_learned_it_and_its_column_is_named(
    no_signal: tuple[Records, pa.Table], examined: Truths, gate_home: Path, tmp_path: Path
) -> None:
    marked = planted(no_signal[0], "monthly_income_jpy", examined, 777_000.0)
    failed = fails(let_in(marked, no_signal[1], tmp_path / "marked"))
    assert {"no_trace", "no_mark", "random_sample_not_ranked"} <= set(failed)
    assert "(monthly_income_yen)" in failed["no_trace"]
    assert "(monthly_income_yen)" in failed["no_mark"]
    # nothing can be learned here but the mark, and that is enough to seem better than chance
    assert "better_than_chance" not in failed


def test_without_the_mark_no_feature_is_taken_for_a_mark_and_the_model_is_no_better_than_chance(
    no_signal: tuple[Records, pa.Table], gate_home: Path, tmp_path: Path
) -> None:
    text = let_in(*no_signal, tmp_path / "clean")
    failed = fails(text)
    # be it that it fails, or that too few rings were found to tell: neither is covered by the waiver that was signed
    assert "better_than_chance" in text.splitlines()[-1]
    assert not {"no_trace", "no_mark", "random_sample_not_ranked", "no_leak", "no_certainty"} & set(failed)


def test_a_world_whose_officers_prefer_a_group_is_refused_by_the_line_on_practice(
    gate_home: Path, tmp_path: Path
) -> None:
    records, truth = generate(3, 8000, "injected_bias", MANY | {"interview_share": 0.08})
    failed = fails(let_in(records, truth, tmp_path / "biased"))
    assert "PHL x F" in failed["fair_practice"]
    assert not {"no_trace", "no_mark", "random_sample_not_ranked"} & set(failed)


def test_a_mark_on_a_part_or_on_those_identified_alone_or_a_gap_is_seen(
    no_signal: tuple[Records, pa.Table], examined: Truths
) -> None:
    records = no_signal[0]
    part = examined & (np.arange(len(examined)) % 8 == 0)
    found_by_others = ids_in(
        records, pc.is_in(records["outcomes"]["arm"], value_set=pa.array(["referral", "later_identification"]))
    )
    assert not refused(traced(records))
    for rows in (part, found_by_others):
        # an income among many others: next to a rare one, a case examined by chance would be counted too
        result = traced(planted(records, "monthly_income_jpy", rows, 77_777.0))
        assert refused(result) == {"no_mark"}
        assert (result.purest, result.marked) == ("monthly_income_yen", rows.sum())
    result = traced(planted(records, "monthly_income_jpy", ~examined, 200_000.0))
    assert refused(result) >= {"no_trace", "no_mark"}
    assert result.feature == "monthly_income_yen"


def test_low_incomes_that_honest_files_have_too_are_named_as_a_leak_and_as_a_trace(
    no_signal: tuple[Records, pa.Table], examined: Truths
) -> None:
    records = no_signal[0]
    income = records["visa_applications"]["monthly_income_jpy"].to_numpy()
    low = np.random.default_rng(0).choice(income[income <= np.nanquantile(income, 0.12)], len(income))
    figures = ids_in(
        records, pc.is_in(records["outcomes"]["finding"], value_set=pa.array(["indications", "victim_identified"]))
    )
    assert not refused(leaked(records))
    # a fifth of those found escape it: at best 0.8 * 0.97 + 0.2 * 0.5
    result = leaked(planted(records, "monthly_income_jpy", figures & (np.arange(len(figures)) % 5 > 0), low))
    assert 0.85 < result.auc < 0.92
    assert refused(result) == {"no_leak"}
    assert result.feature == "monthly_income_yen"
    trace = traced(planted(records, "monthly_income_jpy", examined, low))
    assert refused(trace) == {"no_trace"}
    assert trace.feature == "monthly_income_yen"


def test_marks_in_ids_in_the_order_of_rows_in_free_text_and_in_a_column_more_move_no_feature(
    no_signal: tuple[Records, pa.Table], examined: Truths, tmp_path: Path
) -> None:
    records = no_signal[0]
    plain = build_matrix(records, "visa")
    ids = records["visa_applications"]["application_id"]
    new = pc.if_else(pa.array(examined), pc.binary_join_element_wise("0-", ids, ""), ids)
    renamed = dict(zip(ids.to_pylist(), new.to_pylist(), strict=True))
    tables = dict(records.tables)
    for name, column in (
        ("visa_applications", "application_id"),
        ("landings", "application_id"),
        ("outcomes", "subject_id"),
    ):
        table = tables[name]
        at = table.schema.get_field_index(column)
        named = pa.array(
            [renamed.get(item, item) for item in table.column(at).to_pylist()], table.schema.field(at).type
        )
        tables[name] = table.set_column(at, table.schema.field(at), named)
    order = np.argsort(~examined, kind="stable")
    table = tables["visa_applications"].take(pa.array(order))
    result = pa.array(examined[order])
    for column in ("occupation", "other_names"):
        at = table.schema.get_field_index(column)
        longer = pc.if_else(result, pc.binary_join_element_wise(table.column(at), "   ", ""), table.column(at))
        table = table.set_column(at, table.schema.field(at), longer)
    write_folder(tmp_path, Records({**tables, "visa_applications": table.append_column("was_interviewed", result)}))
    read = read_folder(tmp_path)
    assert "was_interviewed" not in read["visa_applications"].column_names
    assert_same_bits(plain, build_matrix(read, "visa"), renamed)


def assert_same_bits(item: FeatureMatrix, other: FeatureMatrix, renamed: dict[str, str]) -> None:
    row_of = {subject_id: row for row, subject_id in enumerate(other.subject_ids)}
    rows = [row_of[renamed[subject_id]] for subject_id in item.subject_ids]
    assert item.values.tobytes() == other.values[rows].tobytes()
