"""What a process remembers for a while."""

from __future__ import annotations

import pytest

from yimen.ground.kit import remembering
from yimen.ground.kit.remembering import Remembered


class Hands:
    """A clock moved by hand, and what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds, self.asked = 1000.0, 0
        monkeypatch.setattr(remembering, "clock", lambda: self.seconds)

    def ask(self) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def test_asked_once_and_again_when_the_time_is_over(hands: Hands) -> None:
    kept: Remembered[int] = Remembered(60)
    assert [kept.get(hands.ask), kept.get(hands.ask)] == [1, 1]
    hands.seconds += 59.9
    assert kept.get(hands.ask) == 1
    hands.seconds += 0.1
    assert kept.get(hands.ask) == 2


def test_keys_and_databases_stand_apart(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    kept: Remembered[int] = Remembered(60)
    assert [kept.get(hands.ask, "one"), kept.get(hands.ask, "two"), kept.get(hands.ask, "one")] == [1, 2, 1]
    monkeypatch.setitem(connection.settings_dict, "NAME", "another")
    assert kept.get(hands.ask, "one") == 3


def test_an_error_leaves_what_was_known(hands: Hands) -> None:
    kept: Remembered[int] = Remembered(60)
    assert kept.last() is None
    kept.get(hands.ask)
    hands.seconds += 61

    def fails() -> int:
        raise OSError

    with pytest.raises(OSError):
        kept.get(fails)
    assert kept.last() == 1


def test_no_more_is_kept_than_may_be_and_all_is_forgotten(hands: Hands) -> None:
    kept: Remembered[int] = Remembered(60, most=2)
    for key in ("one", "two", "three"):
        kept.get(hands.ask, key)
    assert [kept.get(hands.ask, "three"), kept.get(hands.ask, "one")] == [3, 4]
    kept.forget()
    assert kept.last("three") is None
