"""Bad input to every command: one clear error, exit code 1 or 2, nobody's data in it, and nothing stored is lost."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.exceptions import InvalidTag
from mlflow.exceptions import MlflowException
from sqlalchemy import text

from features.command_line import main
from features.database import open_engine
from features.settings import Settings
from features.store.records import OtherLayout
from features.tables import write_folder
from models.signatures import load_or_create_key
from synthetic_data.world import generate
from tests.conftest import run
from tests.features.tables.folders import folder, good
from tests.serving.conftest import train_model

EARLIER = b"an earlier result"
PLANTED = ("Plantedfamily", "Plantedgiven", "Plantedstreet", "1901-02-03x", "090-0000-PLANTED")


@dataclass(frozen=True)
class Place:
    """Folders good and bad, by the names that the table below uses."""

    settings: Settings
    names: Mapping[str, str]

    def ask(self, words: str, **environment: str) -> Result:
        """Run a command; NAME in capitals stands for a folder or file of this place."""
        given = [self.names.get(word, word) for word in words.split(" ") if word]
        return CliRunner().invoke(main, given, env=environment, prog_name="mimamori")

    def stored(self) -> tuple[int, ...]:
        """Return how much is in the store, and the files of a stranger's own that no failure may touch."""
        engine = open_engine(self.settings)
        counted = "(select count(*) from records.record), (select coalesce(max(position), 0) from records.record)"
        with engine.connect() as connection:
            found = connection.execute(text(f"select {counted}, (select count(*) from records.posting)")).one()
        engine.dispose()
        return tuple(int(one) for one in found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    at = tmp_path_factory.mktemp("bad")
    world = generate(71, 300)[0]
    write_folder(at / "good", world)
    write_folder(at / "csv", world, csv=True)
    folder(at / "spoiled", "visa_applications", [
        good("visa_applications", family_name="Plantedfamily\x07", given_names="Plantedgiven", birth_date="1901-02-03x",
             home_address="Plantedstreet\x00 1", sex="Plantedgiven", intended_stay_days="Plantedgiven"),
    ])  # fmt: skip
    folder(at / "once_more", "tip_database", [])
    (at / "nothing").mkdir()
    folder(at / "empty")
    for path in (at / "empty").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    shutil.copytree(at / "csv", at / "garbage")
    (at / "garbage" / "landings.csv").write_bytes(b"\xff\xfe\x00 Plantedfamily\n\x00")
    shutil.copytree(at / "good", at / "refusals")
    with (at / "csv" / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (at / "refusals" / "outcomes.parquet").unlink()
    with (at / "refusals" / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "visa_refused"])
        writer.writeheader()
        writer.writerows({**row, "visa_refused": "True"} for row in rows)
    (at / "result.parquet").write_bytes(EARLIER)
    (at / "result.csv").write_bytes(EARLIER)
    (at / "policy.toml").write_text("lines = [")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIMAMORI_HOME", str(at / "home"))
        for name in ("MIMAMORI_DATABASE_URL", "MIMAMORI_MLFLOW_URI", "MIMAMORI_TRACEBACK"):
            patch.delenv(name, raising=False)
        settings = Settings.from_environment()
        load_or_create_key(settings.signing_key_path)
        train_model(world, "visa", at / "model", settings, rounds=3)
        shutil.copytree(at / "model", at / "tampered")
        (at / "tampered" / "model.txt").write_bytes((at / "model" / "model.txt").read_bytes().replace(b"=", b" =", 1))
        names = {one.name.upper(): str(one) for one in at.iterdir()}
        names |= {"OUT": str(at / "result.parquet"), "OUT.CSV": str(at / "result.csv"), "MISSING": str(at / "missing"),
                  "NOWHERE": str(at / "missing" / "x.parquet"), "RECORDS": str(at / "good" / "landings.parquet"),
                  "FILE": str(at / "result.csv"), "TEXT": str(at / "x.txt"), "NEW": str(at / "missing.parquet")}  # fmt: skip
        made = Place(settings, names)
        loaded = made.ask("load GOOD")
        assert loaded.exit_code == 0, loaded.output
        yield made


# what is asked, the exit code, and words that the one error must hold
TABLE: list[tuple[str, int, str]] = [
    ("nonsense", 2, "No such command"),
    ("--nonsense", 2, "No such option"),
    ("world", 2, "--out"),
    ("world --out MISSING --applications -5", 2, "200<=x"),
    ("world --out MISSING --applications many", 2, "--applications"),
    ("world --out MISSING --seed -1", 2, "--seed"),
    ("world --out MISSING --scenario paradise", 2, "--scenario"),
    ("world --out MISSING --set nonsense=1", 2, "--set"),
    ("world --out MISSING --processes 0", 2, "--processes"),
    ("world --out FILE", 2, "is a file"),
    ("check", 2, "FOLDER"),
    ("check MISSING", 2, "does not exist"),
    ("check FILE", 2, "is a file"),
    ("check GOOD --limit -1", 2, "--limit"),
    ("check NOTHING", 1, "9 fault(s)"),
    ("check SPOILED", 1, "visa_applications.birth_date row 1"),
    ("check SPOILED --json", 1, '"column": "birth_date"'),
    ("check GARBAGE", 1, "landings"),
    ("check REFUSALS", 1, "outcomes.visa_refused"),
    ("features MISSING --subject visa --out OUT", 2, "does not exist"),
    ("features GOOD --out OUT", 2, "--subject"),
    ("features GOOD --subject sponsor --out OUT", 2, "--subject"),
    ("features GOOD --subject visa", 2, "--out"),
    ("features GOOD --subject visa --out TEXT", 2, ".parquet or .csv"),
    ("features GOOD --subject visa --out NOWHERE", 1, "does not exist"),
    ("features GOOD --subject visa --out RECORDS", 1, "is a table of these records"),
    ("features GOOD --subject visa --out OUT --cluster nonsense", 2, "--cluster"),
    ("features NOTHING --subject visa --out OUT", 1, "visa_applications"),
    ("features SPOILED --subject visa --out OUT", 1, "birth_date"),
    ("features SPOILED --subject entry --out OUT.CSV", 1, "birth_date"),
    ("features GARBAGE --subject visa --out OUT", 1, "landings"),
    ("features REFUSALS --subject visa --out OUT", 1, "visa_refused"),
    ("train MISSING", 2, "does not exist"),
    ("train GOOD --subject everybody", 2, "--subject"),
    ("train GOOD --threads 0", 2, "--threads"),
    ("train GOOD --tune-seconds 5", 2, "--tune"),
    ("train NOTHING", 1, "visa_applications"),
    ("train SPOILED", 1, "birth_date"),
    ("train REFUSALS", 1, "visa_refused"),
    ("train EMPTY", 1, "no model for visa, entry"),
    ("promote", 2, "MODEL"),
    ("promote everybody", 2, "MODEL is visa or entry"),
    ("promote visa", 1, "no model visa@challenger"),
    ("promote visa@7 --approver A", 1, "visa"),
    ("promote visa --waiver nobody", 2, "PERSON_ID: WHY"),
    ("promote visa --waive line", 2, "--waiver"),
    ("promote visa --policy MISSING", 2, "does not exist"),
    ("promote visa --policy POLICY.TOML", 1, "policy"),
    ("rollback", 2, "visa|entry"),
    ("rollback both", 2, "visa"),
    ("rollback visa", 1, "there is no champion for visa"),
    ("papers --nonsense", 2, "No such option"),
    ("drift GOOD", 2, "--subject"),
    ("drift MISSING --subject visa", 2, "does not exist"),
    ("drift GOOD --subject visa", 1, "no champion"),
    ("score GOOD --subject visa --out OUT", 1, "no champion"),
    ("score GOOD --subject visa --out OUT --from yesterday", 2, "--from"),
    ("score GOOD --subject visa --out OUT --bundle NOTHING", 1, "refused"),
    ("score GOOD --subject visa --out OUT --bundle TAMPERED", 1, "bytes were changed"),
    ("score GOOD --subject entry --out OUT --bundle MODEL", 1, "another subject"),
    ("score GOOD --subject visa --out NOWHERE --bundle MODEL", 1, "does not exist"),
    ("score GOOD --subject visa --out RECORDS --bundle MODEL", 1, "is a table of these records"),
    ("score GOOD --subject visa --out TEXT --bundle MODEL", 2, ".parquet or .csv"),
    ("score SPOILED --subject visa --out OUT --bundle MODEL", 1, "birth_date"),
    ("score NOTHING --subject visa --out OUT.CSV --bundle MODEL", 1, "visa_applications"),
    ("load MISSING", 2, "does not exist"),
    ("load NOTHING", 1, "visa_applications"),
    ("load SPOILED", 1, "birth_date"),
    ("load GARBAGE", 1, "landings"),
    ("load REFUSALS", 1, "visa_refused"),
    ("load GOOD", 1, "already stored"),
    ("load CSV", 1, "already stored"),
    ("watch-list", 2, "import"),
    ("watch-list import", 2, "FILE"),
    ("watch-list import POLICY.TOML --out NOWHERE", 1, "does not exist"),
    ("watch-list import POLICY.TOML --out TEXT", 2, ".parquet or .csv"),
    ("watch-list import POLICY.TOML --out OUT", 1, "exists"),
    ("watch-list import POLICY.TOML --out NEW", 1, "tip_database row 1"),
    ("watch-list import POLICY.TOML --out NEW --role broker", 2, "--role"),
    ("watch-list import RESULT.PARQUET --out NEW", 1, "no JSON object"),
    ("watch-list import RECORDS --out NEW", 1, "no UTF-8 text"),
    ("watch-list export MISSING --out NEW", 2, "does not exist"),
    ("watch-list export SPOILED --out NEW", 1, "birth_date"),
    ("watch-list export GOOD --out OUT", 1, "exists"),
    ("watch-list export GOOD --out NOWHERE", 1, "x.parquet"),
    ("serve --port 0", 2, "--port"),
    ("serve --port 99999", 2, "--port"),
    ("serve --workers 0", 2, "--workers"),
    ("serve --host no.such.host.invalid", 1, "cannot listen"),
    ("account create x --role officer", 2, "needs --post"),
    ("account create x --role feed", 2, "key create --role feed"),
    ("account create <x> --role admin", 2, "NAME is 1 to 64"),
    ("account disable nobody", 1, "mimamori account list"),
    ("account password nobody", 1, "mimamori account list"),
    ("account link nobody x", 1, "MIMAMORI_OIDC_ISSUER"),
    ("key revoke 999", 1, "mimamori key list"),
    ("key rotate x", 2, "valid integer"),
    ("key create", 2, "--role"),
    ("key create --role king", 2, "--role"),
    ("key create --role officer", 2, "--post"),
    ("key create --role officer --post XX", 2, "features/tables/schema"),
    ("prior --worlds 0", 2, "--worlds"),
    ("reference --applications 10", 2, "--applications"),
    ("vignettes nothing", 2, "visa"),
    ("key destroy", 2, "No such command"),
    ("replay", 2, "ID"),
    ("replay nonsense", 1, "no decision"),
    ("replay ';--", 1, "no decision"),
    ("log", 2, "verify"),
    ("log erase", 2, "No such command"),
    ("pack --from 2013-01-01 --to 2014-01-01 --out FILE", 2, "is a file"),
    ("shadow", 2, "start"),
    ("shadow begin", 2, "No such command"),
    ("shadow start visa", 1, "there is no champion"),
    ("shadow start both --until 2999-01-01", 2, "visa"),
    ("shadow start visa --until tomorrow", 2, "--until"),
    ("shadow start visa --until 2999-01-01", 1, "there is no champion"),
    ("shadow stop visa", 1, "no shadow runs"),
    ("shadow report visa", 1, "no shadow for visa yet"),
    ("erase", 2, "Missing argument"),
    ("erase everybody ID --reason x", 2, "is not one of"),
    ("erase visa A-1", 2, "--reason"),
    ("erase visa A-NOBODY --reason x --yes", 1, "no such record"),
    ("retention everything", 2, "unexpected extra argument"),
    ("demo --applications 3", 2, "--applications"),
    ("demo --port 0", 2, "--port"),
    ("demo --seed -1", 2, "--seed"),
]


def test_every_command_is_in_the_table() -> None:
    tried = {words.split(" ")[0] for words, _, _ in TABLE}
    assert tried >= set(CliRunner().invoke(main, ["--help"]).output.split("Commands:")[1].split()) & set(
        main.list_commands(None)  # type: ignore[arg-type]
    )
    assert tried >= set(main.list_commands(None))  # type: ignore[arg-type]


@pytest.mark.parametrize(("words", "code", "expected"), TABLE)
def test_bad_input_gets_one_clear_error_and_loses_nothing(place: Place, words: str, code: int, expected: str) -> None:
    before = place.stored()
    records = Path(place.names["RECORDS"]).read_bytes()
    result = place.ask(words)
    assert result.exit_code == code, result.output
    assert expected in result.output
    assert isinstance(result.exception, SystemExit)
    assert result.output.count("Error:") <= 1
    assert "Traceback" not in result.output
    assert "before its end" not in result.output
    assert not any(word in result.output for word in PLANTED)
    assert place.stored() == before
    assert Path(place.names["RECORDS"]).read_bytes() == records
    for earlier in ("OUT", "OUT.CSV"):
        assert Path(place.names[earlier]).read_bytes() == EARLIER
    assert not list(Path(place.names["OUT"]).parent.glob(".*.part"))


@pytest.mark.parametrize(
    ("words", "setting", "value", "expected"),
    [
        ("load GOOD", "MIMAMORI_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/x", "database cannot be reached"),
        ("log verify", "MIMAMORI_DATABASE_URL", "nonsense", "database cannot be reached"),
        ("load GOOD", "MIMAMORI_HOME", "/proc/nowhere", "/proc/nowhere"),
        ("score GOOD --subject visa --out OUT --bundle MODEL", "MIMAMORI_TRUSTED_KEYS", "/no/such.pub", "MIMAMORI_TRUSTED_KEYS"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(
    place: Place, words: str, setting: str, value: str, expected: str
) -> None:
    result = place.ask(words, **{setting: value})
    assert result.exit_code == 1, result.output
    assert expected in result.output
    assert "before its end" not in result.output


def test_a_stranger_at_the_shell_sees_the_same(place: Place) -> None:
    done = run("load", place.names["SPOILED"], home=place.settings.home, expect=1)
    assert "birth_date" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not any(word in done.stdout + done.stderr for word in PLANTED)


def test_an_unforeseen_error_shows_its_kind_and_none_of_its_words(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise ZeroDivisionError("Plantedfamily")

    monkeypatch.setattr("features.commands.read_folder", broken)
    result = place.ask("load GOOD")
    assert result.exit_code == 1
    assert "the command stopped before its end: ZeroDivisionError" in result.output
    assert "Planted" not in result.output


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OtherLayout(), "load them again into a new database"),
        (InvalidTag("Plantedfamily"), "MIMAMORI_DATA_KEY is not the key"),
        (MlflowException("Plantedfamily"), "MLflow refused (INTERNAL_ERROR)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_foreseen_error_says_what_to_do(
    place: Place, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: str
) -> None:
    def broken(_: Path) -> None:
        raise error

    monkeypatch.setattr("features.commands.read_folder", broken)
    result = place.ask("load GOOD")
    assert result.exit_code == 1
    assert expected in result.output
    assert "before its end" not in result.output
    assert "Planted" not in result.output
