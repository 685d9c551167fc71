"""Merkle tree of RFC 6962: hashes, roots and proofs as pure functions; a verification raises or returns nothing.

Source: RFC 6962, section 2.1, and RFC 9162, sections 2.1.3.2 and 2.1.4.2, for the verification of proofs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves."""
HASH_BYTES = 32


class ProofRejected(Exception):
    """Raised when a proof does not show what it should."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes in order.

    >>> tree_root([]) == EMPTY_ROOT
    True
    """
    level = list(hashes)
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else EMPTY_ROOT


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Return the next level; a last node without a sibling rises as it is."""
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return [*parents, level[-1]] if len(level) % 2 else parents


class Frontier:
    """Roots of the full subtrees of a growing tree, largest first: each further leaf costs one hash on average."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Append leaf hashes in order."""
        for leaf in hashes:
            node, size = leaf, self.size
            while size & 1:
                node = node_hash(self._roots.pop(), node)
                size >>= 1
            self._roots.append(node)
            self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._roots:
            return EMPTY_ROOT
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = node_hash(left, node)
        return node


def inclusion_proof(hashes: Sequence[bytes], position: int) -> list[bytes]:
    """Return the sibling hashes, from the leaf upwards, that lead from a leaf to the root.

    Raises `ValueError` for a position outside the tree.
    """
    if not 0 <= position < len(hashes):
        raise ValueError(f"position {position} is outside a tree of {len(hashes)} leaves")
    proof, level = [], list(hashes)
    while len(level) > 1:
        if position ^ 1 < len(level):
            proof.append(level[position ^ 1])
        level, position = _parents(level), position >> 1
    return proof


def consistency_proof(hashes: Sequence[bytes], size: int) -> list[bytes]:
    """Return the hashes that show that the tree of the first ``size`` leaves is the beginning of the whole tree.

    Raises `ValueError` for a size outside 1 to the size of the tree.
    """
    if not 1 <= size <= len(hashes):
        raise ValueError(f"a tree of {len(hashes)} leaves has no beginning of {size}")
    return _subproof(hashes, size, is_known=True)


def _subproof(hashes: Sequence[bytes], size: int, *, is_known: bool) -> list[bytes]:
    if size == len(hashes):
        return [] if is_known else [tree_root(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if size <= split:
        return [*_subproof(hashes[:split], size, is_known=is_known), tree_root(hashes[split:])]
    return [*_subproof(hashes[split:], size - split, is_known=False), tree_root(hashes[:split])]


def verify_inclusion(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash stands at a position of the tree of this size and root.

    Raises `ProofRejected` if the proof does not show it.
    """
    if not 0 <= position < size:
        raise ProofRejected(f"position {position} is outside a tree of {size} leaves")
    at, last, node = position, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_BYTES:
            raise ProofRejected("the inclusion proof has too many hashes, or hashes of another length")
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    if last or node != root:
        raise ProofRejected(f"the inclusion proof of position {position} does not lead to the root")


def verify_consistency(size: int, root: bytes, later_size: int, later_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of the later size and root begins with the tree of the former.

    Raises `ProofRejected` if the proof does not show it.
    """
    if not 0 < size <= later_size:
        raise ProofRejected(f"a tree of {later_size} leaves does not extend a tree of {size}")
    if size == later_size:
        if proof or root != later_root:
            raise ProofRejected("two trees of the same size have different roots, or the proof is not empty")
        return
    if not proof or any(len(node) != HASH_BYTES for node in proof):
        raise ProofRejected("the consistency proof is empty, or has hashes of another length")
    # a former tree that is full is a node of the later tree itself
    path = [root, *proof] if size & (size - 1) == 0 else list(proof)
    at, last = size - 1, later_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    former = later = path[0]
    for node in path[1:]:
        if last == 0:
            raise ProofRejected("the consistency proof has too many hashes")
        if at & 1 or at == last:
            former, later = node_hash(node, former), node_hash(node, later)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            later = node_hash(later, node)
        at, last = at >> 1, last >> 1
    if last or former != root or later != later_root:
        raise ProofRejected(f"the tree of {later_size} leaves does not extend the tree of {size}")
