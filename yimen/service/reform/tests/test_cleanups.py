"""A round of cleaning from opening to the batch that comes of it (R026)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.notices.models import Message
from yimen.service.reform import selectors, services
from yimen.service.reform.models import CleanUp, CleanUpLine
from yimen.service.reform.tests.conftest import NOON, Publish

if TYPE_CHECKING:
    from tests.cast import Cast

TODAY = day_of(NOON)


@pytest.fixture
def round_(cast: Cast, publish: Publish) -> CleanUp:
    """A round over the market and the housing department with three items and one."""
    for name in ("甲证核发", "乙证核发", "丙证核发"):
        publish(name)
    publish("施工许可", department="housing")
    return services.open_cleanup(
        actor=cast.actor("legal"), title="2026 年清理", document="清府法〔2026〕7号", due_on=TODAY + timedelta(days=20),
        departments=[cast.units["market"], cast.units["housing"]], at=NOON,
    )  # fmt: skip


def lines(cleanup: CleanUp, department: str = "市场监督") -> list[int]:
    """Ids of a department's lines."""
    return list(
        CleanUpLine.objects.filter(cleanup=cleanup, department__name__contains=department)
        .order_by("id")
        .values_list("id", flat=True)
    )


def test_from_self_check_to_a_batch(cast: Cast, round_: CleanUp) -> None:
    editor, legal, manager = cast.actor("editor"), cast.actor("legal"), cast.actor("manager")
    ours, theirs = lines(round_), lines(round_, "住房")
    assert (len(ours), len(theirs)) == (3, 1)
    services.check_items(actor=editor, cleanup=round_, lines=ours[:1], found="keep", reason="", at=NOON)
    with pytest.raises(Conflict, match="还有 2 个事项"):
        services.hand_in(actor=editor, cleanup=round_, department=cast.units["market"], at=NOON)
    services.check_items(actor=editor, cleanup=round_, lines=ours[1:2], found="cancel", reason="依据已废止", at=NOON)
    services.check_items(
        actor=editor,
        cleanup=round_,
        lines=ours[2:],
        found="delegate",
        reason="便民",
        receiver=cast.units["town"],
        at=NOON,
    )
    services.hand_in(actor=editor, cleanup=round_, department=cast.units["market"], at=NOON)
    with pytest.raises(Conflict, match="不能再改"):
        services.check_items(actor=editor, cleanup=round_, lines=ours[:1], found="keep", reason="", at=NOON)
    with pytest.raises(Invalid, match="还没有报送"):
        services.decide_lines(actor=legal, cleanup=round_, lines=theirs, decided="keep", reason="", at=NOON)
    services.decide_lines(actor=legal, cleanup=round_, lines=ours, decided="", reason="", at=NOON)
    with pytest.raises(Conflict, match="没有审定"):
        services.close_cleanup(actor=legal, cleanup=round_, at=NOON)
    services.check_items(actor=manager, cleanup=round_, lines=theirs, found="keep", reason="", at=NOON)
    services.hand_in(actor=manager, cleanup=round_, department=cast.units["housing"], at=NOON)
    with pytest.raises(Invalid):  # another outcome than the department's needs a reason
        services.decide_lines(actor=legal, cleanup=round_, lines=theirs, decided="adjust", reason="", at=NOON)
    services.decide_lines(
        actor=legal, cleanup=round_, lines=theirs, decided="adjust", reason="时限与上位法不符", at=NOON
    )
    batch = services.close_cleanup(actor=legal, cleanup=round_, at=NOON)
    assert batch is not None and batch.state == "reviewed"
    assert selectors.tallies([batch])[batch.pk] == "3 项 = 取消 1、调整 1、下放 1"
    assert [unit.name for change in batch.changes.filter(kind="delegate") for unit in change.units.all()] == [
        cast.units["town"].name
    ]
    batch = services.decide_batch(
        actor=manager, batch=batch, document="清府发〔2026〕30号", document_on=TODAY, effective_on=TODAY, at=NOON
    )
    services.apply_batch(actor=manager, batch=batch, at=NOON)
    assert set(batch.changes.values_list("state", flat=True)) == {"applied"}


