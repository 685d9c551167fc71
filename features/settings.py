"""Settings of the installation, read once from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable, as the reference page lists it."""

    name: str
    meaning: str
    default: str


VARIABLES = (
    Variable("MIMAMORI_HOME", "models, keys, embedded database, MLflow", "`.mimamori`"),
    Variable("MIMAMORI_DATABASE_URL", "a PostgreSQL server, e.g. `postgresql://user@host/mimamori`", "the embedded server"),
    Variable("MIMAMORI_MLFLOW_URI", "MLflow's tracking store", "`sqlite:///$MIMAMORI_HOME/mlflow.db`"),
    Variable("MIMAMORI_SIGNING_KEY", "PEM file of the key that signs models", "`$MIMAMORI_HOME/keys/signing.pem`"),
    Variable("MIMAMORI_TRUSTED_KEYS", "PEM files, separated by `:`, of public keys that may sign a model; serving needs no private key",
             "the `.pub` beside the signing key"),
    Variable("MIMAMORI_DATA_KEY", "file of the key that encrypts records", "`$MIMAMORI_HOME/keys/data.key`"),
    Variable("MIMAMORI_LOG_KEY", "PEM file, outside `MIMAMORI_HOME`, of the key that signs checkpoints of the sealed log; created if missing",
             "none: no checkpoint is signed"),
    Variable("MIMAMORI_LOG_CHECKPOINTS", "folder, outside the database, into which the service writes a checkpoint every minute",
             "`checkpoints` beside the log's key"),
    Variable("MIMAMORI_MLFLOW_UI", "address of MLflow's pages, linked from the page about models", "no links"),
    Variable("MIMAMORI_OIDC_ISSUER", "issuer of an OpenID provider, https, at which people may sign in beside their password", "none"),
    Variable("MIMAMORI_OIDC_CLIENT", "client id at the provider", "none"),
    Variable("MIMAMORI_OIDC_SECRET", "file of the client's secret", "none: a public client, by PKCE alone"),
    Variable("MIMAMORI_OIDC_RETURN", "this service's address `https://…/sign-in/return`, as the provider knows it", "none"),
    Variable("MIMAMORI_CLOCK", "`machine`, or `records`: the end of the loaded records is today, and stays so; for records of the past", "`machine`"),
    Variable("MIMAMORI_QUEUE_DAYS", "days after which a case without an interview leaves the queue, by the desk's clock since it arrived there; with the clock `records`, never",
             "30"),
    Variable("MIMAMORI_OWN_VIEW_SHARE", "share of the cases, 0 to 1, on whose page an officer writes an own view before findings are shown; drawn by the service",
             "0.1"),
    Variable("MIMAMORI_PRACTICE_CASES", "practice cases that an officer answers before the queue and its cases open; without practice cases, none",
             "0"),
    Variable("MIMAMORI_DEMO", "`1`: `promote` asks for no second approver and a waiver covers failed lines; synthetic data only", "off"),
    Variable("MIMAMORI_TRACEBACK", "`1`: show where an unexpected error arose", "off"),
    Variable("CI", "tests: a missing browser fails instead of being skipped", "off"),
    Variable("MIMAMORI_FUZZ_CASES", "tests: generated requests per verb", "12"),
    Variable("MIMAMORI_TEST_PICTURES", "tests: folder for pictures of the pages", "none"),
    Variable("MIMAMORI_PROOFS", "tests: `full` runs the proofs at full size", "short"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An OpenID provider; ``redirect_uri`` is where it sends browsers back to."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; `VARIABLES` says where they come from.

    Attributes
    ----------
    clock
        ``machine``, or ``records``: today is the day on which the loaded records end, for records of the past.
    queue_days
        Days after which a case leaves the queue without an interview.
    own_view_share
        Share of cases on which an officer writes an own view before the findings are shown.
    practice_cases
        Practice cases that an officer answers before the queue opens.
    """

    home: Path
    database_url: str | None
    mlflow_uri: str
    signing_key_path: Path
    data_key_path: Path
    trusted_key_paths: tuple[Path, ...] = ()
    mlflow_ui: str | None = None
    clock: str = "machine"
    queue_days: int = 30
    log_key_path: Path | None = None
    checkpoint_folder: Path | None = None
    oidc: OidcSettings | None = None
    own_view_share: float = 0.0
    practice_cases: int = 0

    @property
    def trusted(self) -> tuple[Path, ...]:
        """Files of the public keys that may sign a model; that of the signing key if none are named."""
        return self.trusted_key_paths or (self.signing_key_path.with_suffix(".pub"),)

    @staticmethod
    def from_environment() -> Settings:
        """Read ``MIMAMORI_…`` from the environment."""
        home = Path(os.environ.get("MIMAMORI_HOME", ".mimamori")).absolute()
        log_key = _outside("MIMAMORI_LOG_KEY", home)
        return Settings(
            home,
            os.environ.get("MIMAMORI_DATABASE_URL") or None,
            os.environ.get("MIMAMORI_MLFLOW_URI") or f"sqlite:///{home / 'mlflow.db'}",
            Path(os.environ.get("MIMAMORI_SIGNING_KEY") or home / "keys" / "signing.pem"),
            Path(os.environ.get("MIMAMORI_DATA_KEY") or home / "keys" / "data.key"),
            tuple(Path(part) for part in os.environ.get("MIMAMORI_TRUSTED_KEYS", "").split(os.pathsep) if part),
            _web_address(os.environ.get("MIMAMORI_MLFLOW_UI")),
            _choice("MIMAMORI_CLOCK", ("machine", "records")),
            _days("MIMAMORI_QUEUE_DAYS", 30),
            log_key,
            _outside("MIMAMORI_LOG_CHECKPOINTS", home) or (None if log_key is None else log_key.parent / "checkpoints"),
            _oidc(),
            _share("MIMAMORI_OWN_VIEW_SHARE", "0.1"),
            _count("MIMAMORI_PRACTICE_CASES"),
        )


class SettingRejected(Exception):
    """Raised when the environment holds a setting that cannot be used."""


def _web_address(given: str | None) -> str | None:
    if given and urlsplit(given).scheme not in {"http", "https"}:
        raise SettingRejected("MIMAMORI_MLFLOW_UI must be an address that begins with http:// or https://")
    return given.rstrip("/") if given else None


def _oidc() -> OidcSettings | None:
    """Return the OpenID provider; raises `SettingRejected` if it is named in part, or without https."""
    names = ("MIMAMORI_OIDC_ISSUER", "MIMAMORI_OIDC_CLIENT", "MIMAMORI_OIDC_RETURN")
    issuer, client, back = (os.environ.get(name, "") for name in names)
    if not (issuer or client or back):
        return None
    if not (issuer and client and back):
        raise SettingRejected(f"{', '.join(names)} must be given together")
    for name, address in zip(("MIMAMORI_OIDC_ISSUER", "MIMAMORI_OIDC_RETURN"), (issuer, back), strict=True):
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}):
            raise SettingRejected(f"{name} must begin with https://")
    secret = os.environ.get("MIMAMORI_OIDC_SECRET")
    if secret and not Path(secret).is_file():
        raise SettingRejected("MIMAMORI_OIDC_SECRET must be a file")
    return OidcSettings(issuer.rstrip("/"), client, back, Path(secret).read_text("utf-8").strip() if secret else None)


def _outside(name: str, home: Path) -> Path | None:
    """Return the path of a setting; whoever holds the home folder shall not hold what guards the log."""
    given = os.environ.get(name)
    path = Path(given).absolute() if given else None
    if path is not None and path.is_relative_to(home):
        raise SettingRejected(f"{name} must lie outside MIMAMORI_HOME")
    return path


def _choice(name: str, allowed: tuple[str, ...]) -> str:
    given = os.environ.get(name) or allowed[0]
    if given not in allowed:
        raise SettingRejected(f"{name} must be one of {', '.join(allowed)}")
    return given


def _days(name: str, default: int) -> int:
    given = os.environ.get(name) or str(default)
    if not given.isdecimal() or not 1 <= int(given) <= 3650:
        raise SettingRejected(f"{name} must be a number of days, 1 to 3650")
    return int(given)


def _share(name: str, default: str) -> float:
    given = os.environ.get(name) or default
    try:
        share = float(given)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingRejected(f"{name} must be a share, 0 to 1")
    return share


def _count(name: str) -> int:
    given = os.environ.get(name) or "0"
    if not given.isdecimal() or int(given) > 1000:
        raise SettingRejected(f"{name} must be a count, 0 to 1000")
    return int(given)
