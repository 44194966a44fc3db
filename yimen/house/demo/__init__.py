"""清河县, the invented county that a trial begins with: `yimen demo`, and the first `make run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yimen.ground.kit.commands import Answer
from yimen.ground.kit.commands import command as verb

__all__ = ["command", "load"]


def load(say: Callable[[str], None] = lambda line: None, *, share: float = 1.0) -> dict[str, Any]:
    """Load the demo county into an empty database; returns what was made. `share` scales the cases (tests).

    A database that holds the county already is left as it is. Raises `NotForDemo` for any other.
    """
    from yimen.house.demo.loading import load_county

    return load_county(say, share=share)


@verb("demo", as_owner=True)
def command() -> Answer:
    """装入演示县：机构、人员、事项和三个月的办件。只装入空的试用数据库；已经装过的不再装。"""
    done = load()
    plain = (
        "演示县已经装入过，没有再装。"
        if done["already"]
        else f"演示县已装入：{done['cases']} 件办件，用时 {done['seconds']} 秒。"
    )
    return Answer(plain=f"{plain}\n演示账号见 {done['accounts']}", data=done)
