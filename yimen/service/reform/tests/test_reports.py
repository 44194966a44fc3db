"""Each number of a report equals an independent count, and the list behind it holds as many rows (R028, R040–R044, R046)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from yimen.ground.kit.moments import day_of, now
from yimen.service.cases import services as cases
from yimen.service.cases.models import Case
from yimen.service.cases.tests.stage import decided_on
from yimen.service.catalogue import services as catalogue
from yimen.service.reform import selectors, services
from yimen.service.reform.rules import reduction, within_target
from yimen.service.reform.tests.conftest import NOON, Publish

if TYPE_CHECKING:
    from tests.cast import Cast
    from yimen.service.catalogue.models import ServiceItem

TODAY = day_of(NOON)


@pytest.fixture
def items(cast: Cast, publish: Publish) -> dict[str, ServiceItem]:
    """Items of every sort that the reports tell apart."""
    held = {
        "fast": publish("甲证核发", promise_limit=5, visits=0, visits_reason=""),
        "slow": publish("乙证核发", promise_limit=20),
        "third": publish("丙证核发", legal_limit=30, promise_limit=10, channels=["window"]),
        "mixed": publish("丁证核发", legal_limit=60, legal_unit="calendar_day", promise_limit=20),
        "at_once": publish(
            "戊证核发", promise_limit=0, case_kind="instant", fee=True, fee_basis="条例", fee_standard="10 元"
        ),
        "service": publish(
            "咨询服务", kind="public_service", legal_limit=None, legal_unit="", promise_limit=3, department="housing"
        ),
        "penalty": publish("无证经营处罚", kind="penalty", legal_limit=90, promise_limit=60, department="housing"),
    }
    catalogue.create_item(
        actor=cast.actor("manager"), name="没有发布的事项", kind="licence", department=cast.units["market"], at=NOON
    )
    gone = publish("取消的事项")
    catalogue.cancel_item(actor=cast.actor("manager"), item=gone, reason="合并", basis="国发〔2026〕1号", at=NOON)
    return held


def asked(**more: Any) -> selectors.Asked:
    """A report of today over everything."""
    return selectors.Asked(**({"day": TODAY, "departments": None, "since": date(2020, 1, 1), "until": TODAY} | more))


def sql(what: str, source: str = "", where: str = "true") -> Any:
    """One value, by a statement that knows nothing of the reports."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {what} from {source or CURRENT} and {where}")  # noqa: S608 - written in this file
        return cursor.fetchone()[0]


CURRENT = "catalogue_itemedition e join catalogue_serviceitem i on i.current_id = e.id where i.status <> 'cancelled'"
ITEMS = "catalogue_serviceitem where status <> 'cancelled'"
TAGGED = "reform_itemtags where true"
APPLIED_FOR = "e.kind not in ('penalty', 'coercion', 'levy', 'inspection')"


def total(slug: str, **more: Any) -> dict[str, Any]:
    """The last line of a report by the titles of its columns."""
    report = selectors.build(slug, asked(**more))
    assert report is not None and report.total is not None
    return {head.title: value for head, value in zip(report.heads, report.total.values, strict=True)}


def test_speed(items: dict[str, ServiceItem]) -> None:
    shown = total("speed")
    comparable = (
        "e.legal_limit > 0 and e.promise_limit is not null and (e.promise_unit = e.legal_unit or e.promise_limit = 0)"
    )
    assert shown["能比"] == sql("count(*)", where=comparable) == 5
    assert shown["单位不同不能比"] == 1
    assert shown["缺一个时限"] == sql("count(*)", where="(e.legal_limit is null or e.promise_limit is null)")
    mean = sql("avg(1 - e.promise_limit::numeric / e.legal_limit)", where=comparable)
    assert shown["平均提速"] == round(float(mean) * 100, 1)
    assert shown["三分之二以上"] == sql("count(*)", where=f"{comparable} and e.promise_limit * 3 <= e.legal_limit") == 3
    report = selectors.build("speed", asked())
    assert report is not None
    assert sum(mark.value for mark in report.marks) == shown["能比"]


