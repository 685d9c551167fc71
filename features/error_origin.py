"""Kind and source line of an error, for logs and messages: its own text may quote a record."""

from pathlib import Path
from traceback import extract_tb

_ROOT = Path(__file__).parent.parent


def origin(error: BaseException) -> str:
    """Return kind and source line of an error, never its message."""
    frames = [frame for frame in extract_tb(error.__traceback__) if _ROOT in Path(frame.filename).parents]
    own = [frame for frame in frames if ".venv" not in Path(frame.filename).parts]
    if not own:
        return type(error).__name__
    last = own[-1]
    return f"{type(error).__name__} at {Path(last.filename).relative_to(_ROOT)}:{last.lineno} in {last.name}"
