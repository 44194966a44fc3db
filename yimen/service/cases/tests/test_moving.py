"""移动在办件: what the preview says is what happens, in the ledger and at the clock; and the whole plan goes back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.models import AuditEntry, Delivery
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as thread
from yimen.ground.matters.models import Matter, Step
from yimen.ground.notices.models import Message
from yimen.service.cases import selectors_moving as moving
from yimen.service.cases import services
from yimen.service.cases.commands_moving import move_cases
from yimen.service.cases.models import Case, CaseMaterial, MovedCase, MovePlan
from yimen.service.cases.services.moving import PlanNotReady, TargetNotInForce, Wish, work_a_batch
from yimen.service.cases.tests.stage import FORM, accepted, case_of, matter_of, published, submitted
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues


def second(cast: Cast, item: ServiceItem, *, form: dict[str, Any] | None = None, names: tuple[tuple[str, str], ...] = (),
           **change: Any) -> ServiceItem:  # fmt: skip
    """The item's next edition, published."""
    editor, at = cast.actor("editor"), now()
    draft = catalogue.new_edition(actor=editor, item=item, at=at)
    wanted = [
        MaterialValues(name=name, necessity=needed, source_channel="申请人自备", basis="条例第四条")
        for name, needed in names
    ]
    catalogue.save_edition(actor=editor, edition=draft, values=change, materials=wanted or None, at=at)
    draft.refresh_from_db()
    if form:
        catalogue.save_form(actor=editor, edition=draft, definition=form, at=at)
    catalogue.submit_for_legal_check(actor=editor, edition=draft, at=at)
    catalogue.decide_legal_check(actor=cast.actor("legal"), edition=draft, passed=True, opinion="", at=at)
    catalogue.publish_edition(actor=cast.actor("manager"), edition=draft, at=at)
    item.refresh_from_db()
    return item


def previewed(cast: Cast, item: ServiceItem, **part: Any) -> MovePlan:
    """A plan to the item's edition in force, previewed by the centre's manager."""
    wish = Wish(item_id=item.pk, edition_id=item.current_id, **part)
    return services.preview_move(actor=cast.actor("manager"), wish=wish, at=now())


def applied(cast: Cast, plan: MovePlan) -> MovePlan:
    services.apply_move(actor=cast.actor("manager"), plan=plan, reason="新版指南施行", at=now())
    while work_a_batch(plan.pk, at=now()):
        pass
    plan.refresh_from_db()
    return plan


def undone(cast: Cast, plan: MovePlan) -> MovePlan:
    services.undo_move(actor=cast.actor("manager"), plan=plan, reason="选错了版本", at=now())
    while work_a_batch(plan.pk, at=now()):
        pass
    plan.refresh_from_db()
    return plan


def line(plan: MovePlan, code: str) -> MovedCase:
    return plan.cases.get(matter__code=code)


def test_a_shorter_limit_shortens_and_goes_back(cast: Cast) -> None:
    item = published(cast)
    code = accepted(cast, item=item)
    before = matter_of(code)
    plan = previewed(cast, second(cast, item, promise_limit=5))
    seen = line(plan, code)
    assert (plan.state, seen.fate, seen.old_due_on) == ("ready", "date", before.due_on)
    assert before.due_on and seen.new_due_on and seen.new_due_on < before.due_on
    assert matter_of(code).due_on == before.due_on, "a preview moves nothing"

    plan = applied(cast, plan)
    matter, case = matter_of(code), case_of(code)
    assert (plan.state, matter.due_on, matter.state) == ("done", seen.new_due_on, before.state)
    assert (case.edition_id, case.form_version) == (item.current_id, case.form_version)
    step = Step.objects.get(matter=matter, action="move_version")
    assert "新版指南施行" in json.loads(step.facts)["reason"]
    history = matters.deadline_history(matter)
    assert [each.due_on for each in history][-2:] == [before.due_on, seen.new_due_on]
    assert thread.clock_row_of(matters.ask(code)).due_on == matter.due_on, "what is kept is what the steps say"
    assert Message.objects.filter(party=matter.applicant, body__contains="新版时限缩短").count() == 1

    plan = undone(cast, plan)
    matter, case = matter_of(code), case_of(code)
    assert (plan.state, matter.due_on, case.edition_id) == ("undone", before.due_on, seen.old_edition_id)
    assert line(plan, code).state == "back"
    while outbox.deliver_once():  # supervision judges the clocks anew, and nothing is left over
        pass
    assert set(Delivery.objects.filter(handler__contains="judge_after_move").values_list("state", flat=True)) == {
        "done"
    }


