"""A department with cases on the way is reorganised: nobody is left without access, nothing of the past is lost (issue 3)."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit import moments
from yimen.ground.kit.models import OutboxEvent
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Conflict, Refusal
from yimen.ground.matters import sealing
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as thread
from yimen.ground.matters.models import Matter, Step
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import AuthorisationLetter, Reorganisation
from yimen.ground.organisations.services import PartGiven
from yimen.service.cases import services
from yimen.service.cases.tests.stage import published, submitted
from yimen.service.catalogue.models import ItemSearch, ServiceItem


def open_cases(cast: Cast, item: ServiceItem, count: int) -> list[str]:
    return [submitted(cast, item) for _ in range(count)]


def plan_of(cast: Cast, **change: object) -> Reorganisation:
    given: dict[str, object] = {
        "actor": cast.actor("manager"),
        "kind": "merge",
        "document": "清编发〔2026〕12号",
        "document_title": "关于组建市场和住建局的通知",
        "effective_on": moments.day_of(now()),
        "parts": [PartGiven(cast.units["market"], cast.units["housing"])],
        "at": now(),
    }
    plan = organisations.draft_reorganisation(**(given | change))  # type: ignore[arg-type]
    organisations.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=now())
    organisations.approve_reorganisation(actor=cast.actor("leader"), plan=plan, at=now())
    return plan


def begun(cast: Cast, *, signed: bool = True, signer: str = "luo", **change: object) -> Reorganisation:
    plan = plan_of(cast, **change)
    if signed:
        for letter in organisations.draft_successor_letters(actor=cast.actor("manager"), plan=plan, at=now()):
            organisations.sign_letter(actor=cast.actor(signer), letter=letter, at=now())
    return organisations.begin_reorganisation(actor=cast.actor("manager"), plan=plan, at=now())


def test_cases_go_on_before_during_and_after(cast: Cast) -> None:
    item = published(cast)
    codes = open_cases(cast, item, 3)
    plan = begun(cast)
    housing = cast.units["housing"].pk
    # Begun, nothing moved yet: the window and the section still see and work on what is the old department's.
    services.accept_case(code=codes[0], actor=cast.actor("wang"), at=now())
    assert set(matters.box(cast.actor("zhao"), "department").values_list("code", flat=True)) == set(codes)
    plan = organisations.carry_on(plan.uid, now)
    assert plan.state == "applied"
    assert plan.progress["matters"]["moved"] == 3
    assert not Matter.objects.exclude(department=housing).exists()
    assert ServiceItem.objects.get(pk=item.pk).department_id == housing
    assert "住房和城乡建设局" in ItemSearch.objects.get(item=item).text
    # Afterwards the case goes on under the new letters, and its letters bear the new department's name and seal.
    services.accept_case(code=codes[1], actor=cast.actor("wang"), at=now())
    services.pass_review(code=codes[1], text="符合条件。", actor=cast.actor("zhao"), at=now())
    services.grant(code=codes[1], actor=cast.actor("chen"), at=now())
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, facts::json ->> 'department', seal_text from documents_letter where matter_code = %s order by id",
            [codes[1]],
        )
        letters = cursor.fetchall()
    assert letters[0][1:] == (
        "清河县市场监督管理局",
        "清河县市场监督管理局行政审批专用章",
    )  # of the day before the move
    assert letters[-1] == (
        "decision_grant",
        "清河县住房和城乡建设局",
        "清河县住房和城乡建设局行政审批专用章",
    )
    assert sealing.verify().faults == []


def test_the_ledger_tells_of_the_move(cast: Cast) -> None:
    (code,) = open_cases(cast, published(cast), 1)
    plan = begun(cast)
    organisations.carry_on(plan.uid, now)
    step = matters.timeline(Matter.objects.get(code=code))[-1]
    assert (step.action, step.label, step.actor) == ("reassign", "划转", "马成")
    assert step.facts["from"] == "清河县市场监督管理局"
    assert step.facts["document"] == "清编发〔2026〕12号"
    page = cast.client("zhao").get(f"/desk/cases/{code}/")
    assert "划转到清河县住房和城乡建设局" in page.content.decode()
    assert "清编发〔2026〕12号" in page.content.decode()
    assert OutboxEvent.objects.filter(name="matters.MattersReassigned").exists()


def test_without_new_letters_the_window_is_told_why(cast: Cast) -> None:
    (code,) = open_cases(cast, published(cast), 1)
    plan = begun(cast, signed=False)
    organisations.carry_on(plan.uid, now)
    # Wang has a letter of housing for accepting; the reviewers have none.
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    with pytest.raises(Refusal, match="授权委托书"):
        services.pass_review(code=code, text="符合条件。", actor=cast.actor("zhao"), at=now())


def test_what_is_closed_stays_with_the_old_name_and_is_seen(cast: Cast) -> None:
    item = published(cast)
    done, _ = open_cases(cast, item, 2)
    services.withdraw(code=done, actor=cast.actor("li"), at=now(), reason="不办了")
    plan = begun(cast)
    organisations.carry_on(plan.uid, now)
    assert Matter.objects.get(code=done).department_id == cast.units["market"].pk
    page = cast.client("zhao").get(f"/desk/cases/{done}/")
    assert page.status_code == 200


def test_a_few_items_move(cast: Cast) -> None:
    stays, goes = published(cast), published(cast, name="食品经营许可")
    kept, gone = open_cases(cast, stays, 1)[0], open_cases(cast, goes, 1)[0]
    thread.claim(matter_id=Matter.objects.get(code=gone).pk, actor=cast.actor("wang"), at=now())
    parts = [PartGiven(cast.units["market"], cast.units["housing"], [goes.code31])]
    plan = begun(cast, kind="move_items", parts=parts)
    plan = organisations.carry_on(plan.uid, now)
    assert Matter.objects.get(code=kept).department_id == cast.units["market"].pk
    moved = Matter.objects.get(code=gone)
    assert (moved.department_id, moved.person_id) == (cast.units["housing"].pk, None)
    assert Step.objects.filter(matter=moved).order_by("-seq").first().facts.count("王芳") == 1  # type: ignore[union-attr]
    assert ServiceItem.objects.get(pk=stays.pk).department_id == cast.units["market"].pk
    assert AuthorisationLetter.objects.get(post=cast.posts["zhao"], department=cast.units["housing"]).items == [
        goes.code31
    ]
    services.accept_case(code=gone, actor=cast.actor("wang"), at=now())
    services.accept_case(code=kept, actor=cast.actor("wang"), at=now())
    # The old department's people no longer see what went; the new one's do not see what stayed.
    assert not matters.visible(cast.actor("he")).filter(code=gone).exists()
    assert not matters.visible(cast.actor("luo")).filter(code=kept).exists()


def test_undone_with_everything_back(cast: Cast) -> None:
    item = published(cast)
    codes = open_cases(cast, item, 2)
    before = {row["code"]: row for row in Matter.objects.values("code", "department", "person", "window", "state")}
    plan = begun(cast)
    organisations.carry_on(plan.uid, now)
    organisations.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=now())
    plan = organisations.carry_on(plan.uid, now)
    assert plan.state == "undone"
    after = {row["code"]: row for row in Matter.objects.values("code", "department", "person", "window", "state")}
    assert after == before
    assert ServiceItem.objects.get(pk=item.pk).department_id == cast.units["market"].pk
    assert [step.action for step in matters.timeline(Matter.objects.get(code=codes[0]))[-2:]] == [
        "reassign",
        "reassign",
    ]
    assert sealing.verify().faults == []


@pytest.mark.parametrize("built", ["step", "case"])
def test_not_undone_once_work_went_on(cast: Cast, built: str) -> None:
    item = published(cast)
    (code,) = open_cases(cast, item, 1)
    plan = begun(cast)
    organisations.carry_on(plan.uid, now)
    if built == "step":
        services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    else:
        open_cases(cast, item, 1)
    with pytest.raises(Conflict, match=r"新的办理|新办件"):
        organisations.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=now())
