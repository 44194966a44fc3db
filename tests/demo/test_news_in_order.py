"""An inbox of the demo reads in the order in which things happened, whatever zone a moment is written in."""

from __future__ import annotations

from yimen.house.demo.messages import _moment


def test_moments_sort_by_time_and_not_by_text() -> None:
    told = [{"at": "2026-09-21T09:00:00+08:00"}, {"at": "2026-09-21T02:00:00Z"}, {"at": "2026-09-21T11:00:00+08:00"}]
    assert sorted(told, key=_moment) == told
    assert sorted(told, key=lambda each: each["at"]) != told
