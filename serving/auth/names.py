"""Names of accounts: the form that is stored and compared, and which may be given."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 64
_NAME = re.compile(r"[\w.@+-]+( [\w.@+-]+)*")


def canonical_name(name: str) -> str:
    """Return a name in the form that is stored and compared.

    >>> canonical_name(" ｏｆｆｉｃｅｒ　１ ")
    'officer 1'
    """
    return unicodedata.normalize("NFKC", name).strip()


def name_is_usable(name: str) -> bool:
    """Return whether a name has letters, digits and a few signs only, as it is shown beside acts."""
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(canonical_name(name)) is not None