def test_a_longer_limit_lengthens_no_running_promise_unless_a_law_says_so(cast: Cast) -> None:
    item = published(cast, promise_limit=5)
    running, waiting = accepted(cast, item=item), submitted(cast, item=item)
    due = matter_of(running).due_on
    item = second(cast, item, promise_limit=15)
    plan = applied(cast, previewed(cast, item))
    assert line(plan, running).fate == "moves"
    assert matter_of(running).due_on == due
    assert (line(plan, waiting).fate, line(plan, waiting).state) == ("keeps_limit", "kept")
    assert case_of(waiting).edition.number == 1
    # Li accepted under the new edition would wait longer; under the old one the promise stands.
    services.accept_case(code=waiting, actor=cast.actor("wang"), at=now())
    assert matter_of(waiting).due_on == due


def test_a_law_that_lengthens_is_followed(cast: Cast) -> None:
    item = published(cast, promise_limit=5)
    code = accepted(cast, item=item)
    due = matter_of(code).due_on
    plan = previewed(cast, second(cast, item, promise_limit=15), lengthen_law="《清河县优化条例》第九条")
    assert line(plan, code).fate == "date"
    applied(cast, plan)
    assert matter_of(code).due_on == line(plan, code).new_due_on > due  # type: ignore[operator]


def test_what_is_accepted_is_not_asked_for_more(cast: Cast) -> None:
    item = published(cast)
    done, fresh, told = accepted(cast, item=item), submitted(cast, item=item), submitted(cast, item=item)
    services.request_correction(code=told, actor=cast.actor("wang"), at=now(), items=[(1, "看不清")])
    item = second(cast, item, names=(("平面图", "required"), ("消防说明", "required")))
    plan = applied(cast, previewed(cast, item))
    assert {code: line(plan, code).fate for code in (done, fresh, told)} == {
        done: "keeps_materials", fresh: "materials", told: "keeps_materials",
    }  # fmt: skip
    added = CaseMaterial.objects.get(case__matter__code=fresh, name="消防说明")
    assert (added.state, added.required) == ("missing", True)
    assert not CaseMaterial.objects.filter(case__matter__code__in=[done, told], name="消防说明").exists()
    # What the new edition no longer asks for was optional; nothing handed in is lost.
    assert case_of(fresh).materials.filter(name="检测报告").exists()
    undone(cast, plan)
    assert not CaseMaterial.objects.filter(name="消防说明").exists()
    assert case_of(fresh).edition.number == 1


def test_answers_that_no_longer_fit_keep_the_case(cast: Cast) -> None:
    item = published(cast)
    code = accepted(cast, item=item)
    fields = [
        *FORM["sections"][0]["fields"],
        {"key": "staff", "kind": "integer", "label": "从业人数", "required": True},
    ]
    form = {**FORM, "sections": [{**FORM["sections"][0], "fields": fields}]}
    plan = previewed(cast, second(cast, item, form=form))
    assert line(plan, code).fate == "keeps_form"
    assert "从业人数" in line(plan, code).why


