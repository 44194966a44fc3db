"""A finished drill for tests: few numbers, all of its lists."""

from __future__ import annotations

from datetime import date
from typing import Any

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import now
from yimen.watch.drills import services
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import TOTALS, Parameters


def results(*, red: int = 2) -> dict[str, Any]:
    """What a small drill might have found."""
    day = {
        "worked": True, "name": "工作日", "arrived": 3, "accepted": 2, "decided": 1, "delivered": 1, "open": 4, "stopped": 0,
        "due": 1, "warn": 1, "red": red, "turned_red": red, "effects": 1, "waiting": 35, "overflows": 1,
    }  # fmt: skip
    return {
        "first_day": "2026-10-08", "last_day": "2026-10-09", "acts": 12, "given_up": 0, "history": 120,
        "refusals": [{"act": "decide", "code": "step_held", "count": 2, "said": "正在征求意见。"}],
        "unknown": [], "copied_seconds": 1.0, "played_seconds": 2.0,
        "days": [{"day": "2026-10-08", **day}, {"day": "2026-10-09", **day}],
        "items": [
            {"code": "519911001", "name": "公共场所卫生许可", "department": "卫生健康局", "arrived": 6, "decided": 2, "red": red,
             "first_red_on": "2026-10-08", "worst": red, "worst_on": "2026-10-09", "effects": 1, "left_open": 4},
        ],
        "windows": [
            {"number": "3", "people": "王简", "served": 6, "waited": 60, "longest_wait": 35, "longest_queue": 4, "overflows": 2,
             "first_overflow": "2026-10-08", "turned_away": 0, "minutes": 72, "load": 15.0, "mean_wait": 10.0},
        ],
        "people": [
            {"key": 1, "name": "王简", "post": "窗口受理岗", "unit": "中心", "window": "3", "acts": 6, "minutes": 72, "load": 15.0,
             "longest_queue": 4},
        ],
        "overflows": [{"at": "2026-10-08 10:20", "window": "3", "waited": 35, "standing": 4}],
        "effects": [
            {"effect": "deemed_accepted", "label": "视为受理", "law": "《行政许可法》第三十二条第一款第（四）项", "matter": "QH-1",
             "title": "公共场所卫生许可", "department": "卫生健康局", "step": 2, "action": "视为受理", "basis": "statutory_effect",
             "happened_at": "2026-10-08T17:30:00+08:00", "recorded_at": "2026-10-08T17:30:01+08:00"},
        ],
        "effect_kinds": [
            {"effect": "deemed_accepted", "label": "视为受理", "law": "《行政许可法》第三十二条第一款第（四）项", "count": 1}
        ],
        "totals": {key: 0 for key, *_ in TOTALS} | {"arrived": 6, "red": red, "red_items": 1, "effects": 1, "overflows": 2,
                                                     "longest_wait": 35},
        "proof": {"steps": 20, "effects": 1, "twice": 0, "without_step": 0, "broken_links": 0, "news": 9, "news_failed": 0},
    }  # fmt: skip


def finished(title: str = "国庆后两天", *, red: int = 2) -> DrillRun:
    """A drill that is done."""
    made = services.ask_drill(
        actor=SYSTEM, parameters=Parameters(days=2, since=date(2026, 10, 8)), at=now(), title=title
    )
    services.begin_drill(made, scratch="yimen_drill_test", at=now())
    return services.end_drill(made, at=now(), seconds=3.0, results=results(red=red))
