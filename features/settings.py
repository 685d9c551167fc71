"""How is this installation set up? The environment's settings, read once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting; see the table in the README."""

    home: Path
    database_url: str | None
    mlflow_uri: str
    signing_key_path: Path
    data_key_path: Path
    trusted_key_paths: tuple[Path, ...] = ()

    @property
    def trusted(self) -> tuple[Path, ...]:
        """Files of the public keys that may vouch for a model; the one beside the signing key if none are named."""
        return self.trusted_key_paths or (self.signing_key_path.with_suffix(".pub"),)

    @staticmethod
    def from_environment() -> Settings:
        """Read ``MIMAMORI_…`` from the environment."""
        home = Path(os.environ.get("MIMAMORI_HOME", ".mimamori")).absolute()
        return Settings(
            home,
            os.environ.get("MIMAMORI_DATABASE_URL") or None,
            os.environ.get("MIMAMORI_MLFLOW_URI") or f"sqlite:///{home / 'mlflow.db'}",
            Path(os.environ.get("MIMAMORI_SIGNING_KEY") or home / "keys" / "signing.pem"),
            Path(os.environ.get("MIMAMORI_DATA_KEY") or home / "keys" / "data.key"),
            tuple(Path(part) for part in os.environ.get("MIMAMORI_TRUSTED_KEYS", "").split(os.pathsep) if part),
        )
