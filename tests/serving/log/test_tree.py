"""Public vectors of RFC 6962: the eight leaves of the reference implementation of certificate transparency."""

from __future__ import annotations

import time

import pytest

from serving.log.tree import (
    EMPTY_ROOT,
    Frontier,
    ProofRejected,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
_A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {
    (0, 1): (),
    (0, 8): (_A, _B, _C),
    (5, 8): (_D, _E, ROOTS[3]),
    (2, 3): (ROOTS[1],),
    (1, 5): (ROOTS[0], _B, _D),
}
"""Proof by (position, size)."""
CONSISTENCY = {(1, 1): (), (1, 8): (_A, _B, _C), (6, 8): (_F, _E, ROOTS[3]), (2, 5): (_B, _D)}
"""Proof by (former size, size)."""
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def many(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


def changed(proof: list[bytes]) -> list[list[bytes]]:
    """Return every proof that differs in a single hash: a flipped bit, a hash less, a hash more, a hash cut short."""
    results = []
    for at, node in enumerate(proof):
        results += [[*proof[:at], bytes([node[0] ^ 1]) + node[1:], *proof[at + 1 :]]]
        results += [[*proof[:at], node[:-1] + bytes([node[-1] ^ 128]), *proof[at + 1 :]]]
        results += [[*proof[:at], node[:-1], *proof[at + 1 :]], [*proof[:at], *proof[at + 1 :]]]
    return [*results, *([*proof[:at], b"x" * 32, *proof[at:]] for at in range(len(proof) + 1))]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_public_vectors(size: int) -> None:
    assert tree_root(HASHES[:size]).hex() == ROOTS[size - 1]
    frontier = Frontier()
    frontier.extend(HASHES[:size])
    assert (frontier.size, frontier.root().hex()) == (size, ROOTS[size - 1])


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert tree_root([]) == Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("position", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_public_vectors(position: int, size: int) -> None:
    proof = inclusion_proof(HASHES[:size], position)
    assert [node.hex() for node in proof] == list(INCLUSION[position, size])
    verify_inclusion(HASHES[position], position, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("former", "size"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_public_vectors(former: int, size: int) -> None:
    proof = consistency_proof(HASHES[:size], former)
    assert [node.hex() for node in proof] == list(CONSISTENCY[former, size])
    verify_consistency(former, bytes.fromhex(ROOTS[former - 1]), size, bytes.fromhex(ROOTS[size - 1]), proof)


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65])
def test_every_inclusion_proof_verifies_and_no_change_of_it_does(size: int) -> None:
    hashes = many(size)
    root = tree_root(hashes)
    for position, leaf in enumerate(hashes):
        proof = inclusion_proof(hashes, position)
        verify_inclusion(leaf, position, size, proof, root)
        for wrong in changed(proof):
            with pytest.raises(ProofRejected):
                verify_inclusion(leaf, position, size, wrong, root)
        for values in (
            (leaf_hash(b"other"), position, root),
            (leaf, position, leaf),
            (leaf, size, root),
            (leaf, -1, root),
        ):
            if values != (leaf, position, root):
                with pytest.raises(ProofRejected):
                    verify_inclusion(values[0], values[1], size, proof, values[2])


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65])
def test_every_consistency_proof_verifies_and_no_change_of_it_does(size: int) -> None:
    hashes = many(size)
    root = tree_root(hashes)
    for former in range(1, size + 1):
        former_root, proof = tree_root(hashes[:former]), consistency_proof(hashes, former)
        verify_consistency(former, former_root, size, root, proof)
        for wrong in changed(proof):
            with pytest.raises(ProofRejected):
                verify_consistency(former, former_root, size, root, wrong)
        with pytest.raises(ProofRejected):
            verify_consistency(former, b"x" * 32, size, root, proof)
        with pytest.raises(ProofRejected):
            verify_consistency(former, former_root, size, b"x" * 32, proof)
    for wrong_size in (0, size + 1):
        with pytest.raises(ProofRejected):
            verify_consistency(wrong_size, root, size, root, [root])


def test_positions_and_sizes_outside_the_tree_are_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        inclusion_proof(HASHES, 8)
    for size in (0, 9):
        with pytest.raises(ValueError, match="no beginning"):
            consistency_proof(HASHES, size)


@pytest.mark.proof
def test_a_million_leaves_are_hashed_within_fifteen_seconds() -> None:
    begin = time.perf_counter()
    frontier = Frontier()
    frontier.extend(leaf_hash(b"%d" % number) for number in range(1_000_000))
    assert frontier.root() != EMPTY_ROOT
    assert time.perf_counter() - begin < 15
