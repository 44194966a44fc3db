"""The tree under a digest: one signed number over all that was sealed, and the way up to it from one matter. Pure.

The leaf of a matter is its number with the place and the link of each of its steps that the digest covers. The leaves, in the
order of their numbers, make a binary tree of SHA-256; the lone one of an odd row goes up as it is. Who holds a matter's links
and the hashes beside its way up comes to the published root, and needs nobody's word for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAF, NODE = b"\x00", b"\x01"
"""What a leaf and a node begin with, so that neither passes for the other."""

NOTHING = hashlib.sha256(b"").digest()
"""The root where nothing was sealed."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One hash beside the way up, and whether it stands on the left."""

    hash: bytes
    left: bool

    def __str__(self) -> str:
        return f"{'L' if self.left else 'R'}{self.hash.hex()}"


def leaf_of(code: str, links: Iterable[tuple[int, bytes]]) -> bytes:
    """The leaf of a matter: its number, and (place, link) of its steps in their order."""
    said = b"".join(seq.to_bytes(4, "big") + link for seq, link in links)
    return hashlib.sha256(LEAF + f"{code}\n".encode() + said).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """Two neighbours, one above them."""
    return hashlib.sha256(NODE + left + right).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The rows of the tree from the leaves to the root; one empty row for no leaves."""
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        above = [node_of(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        rows.append(above + row[len(row) - len(row) % 2 :])
    return rows


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves; the hash of nothing for none."""
    top = levels(leaves)[-1]
    return top[0] if top else NOTHING


def way_up(rows: Sequence[Sequence[bytes]], place: int) -> list[Beside]:
    """The hashes beside the way from the leaf at this place to the root."""
    found = []
    for row in rows[:-1]:
        neighbour = place ^ 1
        if neighbour < len(row):
            found.append(Beside(row[neighbour], left=neighbour < place))
        place //= 2
    return found


def climb(leaf: bytes, beside: Iterable[Beside]) -> bytes:
    """The root to which the way from this leaf leads."""
    for each in beside:
        leaf = node_of(each.hash, leaf) if each.left else node_of(leaf, each.hash)
    return leaf
