"""The quick way to many macs gives the same as the one of the standard library."""

from __future__ import annotations

import pytest

from yimen.ground.matters.sealing import covered, mac_of, macs_of


@pytest.mark.parametrize("length", [1, 16, 32, 64, 65, 200])
def test_many_macs_are_those_of_the_library(length: int) -> None:
    key = bytes(range(length % 256)) or b"k"
    steps = [(number, bytes([number]) * 32) for number in range(1, 9)]
    quick = list(macs_of(key, (covered(step_id, link) for step_id, link in steps)))
    assert quick == [mac_of(key, step_id, link) for step_id, link in steps]