def test_speed_by_class(cast: Cast, items: dict[str, ServiceItem]) -> None:
    """R028: promised ≤ 1/3 of the statutory limit for project construction and industrial transfer."""
    held = services.save_class(
        actor=cast.actor("manager"),
        code="project",
        name="项目建设类",
        numerator=1,
        denominator=3,
        document="清府发〔2026〕9号",
        at=NOON,
    )
    services.put_into_class(
        actor=cast.actor("manager"),
        item_class=held,
        codes=[items[key].code for key in ("fast", "slow", "third", "mixed")],
        at=NOON,
    )
    report = selectors.build("speed", asked(by="class"))
    assert report is not None
    assert report.lines[0].values[:5] == ("1/3", 4, 2, 1, 1)
    client = cast.client("manager")
    for url, names in zip(
        report.lines[0].urls[1:5], (4, {"甲证核发", "丙证核发"}, {"乙证核发"}, {"丁证核发"}), strict=True
    ):
        page = client.get(url).content.decode()
        found = {name for name in ("甲证核发", "乙证核发", "丙证核发", "丁证核发") if name in page}
        assert found == names or len(found) == names
    assert "不达标" in client.get("/manage/reform/classes/project/").content.decode()


@pytest.mark.parametrize(
    ("promised", "legal", "faster", "kept"),
    [
        ((5, "working_day"), (20, "working_day"), 0.75, True),
        ((7, "working_day"), (20, "working_day"), 0.65, False),
        ((10, "working_day"), (30, "working_day"), 1 - 10 / 30, True),
        ((20, "working_day"), (20, "working_day"), 0.0, False),
        ((25, "working_day"), (20, "working_day"), -0.25, False),
        ((0, "working_day"), (30, "calendar_day"), 1.0, True),
        ((5, "working_day"), (30, "calendar_day"), None, None),
        ((5, "working_day"), (0, "working_day"), None, None),
        ((5, "working_day"), (None, ""), None, None),
        ((None, ""), (20, "working_day"), None, None),
    ],
)
def test_reduction_only_where_it_can_be_said(
    promised: Any, legal: Any, faster: float | None, kept: bool | None
) -> None:
    assert reduction(*promised, *legal) == faster
    assert within_target(promised[0], promised[1], legal[0], legal[1], 1, 3) is kept


def test_actual_times_are_those_of_the_cases(cast: Cast, items: dict[str, ServiceItem]) -> None:
    for _ in range(2):
        cases.grant(code=decided_on(cast), actor=cast.actor("chen"), at=now())
    shown = total("speed", day=day_of(now()), until=day_of(now()))
    count, mean = (
        Case.objects.filter(matter__work_days__isnull=False).count(),
        sql("avg(work_days)", "matters_matter where true", "work_days is not null"),
    )
    assert (shown["办结"], shown["实际平均"]) == (count, round(float(mean), 1)) == (2, shown["实际平均"])


def test_implementation(items: dict[str, ServiceItem]) -> None:
    shown = total("implementation")
    everything = sql("count(*)", ITEMS)
    published = sql("count(*)")
    assert (
        (shown["事项"], shown["已填报发布"], shown["没有发布"])
        == (everything, published, everything - published)
        == (8, 7, 1)
    )
    assert shown["填报发布率"] == round(100 * published / everything, 1)
    assert shown["引用上级目录"] == sql("count(*)", ITEMS, "national and base_code <> ''")


def test_online(items: dict[str, ServiceItem]) -> None:
    shown = total("online")
    asked_for = sql("count(*)", where=APPLIED_FOR)
    can = sql("count(*)", where=f"{APPLIED_FOR} and 'online' = any(e.channels)")
    whole = sql("count(*)", where=f"{APPLIED_FOR} and 'online' = any(e.channels) and e.visits = 0")
    assert (shown["依申请事项"], shown["可网上办"], shown["全程网办"]) == (asked_for, can, whole) == (6, 5, 1)
    assert (shown["网上可办率"], shown["全程网办率"]) == (
        round(100 * can / asked_for, 1),
        round(100 * whole / asked_for, 1),
    )
    report = selectors.build("online", asked())
    assert report is not None and report.marks[-1].value == shown["网上可办率"]
    assert len(report.marks) == 1  # no items before this month


def test_online_of_a_day_gone_by(cast: Cast, items: dict[str, ServiceItem]) -> None:
    from yimen.service.reform.tests.conftest import revise

    later = NOON + timedelta(days=40)
    revise(cast, items["third"], at=later, legal_limit=30, promise_limit=10)
    assert total("online", day=day_of(later))["可网上办"] == total("online")["可网上办"] + 1
    assert total("online", day=TODAY - timedelta(days=1))["依申请事项"] == 0


def test_four_handlings(cast: Cast, items: dict[str, ServiceItem]) -> None:
    services.tag_items(
        actor=cast.actor("manager"), items=[items["fast"], items["slow"]], tags={"online": True, "once": True}, at=NOON
    )
    services.tag_items(actor=cast.actor("manager"), items=[items["slow"]], tags={"at_once": True}, at=NOON)
    services.save_wording(actor=cast.actor("manager"), key="tag.once", text="最多跑一次", at=NOON)
    shown = total("handlings")
    assert shown["已认定"] == sql("count(*)", TAGGED) == 2
    assert shown["最多跑一次"] == sql("count(*)", TAGGED, "once") == 1
    assert (shown["网上办"], shown["马上办"], shown["就近办"]) == (1, 1, 0)
    assert shown["网上办率"] == round(100 / 7, 1)


