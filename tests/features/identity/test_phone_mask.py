"""A masked number is recognised on the form, and cannot be dialled."""

from __future__ import annotations

import pytest

from features.identity.phone_mask import mask_phone


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("090-1234-5678", "090-…-5678"), ("０９０－１２３４－５６７８", "090-…-5678"), ("+81 3 1234 5678", "031-…-5678"),
        ("+63 917 123 4567", "+63-…-4567"), ("no number", ""), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_the_middle_digits_are_left_out(text: str | None, masked: str) -> None:
    assert mask_phone(text) == masked
