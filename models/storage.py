"""Where are model folders stored, and how is one replaced? A folder for each hash, and a link swapped atomically."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from models.manifest import FILES, PEERS
from models.manifest import NAME as MANIFEST
from models.tree_text import SIZE_LIMIT, BundleRejected

KEPT = "kept"
SIGNATURE = "signature"
ALL_FILES = (*FILES, MANIFEST, SIGNATURE)


def read_files(folder: Path) -> dict[str, bytes]:
    """Bytes of a model's files, by name.

    The folder is opened once, so that a swap cannot mix two models; pipes, devices and links are not read.

    Raises
    ------
    BundleRejected
        If there are other files than those of a model, or one is not a plain file of a sensible size.
    """
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            names = set(os.listdir(held))  # noqa: PTH208 (the opened folder, even if its name now leads elsewhere)
            if names - {PEERS} != set(ALL_FILES):
                raise BundleRejected("other files than those of a model", folder.name, ", ".join(sorted(ALL_FILES)))
            return {name: _read(held, name) for name in sorted(names)}
        finally:
            os.close(held)
    except OSError as error:
        raise BundleRejected(f"cannot be read ({type(error).__name__})", folder.name, "a model folder") from None


def _read(held: int, name: str) -> bytes:
    # without O_NONBLOCK opening a pipe without a writer would block
    with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=held), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > SIZE_LIMIT:
            raise BundleRejected("no plain file, or too large", name, f"a file of at most {SIZE_LIMIT} bytes")
        content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise BundleRejected("too large", name, f"at most {SIZE_LIMIT} bytes")
    return content


def copy_bundle(source: Path, target: Path) -> None:
    """Replace a model by another atomically.

    The files go to ``kept/<sha256>`` in the home folder, two above the target (``champions/visa``), and stay there so that
    old decisions can be recomputed; the target becomes a link to them.

    Raises
    ------
    BundleRejected
        If the source is no model folder.
    """
    content = read_files(source)
    folder = target.parent.parent / KEPT / hashlib.sha256(content[MANIFEST]).hexdigest()
    _keep(content, folder)
    if target != folder:
        _point(target, folder)


def _keep(content: dict[str, bytes], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_dir() and not folder.is_symlink():
        if all((folder / name).is_file() and (folder / name).read_bytes() == content[name] for name in content):
            return
        # other content under this hash
        _put_aside(folder)
    staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".staged-"))
    for name, written in content.items():
        with (staged / name).open("wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
    # the service may run as another user than training
    staged.chmod(0o755)
    try:
        staged.rename(folder)
    except OSError:
        shutil.rmtree(staged)
        if not folder.is_dir():
            raise


def _point(target: Path, folder: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        # a folder of an earlier installation: a link cannot replace it in one step
        _put_aside(target)
    staged = Path(tempfile.mkdtemp(dir=target.parent, prefix=".staged-"))
    link = staged / "link"
    link.symlink_to(os.path.relpath(folder, target.parent))
    link.replace(target)
    staged.rmdir()


def _put_aside(folder: Path) -> None:
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".old-"))
    folder.rename(aside / "old")
    shutil.rmtree(aside)