def test_the_edition_suggests_its_tags(items: dict[str, ServiceItem]) -> None:
    current = items["at_once"].current
    assert current is not None
    assert selectors.suggested_tags(current, nearby=False) == {
        "at_once": True,
        "online": True,
        "nearby": False,
        "once": True,
    }
    current = items["third"].current
    assert current is not None
    assert selectors.suggested_tags(current, nearby=True) == {
        "at_once": False,
        "online": False,
        "nearby": True,
        "once": True,
    }


def test_simplifications(cast: Cast, items: dict[str, ServiceItem]) -> None:
    editor = cast.actor("editor")
    measure = services.simplify(
        actor=editor, item=items["fast"], kind="paperless", document="1号", since=TODAY, at=NOON
    )
    services.simplify(actor=editor, item=items["slow"], kind="filing", document="2号", since=TODAY, at=NOON)
    shown = total("simplified")
    assert (shown["业务无纸化"], shown["备案简化"], shown["管理权下放"]) == (1, 1, 0)
    services.end_simplification(actor=editor, measure=measure, at=NOON + timedelta(days=5))
    assert total("simplified")["业务无纸化"] == 1
    assert total("simplified", day=TODAY + timedelta(days=5))["业务无纸化"] == 0


def test_five_most(items: dict[str, ServiceItem]) -> None:
    """R046: flow, steps, fee, real time; the place is among items of the same type; no rating is invented."""
    found = {row.item["name"]: row for row in selectors.five_of(selectors.Reach(TODAY))}
    assert len(found) == 7
    licences = sorted((row.item["promise_limit"], name) for name, row in found.items() if row.item["kind"] == "licence")
    for name in ("甲证核发", "乙证核发", "戊证核发"):
        place = found[name].flow
        assert place is not None
        better = sum(1 for limit, _ in licences if limit < found[name].item["promise_limit"])
        assert (place.rank, place.of) == (better + 1, len(licences))
    assert found["咨询服务"].flow is not None and found["咨询服务"].flow.of == 1
    assert total("five")["评价"] == "暂无评价"


def test_every_number_opens_its_list(cast: Cast, items: dict[str, ServiceItem]) -> None:
    """The list behind a number has as many rows as the number says."""
    services.tag_items(actor=cast.actor("manager"), items=[items["fast"]], tags={"online": True}, at=NOON)
    client = cast.client("manager")
    opened = 0
    for slug in ("speed", "implementation", "online", "handlings", "simplified", "five"):
        report = selectors.build(slug, asked())
        assert report is not None
        for line in [*report.lines, report.total]:
            assert line is not None
            for value, url in line.cells():
                if url:
                    page = client.get(url).content.decode()
                    assert page.count('<th scope="row"><a class="title"') == value, (slug, line.name, url)
                    opened += 1
    assert opened > 40


def test_a_department_sees_its_own_numbers(cast: Cast, items: dict[str, ServiceItem]) -> None:
    editor = cast.client("editor")
    page = editor.get("/manage/reform/reports/implementation/").content.decode()
    assert "市场监督" in page and "住房" not in page
    assert "咨询服务" not in editor.get("/manage/reform/items/?of=all").content.decode()
    other = cast.units["housing"].pk
    assert "咨询服务" not in editor.get(f"/manage/reform/items/?of=all&department={other}").content.decode()
    assert editor.get(f"/manage/reform/items/{items['service'].code}/").status_code == 404


@pytest.mark.parametrize("slug", [slug for slug, _ in selectors.titles()])
def test_screen_excel_and_picture(cast: Cast, items: dict[str, ServiceItem], slug: str) -> None:
    client = cast.client("manager")
    for query in (
        "",
        "?by=department",
        "?by=class",
        "?day=2026-01-31",
        "?since=x&until=9999-99-99&department=abc&of=1",
    ):
        assert client.get(f"/manage/reform/reports/{slug}/{query}").status_code == 200
    assert b"".join(client.get(f"/manage/reform/reports/{slug}/export/")).startswith(b"PK")
    drawn = client.get(f"/manage/reform/reports/{slug}/picture/")
    assert drawn["Content-Type"].startswith("image/svg+xml") and b"<svg" in drawn.content
    assert client.get("/manage/reform/reports/nothing/").status_code == 404
