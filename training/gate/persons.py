"""Who approves, and why? Person ids and reasons as given on the command line, on a line each."""

from __future__ import annotations

import re
import unicodedata

ID_LENGTH, REASON_LENGTH = 80, 300
MIN_REASON = 8
"""Letters and digits that a reason needs."""
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&!$])")


class NotSigned(ValueError):
    """Raised where an id or reason cannot be used; states the expectation."""


def person_id(text: str) -> str:
    """Person id with single spaces; raises `NotSigned` without letters or digits, or on more than a line.

    >>> person_id(" E104233 ")
    'E104233'
    """
    return _line(text, "a person id", ID_LENGTH, 1)


def reason(text: str) -> str:
    """Reason with single spaces; raises `NotSigned` if too short, too long, or on more than a line."""
    return _line(text, "a reason", REASON_LENGTH, MIN_REASON)


def same_person(first: str, second: str) -> bool:
    """Whether two ids are equal up to width, case and spaces.

    >>> same_person("e104233", "Ｅ104233"), same_person("E104233", "E104234")
    (True, False)
    """
    return _normalised(first) == _normalised(second)


def as_markdown(text: str) -> str:
    r"""Text that a Markdown page shows as typed.

    >>> print(as_markdown("# <b>A</b>"))
    \# \<b\>A\</b\>
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _line(text: str, what: str, length: int, fewest: int) -> str:
    if any(unicodedata.category(sign) in _INVISIBLE for sign in text.strip()):
        raise NotSigned(f"{what} is a line without control or formatting characters")
    line = " ".join(text.split())
    if len(line) > length or sum(map(str.isalnum, line)) < fewest:
        raise NotSigned(f"{what} has {fewest} or more letters or digits and at most {length} characters")
    return line
