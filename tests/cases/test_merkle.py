"""One root for many leaves: every proof leads to it, and nothing else does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules import merkle

contents = st.lists(st.binary(max_size=12), min_size=1, max_size=70)


def hashed(leaves: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(leaf) for leaf in leaves]


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def test_the_tree_is_cut_at_the_largest_power_of_two() -> None:
    one, two, three = (sha(b"\x00", leaf) for leaf in (b"a", b"b", b"c"))

    assert merkle.root_of(hashed([b"a", b"b", b"c"])) == sha(b"\x01", sha(b"\x01", one, two), three)


def test_the_known_tree_of_eight_leaves_has_the_known_root() -> None:
    """The inputs and the root of the test vectors that implementations of RFC 6962 share."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]

    root = merkle.root_of(hashed([bytes.fromhex(leaf) for leaf in leaves]))

    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(contents)
def test_every_proof_leads_to_the_root(leaves: list[bytes]) -> None:
    tree = hashed(leaves)

    for index, leaf in enumerate(tree):
        path = merkle.path_to(index, tree)
        assert merkle.root_from(leaf, index=index, size=len(tree), path=path) == merkle.root_of(tree)
        assert len(path) <= (len(tree) - 1).bit_length()


@given(contents, st.data())
def test_any_other_leaf_leads_elsewhere(leaves: list[bytes], data: st.DataObject) -> None:
    tree = hashed(leaves)
    index = data.draw(st.integers(0, len(tree) - 1))
    other = merkle.leaf_hash(data.draw(st.binary(max_size=12).filter(lambda leaf: leaf != leaves[index])))

    found = merkle.root_from(other, index=index, size=len(tree), path=merkle.path_to(index, tree))

    assert found != merkle.root_of(tree)


@given(st.lists(st.binary(max_size=12), min_size=2, max_size=70), st.data())
def test_a_changed_cut_or_longer_proof_leads_elsewhere(leaves: list[bytes], data: st.DataObject) -> None:
    tree = hashed(leaves)
    index = data.draw(st.integers(0, len(tree) - 1))
    path = merkle.path_to(index, tree)
    step = data.draw(st.integers(0, len(path) - 1))
    changed = bytes([path[step][0] ^ 1]) + path[step][1:]

    for wrong in ([*path[:step], changed, *path[step + 1 :]], path[:-1], [*path, path[-1]]):
        assert merkle.root_from(tree[index], index=index, size=len(tree), path=wrong) != merkle.root_of(tree)


@given(contents, st.data())
def test_any_change_of_the_leaves_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    changed = leaves.copy()
    changed[index] = data.draw(st.binary(max_size=12).filter(lambda leaf: leaf != leaves[index]))
    root = merkle.root_of(hashed(leaves))

    assert merkle.root_of(hashed(changed)) != root
    assert merkle.root_of(hashed([*leaves, b""])) != root
    assert len(leaves) == 1 or merkle.root_of(hashed(leaves[1:])) != root


def test_a_node_never_passes_for_a_leaf() -> None:
    one, two = hashed([b"a", b"b"])

    assert merkle.leaf_hash(one + two) != merkle.root_of([one, two])


@pytest.mark.parametrize("index", [-1, 1])
def test_outside_the_tree_there_is_no_proof(index: int) -> None:
    tree = hashed([b"a"])

    assert merkle.root_from(tree[0], index=index, size=1, path=[]) is None
    with pytest.raises(IndexError):
        merkle.path_to(index, tree)
    with pytest.raises(ValueError, match="at least one leaf"):
        merkle.root_of([])
