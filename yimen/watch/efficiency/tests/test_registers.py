"""Registers R227–R233, R239, R241, and the inspection R226."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.documents.selectors import letter_by_code
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import NotAllowed, Refusal
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import Correction, EntryCheck
from yimen.watch.efficiency.registers import REGISTERS
from yimen.watch.efficiency.rules import POINTS
from yimen.watch.efficiency.selectors.board import entries
from yimen.watch.efficiency.services.checks import NotJudged
from yimen.watch.efficiency.services.registers import EntryOver, NotInRegister
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("register", REGISTERS)
def test_every_register_takes_an_entry_shows_it_and_gives_a_workbook(cast: Cast, register: str) -> None:
    made = stage.entry(cast, register)
    client = cast.client("sun")
    for url in (f"/manage/efficiency/registers/{register}/", f"/manage/efficiency/entries/{made.uid}/"):
        assert "窗口上班玩手机" in client.get(url).content.decode()
    assert client.get(f"/manage/efficiency/registers/{register}/?as=xlsx").status_code == 200
    assert client.get(f"/manage/efficiency/registers/{register}/new/").status_code == 200


@pytest.mark.parametrize(
    ("register", "wrong"),
    [
        ("visit", {"details": {}}),
        ("visit", {"details": {"visitors": "孙悦", "level": "nonsense"}}),
        ("visit", {"unit": None}),
        ("visit", {"stage": "nonsense"}),
        ("visit", {"on_date": "tomorrow"}),
        ("campaign", {"due_on": None}),
    ],
)
def test_what_does_not_fit_is_refused(cast: Cast, register: str, wrong: dict[str, object]) -> None:
    given: dict[str, object] = {
        "unit": cast.units["market"], "details": stage.DETAILS[register], "on_date": day_of(now()),
        "due_on": day_of(now()),
    } | wrong  # fmt: skip
    if given["on_date"] == "tomorrow":
        given["on_date"] = day_of(now()) + timedelta(days=1)
    with pytest.raises(NotInRegister):
        services.record_entry(actor=cast.actor("sun"), register=register, title="看到了", at=now(), **given)  # type: ignore[arg-type]


def test_a_department_sees_its_own_entries_and_changes_none(cast: Cast) -> None:
    mine, other = stage.entry(cast), stage.entry(cast, unit="health")
    seen = set(entries(cast.actor("he")).values_list("pk", flat=True))
    assert seen == {mine.pk}
    with pytest.raises(NotAllowed):
        services.note_entry(entry=other, actor=cast.actor("he"), kind="progress", text="改了。", at=now())


def test_a_project_goes_on_and_gets_its_notice(cast: Cast) -> None:
    project, sun = stage.entry(cast, "project"), cast.actor("sun")
    services.note_entry(entry=project, actor=sun, kind="urge", text="请加快。", stage="land", at=now())
    note = services.issue_notice(entry=project, actor=sun, text="从本月起按周报进度。", at=now())
    letter = letter_by_code(note.letter_code)
    assert letter is not None
    assert "产业园建设指挥部" in letter.facts
    project.refresh_from_db()
    assert project.stage == "land"
    services.close_entry(entry=project, actor=sun, text="已投产。", at=now())
    with pytest.raises(EntryOver):
        services.note_entry(entry=project, actor=sun, kind="urge", text="请加快。", at=now())


def test_what_is_struck_out_is_counted_nowhere(cast: Cast) -> None:
    made = stage.entry(cast, "incident")
    client = cast.client("sun")
    assert "零报告 1 份" in client.get("/manage/efficiency/registers/incident/").content.decode()
    services.withdraw_entry(entry=made, actor=cast.actor("sun"), reason="登记重了。", at=now())
    page = client.get("/manage/efficiency/registers/incident/").content.decode()
    assert "零报告 0 份" in page


def test_the_published_telephone_is_on_the_public_page(cast: Cast) -> None:
    post = stage.entry(cast, "post", unit="supervision")
    from django.test import Client

    assert "0990-6312345" in Client().get("/complaints/").content.decode()
    services.close_entry(entry=post, actor=cast.actor("sun"), text="撤岗。", at=now())
    assert "0990-6312345" not in Client().get("/complaints/").content.decode()


def test_an_inspection_knows_what_is_on_record_and_faults_become_orders(cast: Cast) -> None:
    check = stage.check(cast)
    known = {point.point: point.known for point in check.points.all()}
    assert set(known) == set(POINTS)
    assert known["authorised"].startswith("有效授权委托书 5 份：受理 3")
    assert "有首席代表" in known["authorised"]
    services.report_check(
        check=check, actor=cast.actor("he"), said=dict.fromkeys(POINTS, "都到位。"), reason="自查完毕。", at=now()
    )
    check = EntryCheck.objects.select_related("matter__department", "issuer").get(pk=check.pk)
    judged = dict.fromkeys(POINTS, ("good", "")) | {"authorised": ("fault", "")}
    with pytest.raises(NotJudged):
        services.judge(check=check, actor=cast.actor("sun"), judged=judged, reason="结论。", at=now())
    judged["authorised"] = ("fault", "审核岗没有委托书。")
    services.judge(check=check, actor=cast.actor("sun"), judged=judged, reason="结论。", orders=True, at=now())
    order = Correction.objects.get(source_code=check.matter.code)
    assert (order.violation, order.problem) == ("authorisation", "审核岗没有委托书。")


def test_the_unit_inspected_does_not_judge_itself(cast: Cast) -> None:
    check = stage.check(cast)
    with pytest.raises(Refusal):
        services.judge(
            check=check, actor=cast.actor("he"), judged=dict.fromkeys(POINTS, ("good", "")), reason="好。", at=now()
        )


def test_settings_have_bounds(cast: Cast) -> None:
    for given in ({"rectify": 0}, {"rectify": 61}, {"send_backs": -1}):
        with pytest.raises(Refusal):
            services.set_settings(actor=cast.actor("sun"), given=given, at=now())
    with pytest.raises(NotAllowed):
        services.set_settings(actor=cast.actor("manager"), given={"rectify": 3}, at=now())
