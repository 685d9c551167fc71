"""Covers: tracking.registry, tracking.signature."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from features.catalogue import catalogue
from features.matrix import build_matrix
from features.settings import Settings
from features.tables import Records
from features.tables.folder import write_folder
from models.bundle import load_bundle
from models.signatures import load_or_create_key
from training.tracking.registry import Registry, forget_the_machine

# what a scientist elsewhere would type: nothing of ours is imported, and site-packages are added by hand so that
# not even an installed copy of this project is found
PLAIN = """
import sys
sys.path.append(sys.argv[1])
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[2])
model = mlflow.pyfunc.load_model("models:/visa@challenger")
records = pandas.read_csv(sys.argv[3] + "/visa_applications.csv", dtype=str, keep_default_na=False).tail(20)
told = model.predict(records, params={"history_folder": sys.argv[3]})
same = model.predict(pandas.read_parquet(sys.argv[5]).tail(20), params={"history_folder": sys.argv[3]})
assert same.equals(told), "read_parquet"
alone = model.predict(records, params={"without_history": True})
assert not alone["score"].equals(told["score"]), "history"
for unclear in (None, {"history_folder": ""}, {"history_folder": sys.argv[3], "without_history": True}):
    try:
        model.predict(records, params=unclear)
    except Exception as error:
        assert "history_folder" in str(error) and "without_history" in str(error), error
    else:
        raise AssertionError(unclear)
