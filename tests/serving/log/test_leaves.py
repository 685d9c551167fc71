"""Leaves: canonical bytes, and positions without gaps under sixteen writers.

Covers: log.leaves, store.log_leaves.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import rfc8785
from sqlalchemy import text

from serving.log.leaves import append, canonical, commitment, hash_of_leaf, row_content
from serving.log.tree import leaf_hash
from serving.log.verification import verify_log
from serving.store import log_leaves
from tests.serving.log.conftest import SmallLog

WRITERS, ACTS = 16, 12


@pytest.mark.parametrize(
    "content",
    [{}, {"b": None, "a": True}, {"text": 'a"\\\n\t\x01/é見\u2028😀', "list": ["x", {"z": "1", "a": "0x1.8p+1"}]}],
)
def test_contents_are_written_as_rfc_8785_says(content: dict[str, object]) -> None:
    assert canonical(content) == rfc8785.dumps(content)  # type: ignore[arg-type]


def test_a_row_is_sealed_bit_for_bit_and_long_texts_by_their_hash() -> None:
    row = '{"a": 0.1, "b": 0.10000000000000002, "c": 12345678901234567890, "d": "NaN", "e": null, "f": "%s", "g": "%s"}'
    content = row_content(row % ("x" * 128, "x" * 129))
    assert content["a"] == (0.1).hex() != content["b"]
    assert (content["c"], content["d"], content["e"], content["f"]) == ("12345678901234567890", "NaN", None, "x" * 128)
    assert isinstance(content["g"], dict)
    assert list(content["g"]) == ["sha256"]


def test_a_leaf_is_the_hash_of_kind_id_and_commitment() -> None:
    committed = commitment(b"n" * 16, b"{}")
    leaf = b'{"commitment":"' + committed.hex().encode() + b'","id":"A-1","kind":"decision"}'
    assert hash_of_leaf("decision", "A-1", committed) == leaf_hash(leaf)


def test_sixteen_writers_leave_no_gap_and_no_fault(small_log: SmallLog) -> None:
    barrier, engine = Barrier(WRITERS), small_log.engine

    def write(writer: int) -> None:
        barrier.wait()
        for act in range(ACTS):
            with engine.connect() as connection, connection.begin() as transaction:
                append(connection, "test", f"{writer}-{act}", {"nonce": os.urandom(4).hex()})
                # an act that fails takes its position back
                if act % 3 == 2:
                    transaction.rollback()

    with engine.connect() as connection:
        before = log_leaves.size(connection)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with engine.connect() as connection:
        positions = connection.execute(text("select position from serving.log_leaf order by position")).scalars().all()
        assert positions == list(range(before + WRITERS * ACTS * 2 // 3))
        assert list(verify_log(connection, small_log.known)) == []
