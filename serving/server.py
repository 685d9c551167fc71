"""The application on a port: a free port is required, and SIGTERM ends it in order."""

from __future__ import annotations

import signal
import socket
import sys

import click
import uvicorn

from features.command_line import Problem

PORT = click.IntRange(1, 65535)


def require_free_port(host: str, port: int) -> None:
    """Check before anything starts that the port can be used.

    Raises `Problem` if it cannot.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no such address"
        raise Problem(f"cannot listen on {host}:{port}: {reason}; name another with --host or --port") from None


def run(app: object, host: str, port: int, *, workers: int = 1, factory: bool = False) -> None:
    """Serve an application until a signal; the access log is off, as it would write ids of cases to a file."""
    # uvicorn raises SIGTERM again after its shutdown: the interpreter then ends the embedded database too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(app, factory=factory, host=host, port=port, workers=workers, access_log=False)  # type: ignore[arg-type]
