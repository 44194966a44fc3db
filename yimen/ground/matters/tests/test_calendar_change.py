"""A notice for a year: previewed, a step on each open matter, taken back; nothing of a matter in hand is lost."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar.services import LaterChange, NotADraft, SameNotice, YearConfirmed
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import selectors, services
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter, MovedMatter, Recalculation, Step
from yimen.ground.matters.recalculating import AnotherRuns, NotReady, StalePreview
from yimen.ground.matters.services import Paper
from yimen.ground.matters.tests.notices2027 import NUMBER, TEXT
from yimen.ground.matters.tests.stage import clerk, errand, reread

AT = datetime(2027, 1, 25, 10, 0, tzinfo=CHINA)
PAPER = Paper(TEXT)


@pytest.fixture(autouse=True)
def own_time(db: Any) -> Any:
    mark_synthetic()
    with in_its_own_time():
        yield


def registered(paper: Paper = PAPER) -> Any:
    return services.register_notice(actor=SYSTEM, paper=paper, at=AT)


def previewed(change: Any, **more: Any) -> Recalculation:
    found = services.preview_change(actor=SYSTEM, change=change, at=AT, **more)
    return services.work_through(found, at=AT)


def applied(recalculation: Recalculation) -> Recalculation:
    services.apply_recalculation(actor=SYSTEM, recalculation=recalculation, at=AT)
    return services.work_through(recalculation, at=AT)


def started(limit: int = 10, **more: Any) -> Matter:
    return reread(errand(clerk(), datetime(2027, 1, 25, 9, 0, tzinfo=CHINA), limit=limit, **more))


def test_the_preview_changes_nothing_and_says_why() -> None:
    """25 January + 10: Sunday 31 January becomes worked, 5–12 February off where 5–8 were."""
    matter = started()
    assert matter.due_on == date(2027, 2, 10) and matter.provisional
    found = previewed(registered())
    assert found.state == "ready" and found.looked == 1
    item = found.items.get()
    assert (item.kind, item.old_due_on, item.new_due_on) == ("moved", date(2027, 2, 10), date(2027, 2, 15))
    assert "1月31日(周日)由周日改为春节调休上班，多计 1 日" in item.why
    assert "2月9日至2月12日由工作日改为春节放假，少计 4 日" in item.why
    assert "期限由 2027年2月10日(周三) 变为 2027年2月15日(周一)，不再是暂定" in item.why
    matter.refresh_from_db()
    assert matter.due_on == date(2027, 2, 10) and Step.objects.filter(action="recalculate").count() == 0
    assert not calendars.year_confirmed(2027)


def test_applied_it_is_a_step_on_each_and_explained() -> None:
    matter = started()
    later = started(limit=3)  # its own day stays, the legal one moves
    firm = reread(errand(clerk(), datetime(2027, 2, 23, 9, 0, tzinfo=CHINA), limit=3))
    untouched = reread(errand(clerk(), datetime(2026, 11, 2, 9, 0, tzinfo=CHINA), limit=5))
    done = applied(previewed(registered()))
    assert done.state == "done"
    matter.refresh_from_db()
    assert (matter.due_on, matter.provisional) == (date(2027, 2, 15), False)
    step = Step.objects.get(matter=matter, action="recalculate")
    said = json.loads(step.facts)
    assert said["document_number"] == NUMBER and said["old_due_on"] == "2027-02-10" and not said["undo"]
    assert step.actor_uid == SYSTEM.uid and step.clock == ""
    explanation = selectors.explain(matter)
    assert explanation.current is not None and explanation.current.promised is not None
    assert explanation.current.promised.due_on == matter.due_on
    (move,) = explanation.moves
    assert move.moved and NUMBER in move.document and "春节放假" in move.why
    assert "法定期限由" in MovedMatter.objects.get(matter=later).why
    firm.refresh_from_db()
    assert not firm.provisional and MovedMatter.objects.get(matter=firm).kind == "firmed"
    assert not Step.objects.filter(matter=untouched, action="recalculate").exists()


def test_undone_it_is_a_step_again_and_the_old_day() -> None:
    matter = started()
    change = registered()
    applied(previewed(change))
    change.refresh_from_db()
    back = previewed(change, reason="文件内容录错")
    assert back.undo and back.items.get().new_due_on == date(2027, 2, 10)
    applied(back)
    matter.refresh_from_db()
    assert (matter.due_on, matter.provisional) == (date(2027, 2, 10), True)
    assert [move.undone for move in selectors.explain(matter).moves] == [False, True]
    assert not calendars.year_confirmed(2027)
    change.refresh_from_db()
    assert change.state == "undone" and calendars.work_calendar().is_workday(date(2027, 2, 9))
    # The same document may be brought in again afterwards, and gives the same dates.
    applied(previewed(registered()))
    matter.refresh_from_db()
    assert matter.due_on == date(2027, 2, 15)


def test_a_confirmed_year_is_refused_unless_amended() -> None:
    applied(previewed(registered()))
    with pytest.raises(SameNotice):
        registered()
    with pytest.raises(YearConfirmed) as refused:
        registered(Paper(TEXT.replace("9号", "10号").replace("12日（周五）", "11日（周四）")))
    assert "2027 年的日历已经依据" in refused.value.message and "调整" in refused.value.next_step
    longer = Paper(
        "2027-02-15,2027-02-16,放假,春节", 2027, "国务院办公厅关于延长2027年春节假期的通知", "国办发明电〔2027〕1号",
        reason="大范围雨雪冰冻", amends=True,
    )  # fmt: skip
    matter = started()
    assert matter.due_on == date(2027, 2, 15)
    change = registered(longer)
    applied(previewed(change))
    matter.refresh_from_db()
    assert matter.due_on == date(2027, 2, 17)
    with pytest.raises(YearConfirmed):
        registered(Paper(longer.text, 2027, "又一份", NUMBER, reason="x", amends=True))
    first = calendars.changes().get(kind="notice")
    with pytest.raises(LaterChange):
        services.preview_change(actor=SYSTEM, change=first, at=AT, reason="x")


def test_a_stale_preview_is_refused() -> None:
    started()
    change = registered()
    found = previewed(change)
    other = previewed(
        services.register_closure(actor=SYSTEM, paper=services.ClosurePaper(
            date(2027, 1, 28), date(2027, 1, 28), "抗洪停办", place(), "清政发〔2027〕1号", "停办决定", "洪水"), at=AT)
    )  # fmt: skip
    applied(other)
    with pytest.raises(StalePreview):
        services.apply_recalculation(actor=SYSTEM, recalculation=found, at=AT)
    fresh = previewed(change)
    found.refresh_from_db()
    assert found.state == "replaced" and fresh.state == "ready"
    applied(fresh)
    with pytest.raises(NotReady):
        services.apply_recalculation(actor=SYSTEM, recalculation=fresh, at=AT)


def place() -> str:
    from yimen.ground.matters.tests.stage import department

    return department().division_id


def test_two_changes_never_run_at_once() -> None:
    started()
    first = previewed(registered())
    services.apply_recalculation(actor=SYSTEM, recalculation=first, at=AT)
    closure = services.register_closure(actor=SYSTEM, paper=services.ClosurePaper(
        date(2027, 1, 28), date(2027, 1, 28), "抗洪停办", place(), "清政发〔2027〕1号", "停办决定", "洪水"), at=AT)  # fmt: skip
    second = previewed(closure)
    with pytest.raises(AnotherRuns):
        services.apply_recalculation(actor=SYSTEM, recalculation=second, at=AT)


def test_a_closure_moves_the_dates_of_its_own_division_and_is_taken_back() -> None:
    here = started(limit=5)
    assert here.due_on == date(2027, 2, 1)
    paper = services.ClosurePaper(
        date(2027, 1, 27), date(2027, 1, 28), "抗洪停办", here.division_id, "清政发〔2027〕2号", "关于抗洪停办的决定", "洪水"
    )  # fmt: skip
    change = services.register_closure(actor=SYSTEM, paper=paper, at=AT)
    done = applied(previewed(change))
    here.refresh_from_db()
    assert here.due_on == date(2027, 2, 3) and done.items.get().kind == "moved"
    base = calendars.work_calendar()
    assert base.is_workday(date(2027, 1, 27)) and not base.at(here.division_id).is_workday(date(2027, 1, 27))
    assert base.at("320000000000") is base
    explanation = selectors.explain(here)
    assert explanation.current and explanation.current.promised and explanation.current.promised.due_on == here.due_on
    # Opened under the closure, counted with it.
    assert started(limit=5).due_on == date(2027, 2, 3)
    change.refresh_from_db()
    applied(previewed(change, reason="水退了"))
    here.refresh_from_db()
    assert here.due_on == date(2027, 2, 1)


def test_a_closure_that_does_not_count_shuts_the_doors_only() -> None:
    here = started(limit=5)
    paper = services.ClosurePaper(
        date(2027, 1, 27), date(2027, 1, 27), "停电检修", here.division_id, "清政发〔2027〕3号", "停办决定", "检修", counts=False
    )  # fmt: skip
    done = applied(previewed(services.register_closure(actor=SYSTEM, paper=paper, at=AT)))
    here.refresh_from_db()
    assert here.due_on == date(2027, 2, 1) and not done.items.exists()
    assert calendars.closed_because(date(2027, 1, 27), here.division_id) == "停电检修"
    assert calendars.sessions_on(date(2027, 1, 27), None, here.division_id) == ()


def test_a_discarded_draft_cannot_be_previewed() -> None:
    change = registered()
    services.discard_change(actor=SYSTEM, change=change, at=AT)
    change.refresh_from_db()
    with pytest.raises(NotADraft):
        services.preview_change(actor=SYSTEM, change=change, at=AT)
