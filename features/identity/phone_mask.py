"""Masked telephone numbers: enough to recognise a number on the form, too little to dial it."""

from features.identity.phone import normalise_phone

_HOME = "+81"


def mask_phone(text: str | None) -> str:
    """Return the first digits and the last four; an empty text for none and for what cannot be a number.

    >>> mask_phone("０９０-1234-5678")
    '090-…-5678'
    >>> mask_phone("+63 917 123 4567")
    '+63-…-4567'
    >>> mask_phone("none")
    ''
    """
    number = None if text is None else normalise_phone(text)
    if number is None:
        return ""
    national = f"0{number.removeprefix(_HOME)}" if number.startswith(_HOME) else number
    return f"{national[:3]}-…-{national[-4:]}"
