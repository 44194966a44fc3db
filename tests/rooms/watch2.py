"""Results without a case and the performance of single windows."""

from __future__ import annotations

from itertools import count as counting
from typing import Any

from yimen.ground.documents.services import store_file
from yimen.ground.kit.moments import day_of, now
from yimen.watch.efficiency import services as efficiency
from yimen.watch.supervision import services

_numbers = counting(1)

CEILINGS: dict[str, tuple[str, int]] = {
    "supervision:results": ("sun", 12),
    "supervision:results_new": ("sun", 9),
    "supervision:results_one": ("sun", 9),
    "supervision:results_batch": ("sun", 16),
    "supervision:results_enter": ("sun", 9),
    "supervision:results_discard": ("sun", 9),
    "supervision:window_scores": ("sun", 13),
    "supervision:window_behind": ("sun", 10),
    "supervision:places": ("sun", 12),
    "supervision:places_behind": ("sun", 9),
    "supervision:set_item_places": ("sun", 9),
    "efficiency:papers": ("li", 6),
    "efficiency:paper": ("li", 6),
    "efficiency:paper_version": ("li", 6),
    "efficiency:paper_file": ("li", 8),
    "efficiency:publish_paper": ("sun", 9),
    "api:list_results": ("sun", 8),
    "api:window_scores": ("sun", 12),
    "api:step_places": ("sun", 8),
    "api:register_results": ("sun", 12),
}
LIST = {"supervision:results", "supervision:window_behind", "supervision:places_behind"}
_TESTS = "yimen/watch/supervision/tests/"
ELSEWHERE = {
    "supervision:results_new": f"{_TESTS}test_results.py::test_a_preview_says_it_all_before_anything_is_entered",
    "supervision:set_item_places": f"{_TESTS}test_places.py::test_an_item_may_ask_for_less",
    "supervision:results_one": f"{_TESTS}test_results.py::test_one_by_hand",
    "api:register_results": f"{_TESTS}test_results.py::test_over_the_interface_all_or_none_with_each_line",
}
OPEN = dict.fromkeys(
    ("efficiency:paper", "efficiency:paper_version", "efficiency:paper_file"), "published to everybody"
)
EXPECTED = {"supervision:window_behind": 404, "supervision:places_behind": 404}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """Two files that were read and wait to be confirmed, and one result that was entered."""
    from tests.rooms.coord import picture

    cast, at = world.cast, now()
    sun = cast.actor("sun")
    more(world, 1)
    first, second = (
        services.read_results(
            actor=sun, content=f"编号,申请人,事项,日期\n{name}-1,王无件,食品经营许可,2026-09-14\n".encode(),
            file_name=f"{name}.csv", source="许可科台账", at=at, unit=cast.units["market"],
        )
        for name in ("甲", "乙")
    )  # fmt: skip
    efficiency.publish_paper(
        actor=sun, subject="approval", title="电子监察行政审批制度", number="清监察〔2026〕3 号", in_force_from=day_of(at),
        text="第一条 每一件都在监察之内。", at=at, file=store_file(picture(), actor=sun, at=at),
    )  # fmt: skip
    paper = {"subject": "approval", "version": 1}
    return {
        "efficiency:paper": {"subject": "approval"},
        "efficiency:paper_version": paper,
        "efficiency:paper_file": paper,
        "supervision:results_batch": {"uid": first.uid},
        "supervision:results_enter": {"uid": first.uid},
        "supervision:results_discard": {"uid": second.uid},
    }


def more(world: Any, count: int) -> None:
    """So many more results without a case."""
    rows = [
        {
            "number": f"清市监许〔2026〕{next(_numbers)}号",
            "applicant": "王无件",
            "item_name": "食品经营许可",
            "decided_on": "2026-09-14",
        }
        for _ in range(count)
    ]
    services.register_results(
        actor=world.cast.actor("sun"), rows=rows, source="台账", at=now(), unit=world.cast.units["market"]
    )