def older_procedure(code: str, version: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set procedure_version = %s where code = %s", [version, code])


def test_a_newer_procedure_opens_its_steps_and_goes_back(cast: Cast) -> None:
    code = accepted(cast)
    older_procedure(code, 2)
    plan = services.preview_move(actor=cast.actor("manager"), wish=Wish(procedure_version=4), at=now())
    assert line(plan, code).fate == "moves"
    applied(cast, plan)
    assert matter_of(code).procedure_version == 4
    assert undone(cast, plan).state == "undone"
    assert matter_of(code).procedure_version == 2


def test_a_move_brings_no_effect_about(cast: Cast) -> None:
    code = submitted(
        cast, at=now() - timedelta(days=40), item=published(cast, at=now() - timedelta(days=60)), basis="import"
    )
    older_procedure(code, 1)
    plan = services.preview_move(actor=cast.actor("manager"), wish=Wish(procedure_version=4), at=now())
    assert line(plan, code).fate == "keeps_effect"


def test_what_happened_after_the_preview_is_left_alone(cast: Cast) -> None:
    item = published(cast)
    code, gone = accepted(cast, item=item), accepted(cast, item=item)
    plan = previewed(cast, second(cast, item, promise_limit=5))
    services.withdraw(code=gone, reason="不办了", actor=cast.actor("li"), at=now())
    services.suspend(code=code, procedure="testing", days_needed=5, reason="抽样", actor=cast.actor("zhao"), at=now())
    applied(cast, plan)
    assert line(plan, gone).state == "closed"
    changed = line(plan, code)
    assert (changed.state, case_of(code).edition.number) == ("changed", 1)
    assert "预览后情况有变" in changed.why


def test_a_case_that_went_on_is_not_moved_back(cast: Cast) -> None:
    item = published(cast)
    code, still = accepted(cast, item=item), accepted(cast, item=item)
    plan = applied(cast, previewed(cast, second(cast, item, promise_limit=5)))
    services.pass_review(code=code, text="符合。", actor=cast.actor("zhao"), at=now())
    undone(cast, plan)
    assert (line(plan, code).state, line(plan, still).state) == ("stays", "back")
    assert "审查完毕" in line(plan, code).back_why
    assert case_of(code).edition_id == item.current_id


def test_confirming_needs_a_reason_the_right_and_the_edition_in_force(cast: Cast) -> None:
    item = published(cast)
    accepted(cast, item=item)
    plan = previewed(cast, second(cast, item, promise_limit=5))
    with pytest.raises(Invalid):
        services.apply_move(actor=cast.actor("manager"), plan=plan, reason=" ", at=now())
    for stranger in ("qian", "wang"):
        with pytest.raises(NotAllowed):
            services.apply_move(actor=cast.actor(stranger), plan=plan, reason="x", at=now())
    second(cast, item, promise_limit=4)
    with pytest.raises(TargetNotInForce):
        services.apply_move(actor=cast.actor("manager"), plan=plan, reason="x", at=now())
    services.discard_move(actor=cast.actor("manager"), plan=plan, at=now())
    with pytest.raises(PlanNotReady):
        services.discard_move(actor=cast.actor("manager"), plan=plan, at=now())


def test_a_head_moves_only_the_own_department(cast: Cast) -> None:
    item = published(cast)
    code = accepted(cast, item=item)
    second(cast, item, promise_limit=5)
    wish = Wish(item_id=item.pk, edition_id=item.current_id)
    mine = services.preview_move(actor=cast.actor("he"), wish=wish, at=now())
    assert line(mine, code).fate == "date"
    assert not moving.plans(cast.actor("manager")).filter(pk=mine.pk).exists()
    Matter.objects.filter(code=code).update(department=cast.units["housing"])
    assert not services.preview_move(actor=cast.actor("he"), wish=wish, at=now()).cases.exists()


def test_the_cost_of_a_preview_does_not_grow_with_the_cases(cast: Cast) -> None:
    item = published(cast)
    accepted(cast, item=item)
    second(cast, item, promise_limit=5)
    with CaptureQueriesContext(connection) as few:
        previewed(cast, item)
    for _ in range(3):
        submitted(cast, item=item)
    Case.objects.update(edition=item.editions.get(number=1))
    with CaptureQueriesContext(connection) as many:
        assert previewed(cast, item).looked == 4
    assert len(many) <= len(few) + 1


def test_the_pages(cast: Cast) -> None:
    item = published(cast)
    code = accepted(cast, item=item)
    second(cast, item, promise_limit=5)
    client = cast.client("manager")
    assert "还按旧版办的件" in client.get(reverse("catalogue:item", args=[item.code])).content.decode()
    made = client.post("/manage/moves/new/", {"item_code": item.code, "what": "edition"})
    assert made.status_code == 302, made.content.decode()[:3000]
    page = client.get(made["location"]).content.decode()
    assert "移动，期限改变" in page and matter_of(code).title in page
    assert client.get(made["location"] + "?as=xlsx")["content-type"].startswith("application/vnd")
    refused = client.post(made["location"] + "act/", {"act": "apply", "reason": ""})
    assert refused.status_code == 422
    assert client.post(made["location"] + "act/", {"act": "apply", "reason": "新版施行"}).status_code == 302
    assert "正在移动" in client.get(made["location"]).content.decode()
    assert cast.client("wang").get(made["location"]).status_code == 403
    assert AuditEntry.objects.filter(action="cases.apply_move").count() == 1
    bad = client.post("/manage/moves/new/", {"item_code": "没有", "what": "edition"})
    assert bad.status_code == 422


def test_the_interface(cast: Cast) -> None:
    item = published(cast)
    accepted(cast, item=item)
    second(cast, item, promise_limit=5)
    headers = {"Authorization": f"Bearer {cast.token('manager', 'cases.move')}"}
    client = Client(headers=headers)
    made = client.post("/api/v1/moves", {"item_code": item.code, "edition": True}, content_type="application/json")
    assert made.status_code == 201, made.content.decode()
    told = made.json()
    assert {each["code"]: each["count"] for each in told["fates"]} == {"date": 1}
    assert client.get(f"/api/v1/moves/{told['uid']}/cases?fate=date").json()["cases"][0]["fate"] == "date"
    went = client.post(f"/api/v1/moves/{told['uid']}/apply", {"reason": "新版施行"}, content_type="application/json")
    assert (went.status_code, went.json()["state"]) == (202, "applying")
    assert Client().get(f"/api/v1/moves/{told['uid']}").status_code == 401


def test_the_command(cast: Cast) -> None:
    item = published(cast)
    code = accepted(cast, item=item)
    second(cast, item, promise_limit=5)

    def said(*words: str) -> str:
        answer = CliRunner().invoke(move_cases, list(words), obj={})
        assert answer.exit_code == 0, answer.output
        return answer.output

    told = said("preview", "--item", item.code)
    assert "期限改变：1 件" in told
    uid = str(MovePlan.objects.get().uid)
    assert "已移动 1" in said("apply", uid, "--reason", "新版施行")
    assert case_of(code).edition_id == item.current_id
    assert "已移回 1" in said("undo", uid, "--reason", "选错了")
    assert uid in said("list")
