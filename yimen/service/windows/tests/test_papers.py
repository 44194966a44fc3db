"""Workflows and contingency plans: versions, approval, reading, what lacks, starting and ending (R079)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.ground.notices.models import Message
from yimen.service.windows import policies, rules, selectors, services
from yimen.service.windows.models import Activation, Paper
from yimen.service.windows.services.papers import CannotWrite, PlanRunning, WrongState
from yimen.service.windows.services.reminding import remind_of_papers
from yimen.service.windows.tests import stage

pytestmark = pytest.mark.django_db
verbs = services.papers


def test_drafted_approved_and_renewed(cast: Cast) -> None:
    first = stage.approved(cast)
    with pytest.raises(Invalid, match="改了什么"):
        stage.draft(cast)  # a second version says what it changes
    second = stage.draft(cast, changes="增加断网一节")
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(WrongState, match="还没有批准的草稿"):
        stage.draft(cast, changes="再来一份")
    assert selectors.in_force("contingency", cast.windows["window3"], day_of(now())) == first
    second = verbs.submit_paper(actor=cast.actor("wang"), paper=second, at=now())
    with pytest.raises(NotAllowed):
        verbs.approve_paper(actor=cast.actor("wang"), paper=second, in_force_from=day_of(now()), at=now())
    with pytest.raises(CannotWrite, match="不能早于"):
        verbs.approve_paper(
            actor=cast.actor("manager"), paper=second, in_force_from=day_of(now()) - timedelta(days=1), at=now()
        )
    verbs.approve_paper(actor=cast.actor("manager"), paper=second, in_force_from=day_of(now()), at=now())
    assert selectors.in_force("contingency", cast.windows["window3"], day_of(now())) == second


def test_sent_back_changed_and_discarded(cast: Cast) -> None:
    paper = verbs.submit_paper(actor=cast.actor("wang"), paper=stage.draft(cast), at=now())
    paper = verbs.send_back_paper(actor=cast.actor("manager"), paper=paper, reason="写明谁通知群众。", at=now())
    assert (paper.state, paper.sent_back) == ("draft", "写明谁通知群众。")
    paper = verbs.change_paper(
        actor=cast.actor("wang"), paper=paper, title=paper.title, text="由首席代表通知。", at=now()
    )
    verbs.discard_paper(actor=cast.actor("wang"), paper=paper, at=now())
    assert stage.draft(cast, changes="重写").version == 2


def test_readers(cast: Cast) -> None:
    paper = stage.approved(cast)
    _, unread = selectors.readings(paper, day_of(now()))
    assert unread == ["王芳"]
    assert list(selectors.unread_of(cast.actor("wang"), day_of(now()))) == [paper]
    verbs.read_paper(actor=cast.actor("wang"), paper=paper, at=now())
    verbs.read_paper(actor=cast.actor("wang"), paper=paper, at=now())
    read, unread = selectors.readings(paper, day_of(now()))
    assert ([each.name for each in read], unread) == (["王芳"], [])
    assert not selectors.unread_of(cast.actor("wang"), day_of(now()))


def test_what_is_lacking_or_old(cast: Cast) -> None:
    stage.approved(cast)
    rows = {
        (each.window.number, each.kind): each.word for each in selectors.standings(cast.units["centre"], day_of(now()))
    }
    assert rows["3", "contingency"] == "有"
    assert rows["3", "workflow"] == rows["8", "workflow"] == "缺"
    Paper.objects.update(in_force_from=day_of(now()) - timedelta(days=400))
    rows = {
        (each.window.number, each.kind): each.word for each in selectors.standings(cast.units["centre"], day_of(now()))
    }
    assert rows["3", "contingency"] == "该复核"
    assert remind_of_papers(now()) == 1
    remind_of_papers(now())
    assert Message.objects.filter(account=cast.accounts["manager"], subject="窗口工作流程和预案有缺").count() == 1


def test_age_is_counted_in_months() -> None:
    from datetime import date

    assert not rules.is_old(date(2025, 11, 22), date(2026, 11, 22), 12)
    assert rules.is_old(date(2025, 11, 22), date(2026, 11, 23), 12)
    assert not rules.is_old(date(2026, 1, 31), date(2026, 2, 28), 1)


def test_a_plan_is_started_and_ended(cast: Cast) -> None:
    wang, window = cast.actor("wang"), cast.windows["window3"]
    with pytest.raises(CannotWrite, match="没有生效的预案"):
        services.start_contingency(actor=wang, window=window, reason="停电。", at=now())
    stage.approved(cast)
    made = services.start_contingency(actor=wang, window=window, reason="停电。", at=now())
    with pytest.raises(PlanRunning):
        services.start_contingency(actor=wang, window=window, reason="又停电。", at=now())
    with pytest.raises(NotAllowed):
        services.end_contingency(actor=cast.actor("qian_staff"), activation=made, done="不相干。", at=now())
    services.end_contingency(actor=wang, activation=made, done="改用纸质受理单，一小时后来电。", at=now())
    with pytest.raises(PlanRunning):
        services.end_contingency(actor=wang, activation=made, done="再结束一次。", at=now())
    assert Activation.objects.get().done.startswith("改用纸质")
    rows = AuditEntry.objects.filter(action__endswith="contingency").values_list("action", flat=True)
    assert list(rows) == ["windows.start_contingency", "windows.end_contingency"]


def test_another_window_reads_nothing_of_it(cast: Cast) -> None:
    paper = stage.approved(cast)
    draft = stage.draft(cast, "workflow")
    with pytest.raises(NotFound):
        policies.access_paper(cast.actor("qian_staff"), paper.uid)
    with pytest.raises(NotFound):
        policies.access_paper(cast.actor("zhao"), draft.uid)  # a draft is for who writes it
    assert policies.access_paper(cast.actor("zhao"), paper.uid)
    with pytest.raises(NotAllowed):
        stage.draft(cast, "workflow", who="qian_staff", changes="x")
