"""The fate of a running case, as a table: what a new edition or procedure does to it, and never to the applicant's harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yimen.service.cases.lifecycle import licence
from yimen.service.cases.rules_moving import Dates, Limit, Line, Running, Target, fate_of

TODAY = date(2026, 11, 20)
PLAN, SURVEY = Line("plan", "平面图", True, "accepted"), Line("survey", "检测报告", True)
RUNNING = Running(
    procedure="licence", version=3, state="reviewing", state_label="审查中", accepted=True, told_once=False,
    actions=frozenset({"submit", "accept"}), edition=1, limit=Limit(10), lines=(PLAN,),
)  # fmt: skip
TARGET = Target(
    table=licence(4), procedure="licence", edition=2, limit=Limit(10), wanted=(Line("plan", "平面图", True),)
)
DATES = Dates(date(2026, 12, 1), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("running", "target", "dates", "kind", "said"),
    [
        ({}, {}, None, "moves", "没有影响"),
        ({}, {"edition": None}, None, "moves", "程序第 4 版"),
        ({}, {"procedure": "confirmation"}, None, "refused", "事项类型不同"),
        ({"state": "with_superior", "state_label": "上级办理中"}, {"table": licence(2)}, None, "refused", "上级办理中"),
        ({"actions": frozenset({"submit", "report_up"})}, {"table": licence(2)}, None, "refused", "report_up"),
        ({}, {"faults": ("请填写“面积”",)}, None, "keeps_form", "不再要求重填"),
        ({}, {"wanted": (SURVEY,)}, None, "keeps_materials", "第三十二条"),
        ({"accepted": False, "told_once": True}, {"wanted": (SURVEY,)}, None, "keeps_materials", "一次告知过"),
        ({"accepted": False}, {"wanted": (SURVEY,)}, None, "materials", "一次告知"),
        ({"asks": "会立即视为受理"}, {}, None, "keeps_effect", "视为受理"),
        # A material that is optional, or that the case has handed in though it need not, asks for nothing.
        ({}, {"wanted": (Line("survey", "检测报告", False),)}, None, "moves", ""),
        ({"lines": (Line("survey", "检测报告", False, "provided"),)}, {"wanted": (SURVEY,)}, None, "moves", ""),
        ({"lines": (Line("survey", "检测报告", False, "missing"),)}, {"wanted": (SURVEY,)}, None, "keeps_materials", ""),
        # Limits of what runs: shorter may come, longer not, never into the past.
        ({}, {"limit": Limit(5)}, DATES, "date", "2026年11月25日"),
        ({}, {"limit": Limit(20)}, Dates(date(2026, 12, 1), date(2026, 12, 15)), "moves", "不延长"),
        ({}, {"limit": Limit(2)}, Dates(date(2026, 12, 1), TODAY), "moves", "不追溯"),
        ({}, {"limit": Limit(5)}, Dates(None, None, stopped=True, used=3), "date", "停表"),
        ({}, {"limit": Limit(5)}, Dates(None, None, stopped=True, used=5), "moves", "仍按原来承诺"),
        ({}, {"limit": Limit(5)}, Dates(date(2026, 12, 1), None, why_not="算不出。"), "moves", "算不出"),
        ({}, {"limit": Limit(5)}, None, "moves", "不是办理期限"),
        ({}, {"limit": Limit(20), "lengthen_law": "《某条例》第九条"}, Dates(date(2026, 12, 1), date(2026, 12, 15)), "date", "第九条"),
        ({"accepted": False}, {"limit": Limit(20)}, None, "keeps_limit", "不让已经提交的人多等"),
        ({"accepted": False}, {"limit": Limit(20), "lengthen_law": "第九条"}, None, "moves", "受理后"),
        ({"accepted": False}, {"limit": Limit(5)}, None, "moves", "受理后"),
        ({"accepted": False}, {"limit": Limit(5, "calendar")}, None, "keeps_limit", "单位不同"),
        ({"accepted": False}, {"limit": Limit(None)}, None, "keeps_limit", "没有时限"),
    ],
)  # fmt: skip
def test_what_becomes_of_it(
    running: dict[str, Any], target: dict[str, Any], dates: Dates | None, kind: str, said: str
) -> None:
    fate = fate_of(replace(RUNNING, **running), replace(TARGET, **target), dates, TODAY)
    assert fate.kind == kind
    assert said in fate.why
    assert fate.limits == (kind == "date")
    assert len(fate.why) <= 500
