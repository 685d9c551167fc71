"""Command line: a single program, to which each room adds its commands by entry points."""

import os
from importlib.metadata import EntryPoint, entry_points
from urllib.parse import urlsplit

import click

from features.error_origin import origin
from features.settings import SettingRejected
from features.tables.faults import RecordsRejected


class Problem(click.ClickException):
    """Fault that the user can mend: a single clear line, exit code 1."""

    exit_code = 1


def _scheduler_address(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    try:
        parts = urlsplit(value or "tcp://none:1")
        valid = parts.scheme in {"tcp", "tls"} and parts.hostname and parts.port
    except ValueError:  # a port that is no number
        valid = False
    if not valid:
        raise click.BadParameter("expected the address of a Dask scheduler, such as tcp://127.0.0.1:8786")
    return value


cluster_option = click.option(
    "--cluster",
    metavar="ADDR",
    callback=_scheduler_address,
    help="Compute on the workers of the Dask scheduler at this address (tcp://HOST:8786); the results are the same. "
    "The workers need the same Mimamori, and must see the folder under the same path.",
)


_ROOMS = {"features", "models", "serving", "training", "synthetic_data"}
_NO_DATABASE = {"OperationalError", "ArgumentError", "NoSuchModuleError"}


def _foreseen(error: Exception) -> str | None:
    """Return what to do about an error of our own, which quotes no record, or of a library by its kind; None for others."""
    kind = type(error)
    if kind.__module__.partition(".")[0] in _ROOMS:
        return str(error)
    if kind.__name__ == "InvalidTag":
        return "a stored record cannot be decrypted: MIMAMORI_DATA_KEY is not the key it was stored with, or the database was changed"
    if kind.__module__.partition(".")[0] == "mlflow":
        code = getattr(error, "error_code", kind.__name__)
        return f"MLflow refused ({code}); check MIMAMORI_MLFLOW_URI, and in its pages that nothing this command needs was deleted"
    return None


class _Commands(click.Group):
    """Commands by entry point, so that no room imports another."""

    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group="mimamori.commands")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._points())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        point = self._points().get(cmd_name)
        if point is None:
            return None
        command: click.Command = point.load()
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (RecordsRejected, SettingRejected) as rejected:
            raise Problem(str(rejected)) from None
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            if os.environ.get("MIMAMORI_TRACEBACK"):
                raise
            raise Problem(
                f"{error.filename or 'a file or address'}: {error.strerror or type(error).__name__}"
            ) from None
        except Exception as error:
            if os.environ.get("MIMAMORI_TRACEBACK"):
                raise
            if type(error).__module__ == "sqlalchemy.exc" and type(error).__name__ in _NO_DATABASE:
                raise Problem(
                    "the database cannot be reached; MIMAMORI_DATABASE_URL must look like postgresql://user@host/name"
                ) from None
            message = _foreseen(error)
            if message is not None:
                raise Problem(message) from None
            # the error's own message might quote a record, so only its kind is shown
            raise Problem(
                f"the command stopped before its end: {origin(error)}; send this line to those who maintain it "
                "(MIMAMORI_TRACEBACK=1 shows more)"
            ) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mimamori")
def main() -> None:
    """Mimamori: whom to offer a protective interview next, and why. 見守り：保護面接の優先順位と理由。

    It never decides and never recommends refusal.
    """


if __name__ == "__main__":
    main(prog_name="mimamori")