import features
where = features.__file__
told.map(float.hex).assign(subject_id=records["application_id"], where=where).to_json(sys.argv[4], orient="records")
"""


@pytest.fixture(scope="module")
def client(home_settings: Settings) -> MlflowClient:
    return MlflowClient(home_settings.mlflow_uri)


def test_each_subject_has_an_experiment_whose_runs_say_what_they_were_derived_from(client: MlflowClient) -> None:
    experiment = client.get_experiment_by_name("mimamori-visa")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) >= 2
    assert runs[0].data.params["rounds"] == "60"
    assert len(runs[0].data.tags["data_sha256"]) == len(runs[0].data.tags["code_sha256"]) == 64
    assert len(runs[0].data.tags["code_version"]) >= 5


def test_data_used_twice_in_a_run_are_logged_for_each_use_with_rows_and_schema(client: MlflowClient) -> None:
    experiment = client.get_experiment_by_name("mimamori-visa")
    assert experiment is not None
    [run, *_] = client.search_runs([experiment.experiment_id])
    observed = {item.tags[0].value: item.dataset for item in run.inputs.dataset_inputs}
    assert set(observed) == {"fit", "evaluation"}
    for dataset in observed.values():
        assert json.loads(dataset.source)["tags"]["rows"] == "4000"
        names = [column["name"] for column in json.loads(dataset.schema)["mlflow_colspec"]]
        assert tuple(names) == catalogue("visa").names


def test_system_metrics_are_sampled_while_a_run_is_open(client: MlflowClient) -> None:
    experiment = client.get_experiment_by_name("mimamori-visa")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert any("system/cpu_utilization_percentage" in run.data.metrics for run in runs)


def test_where_the_code_lies_is_taken_out_of_a_run(client: MlflowClient) -> None:
    experiment = client.get_experiment_by_name("mimamori-visa")
    assert experiment is not None
    run_id = client.search_runs([experiment.experiment_id])[0].info.run_id
    client.set_tag(run_id, "mlflow.source.git.repoURL", "/somewhere/on/this/machine")
    client.set_tag(run_id, "kept", "yes")
    forget_the_machine(client, run_id)
    tags = client.get_run(run_id).data.tags
    assert "mlflow.source.git.repoURL" not in tags
    assert tags["kept"] == "yes"


def test_a_run_about_drift_names_its_command_and_the_version_it_compares_with(
    home_settings: Settings, client: MlflowClient
) -> None:
    run_of_first = client.get_model_version("visa", "1").run_id
    sha256 = client.get_run(run_of_first).data.tags["bundle_sha256"]
    for served, named in ((sha256, "visa version 1"), ("0" * 64, "visa 000000000000")):
        with Registry(home_settings).run("visa", tags={"kind": "drift", "model_sha256": served}) as run:
            pass
        result = client.get_run(run.run_id)
        client.delete_run(run.run_id)
        assert result.data.tags["mlflow.source.name"] == "mimamori drift"
        assert result.data.tags["compared_with"] == named
        assert result.info.run_name.startswith("visa 2")
        assert result.info.run_name.endswith(f" drift since {named}")


def test_no_run_or_model_carries_the_login_name_or_a_path_of_this_machine(client: MlflowClient) -> None:
    experiment = client.get_experiment_by_name("mimamori-visa")
    assert experiment is not None
    for run in client.search_runs([experiment.experiment_id]):
        assert run.data.tags["mlflow.user"] == "mimamori"
        assert run.info.user_id in {"", None, "mimamori"} or run.info.user_id != getpass.getuser()
        assert not any(value.startswith("/") for value in run.data.tags.values())
        assert not any("repourl" in name.lower() for name in run.data.tags)
    for version in ("1", "2"):
        model = client.get_model_version("visa", version)
        assert (model.user_id or "") != getpass.getuser()
    for model in client.search_logged_models([experiment.experiment_id]):
        assert getpass.getuser() not in model.tags.values()
        assert not any(str(value).startswith("/") for value in model.tags.values())


def test_the_newest_version_is_the_challenger_with_signature_and_example(home_settings: Settings) -> None:
    mlflow.set_tracking_uri(home_settings.mlflow_uri)
    info = mlflow.models.get_model_info("models:/visa@challenger")
    assert info.signature is not None
    assert info.signature.inputs.input_names()[0] == "application_id"
    assert info.signature.outputs.input_names()[:3] == ["score", "raw_score", "base_value"]
    assert info.saved_input_example_info is not None
    example = mlflow.pyfunc.load_model("models:/visa@challenger").input_example
    assert example is not None
    assert (
        len(mlflow.pyfunc.load_model("models:/visa@challenger").predict(example, params={"without_history": True}))
        == len(example)
        == 3
    )


def test_a_plain_mlflow_client_scores_records_with_the_same_bits_as_the_bundle(
    home_settings: Settings, small_records: Records, tmp_path: Path
) -> None:
    write_folder(tmp_path / "records", small_records, csv=True)
    (tmp_path / "plain.py").write_text(PLAIN, encoding="utf-8")
    write_folder(tmp_path / "parquet", small_records)
    words = [
        sysconfig.get_paths()["purelib"], home_settings.mlflow_uri, str(tmp_path / "records"), str(tmp_path / "told"),
        str(tmp_path / "parquet" / "visa_applications.parquet"),
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["NUMBA_DISABLE_JIT"] = "1"  # compiling anew beside the model takes longer than twenty records do
    done = subprocess.run(
        [sys.executable, "-I", "-S", "plain.py", *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = {row["subject_id"]: row for row in json.loads((tmp_path / "told").read_text(encoding="utf-8"))}
    assert all("mlflow-artifacts" in row["where"] for row in result.values())
    matrix = build_matrix(small_records, "visa")
    [folder, *_] = sorted((home_settings.home / "mlflow-artifacts").rglob("model.txt"))
    key = load_or_create_key(home_settings.signing_key_path).public_key()
    explained = load_bundle(folder.parent, trusted=[key], catalogue=catalogue("visa")).explain(matrix.values)
    assert len(result) == 20
    for at in [matrix.subject_ids.index(subject_id) for subject_id in result]:
        subject_id = matrix.subject_ids[at]
        assert result[subject_id]["score"] == float(explained.score[at]).hex()
        for column, name in enumerate(matrix.catalogue.names):
            assert result[subject_id][f"shap_{name}"] == float(explained.contributions[at, column]).hex()