def test_progress_is_that_of_the_rows(cast: Cast, round_: CleanUp) -> None:
    ours = lines(round_)
    services.check_items(actor=cast.actor("editor"), cleanup=round_, lines=ours[:2], found="keep", reason="", at=NOON)
    late = TODAY + timedelta(days=40)
    report = selectors.build("cleanup", selectors.Asked(late, None, TODAY, late, "", str(round_.uid)))
    assert report is not None and "2 个部门超期未报" in report.lead
    shown = {line.name: (line.values[0], line.values[1], line.values[3]) for line in report.lines}
    with connection.cursor() as cursor:
        cursor.execute(
            """select u.short_name, count(*), count(*) filter (where found <> '') from reform_cleanupline l
               join organisations_unit u on u.id = l.department_id where l.cleanup_id = %s group by 1""",
            [round_.pk],
        )
        assert shown == {name: (items, checked, "超期未报") for name, items, checked in cursor.fetchall()}


@pytest.mark.parametrize(
    ("found", "reason", "field"),
    [("cancel", "", "reason"), ("delegate", "便民", "receiver"), ("whatever", "因为", "found")],
)
def test_a_finding_is_whole(cast: Cast, round_: CleanUp, found: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.check_items(
            actor=cast.actor("editor"), cleanup=round_, lines=lines(round_), found=found, reason=reason, at=NOON
        )
    assert field in refused.value.fields
    assert not CleanUpLine.objects.exclude(found="").exists()


def test_a_department_answers_for_its_own(cast: Cast, round_: CleanUp) -> None:
    with pytest.raises(NotAllowed):
        services.check_items(
            actor=cast.actor("editor"), cleanup=round_, lines=lines(round_, "住房"), found="keep", reason="", at=NOON
        )
    with pytest.raises(NotAllowed):
        services.open_cleanup(
            actor=cast.actor("editor"),
            title="自己开",
            document="1号",
            due_on=TODAY,
            departments=[cast.units["market"]],
            at=NOON,
        )
    stranger = cast.client("qian_approver")
    assert stranger.get(f"/manage/reform/cleanups/{round_.uid}/").status_code in (403, 404)
    page = cast.client("editor").get(f"/manage/reform/cleanups/{round_.uid}/").content.decode()
    assert "甲证核发" in page and "施工许可" not in page


def test_departments_are_asked_and_reminded(cast: Cast, round_: CleanUp) -> None:
    services.prompt(actor=cast.actor("legal"), cleanup=round_, at=NOON + timedelta(days=30))
    while outbox.deliver_once():
        pass
    editor = cast.accounts["editor"].pk
    assert Message.objects.filter(account=editor, key__startswith="reform.cleanup").count() == 1
    assert Message.objects.filter(account=editor, key__startswith="reform.prompt").count() == 1
    assert not Message.objects.filter(account=cast.accounts["qian_approver"].pk, key__startswith="reform.").exists()


def test_the_page_fills_and_decides(cast: Cast, round_: CleanUp) -> None:
    page = f"/manage/reform/cleanups/{round_.uid}/"
    editor, legal = cast.client("editor"), cast.client("legal")
    chosen = lines(round_)
    assert editor.post(page, {"act": "check", "found": "cancel", "line": chosen}).status_code == 422
    assert editor.post(page, {"act": "check", "found": "keep", "line": chosen}).status_code == 302
    assert editor.post(f"{page}hand-in/?department={cast.units['market'].pk}").status_code == 302
    assert editor.post(f"{page}hand-in/?department={cast.units['housing'].pk}").status_code == 404
    assert legal.post(page, {"act": "decide", "decided": "", "line": chosen}).status_code == 302
    assert set(CleanUpLine.objects.filter(pk__in=chosen).values_list("decided", flat=True)) == {"keep"}
