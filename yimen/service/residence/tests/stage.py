"""Halls with things in them, for tests that stand on the cast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, now
from yimen.service.cases.tests.stage import published
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence import services
from yimen.service.residence.models import Adjustment, Directory, Function, ProvinceField, ReadinessPoint
from yimen.service.residence.services.plans import Contents, SentPerson

TODAY = date(2026, 9, 16)
AT = datetime(2026, 9, 16, 10, 0, tzinfo=CHINA)


def item(cast: Cast, name: str = "公共场所卫生许可（新办）", **change: Any) -> ServiceItem:
    """A published item of the market department, in force long before `AT`."""
    change.setdefault("at", datetime(2026, 3, 2, 9, 0, tzinfo=CHINA))
    return published(cast, name=name, **change)


def function(cast: Cast, name: str = "食品经营许可", kind: str = "approval", **more: Any) -> Function:
    """A function of the market department."""
    return services.record_function(
        actor=cast.actor("he"), department=cast.units["market"], name=name, kind=kind, at=AT, **more
    )


def entered(
    cast: Cast, *items: ServiceItem, window: str = "window3", on: date | None = None, at: datetime = AT
) -> Adjustment:
    """Applied for by the head, decided by the centre."""
    asked = services.propose(
        actor=cast.actor("he"), kind="enter", department=cast.units["market"], reason="按目录进驻",
        item_ids=[each.pk for each in items], windows=[cast.windows[window]], at=at,
    )  # fmt: skip
    return services.decide_adjustment(
        actor=cast.actor("manager"), adjustment=asked, number="", text="同意进驻", effective_on=on or TODAY, at=at
    )


def directory(cast: Cast, *lines: dict[str, Any], on: date = date(2026, 6, 1), at: datetime = AT) -> Directory:
    """A directory published with these lines."""
    made = services.new_directory(actor=cast.actor("manager"), centre=cast.units["centre"], title="应进驻目录", at=at)
    for line in lines:
        services.put_line(actor=cast.actor("manager"), directory=made, at=at, **line)
    return services.publish_directory(
        actor=cast.actor("manager"), directory=made, document_number="清政务〔2026〕8号", document_on=on, at=at
    )


def long_ago() -> datetime:
    """Half a year before now."""
    return now() - timedelta(days=180)


def plan_contents(cast: Cast, *functions: Function, **more: Any) -> Contents:
    """What the market department's plan says."""
    given: dict[str, Any] = {
        "section": cast.units["market_section"],
        "leader": cast.accounts["zhou"],
        "reason": "审批职能分散在三个科室，群众多头跑。",
        "separation": "审批后由各业务科室监管，七日内移交档案。",
        "functions": {each.pk: cast.units["market_section"] for each in functions},
        "windows": [cast.windows["window3"]],
        "staff": [SentPerson(cast.accounts["zhao"], "审查岗", True, "川01-0007", "本科，五年审批经历")],
    }
    return Contents(**(given | more))


def full(cast: Cast, made: ServiceItem) -> dict[str, Any]:
    """One of everything, about the market department's item `made`: what the pages of the residence stand on."""
    at, manager, he = now(), cast.actor("manager"), cast.actor("he")
    day = at.date()
    services.take_over(actor=manager, at=at)
    directory(cast, {"kind": "item", "item": made}, {"kind": "class", "wide_class": "look_up"}, on=day, at=at)
    draft = services.new_directory(actor=manager, centre=cast.units["centre"], title="应进驻目录（新）", at=at)
    line = services.put_line(
        actor=manager, directory=draft, kind="base", department=cast.units["market"], note="全部", at=at
    )
    upload = services.check_upload(
        actor=manager, directory=draft, content=f"事项编码,进驻方式\n{made.code},分中心\n坏的,中心\n".encode(),
        file_name="目录.csv", at=at,
    )  # fmt: skip
    approving = services.record_function(
        actor=he, department=cast.units["market"], name="食品经营许可", kind="approval", at=at,
        section=cast.units["market_section"],
    )  # fmt: skip
    leave = services.propose(
        actor=manager, kind="leave", department=cast.units["market"], reason="一年不到十件", item_ids=[made.pk],
        volumes={made.pk: 3}, facts={"first": "2026-06-01", "last": "2026-08-31"}, at=at,
    )  # fmt: skip
    attempt = services.record_attempt(
        key="told", kind="window_closed", text="马成要停用综合窗口 3 号，市场监管局有 1 个事项在这里办理。", at=at,
        actor_uid=manager.uid, actor_name=manager.name, actor_post=manager.post, department_id=cast.units["market"].pk,
    )  # fmt: skip
    wish = services.ask(actor=cast.actor("li"), wanted="开具无房证明", text="买房要用", source="search", at=at)
    answered = services.ask(actor=cast.actor("teahouse"), wanted="刻章备案", source="search", at=at)
    services.answer_demand(actor=manager, wanted=answered.wanted, outcome="not_yet", text="公安正在研究。", at=at)
    plan = services.draft_plan(
        actor=he, department=cast.units["market"], contents=plan_contents(cast, approving), at=at
    )
    batch = services.new_batch(actor=manager, kind="one_window", title="", at=at)
    services.list_items(actor=manager, batch=batch, item_ids=[made.pk], at=at)
    services.publish_batch(
        actor=manager, batch=batch, document_number="清政务〔2026〕3号", published_on=day, in_force_on=day, at=at
    )
    field = ProvinceField.objects.get(code="social")
    served = services.designate_window(
        actor=manager, field=field, window=cast.windows["window3"], from_on=day, basis="川政务〔2026〕1号", at=at
    )
    services.designate_item(actor=manager, field=field, item=made, from_on=day, basis="川政务〔2026〕1号", at=at)
    return {
        "draft": draft, "line": line, "upload": upload, "function": approving, "leave": leave, "attempt": attempt,
        "wish": wish, "plan": plan, "batch": batch, "listed": batch.lines.get(), "served": served, "field": field,
        "point": ReadinessPoint.objects.order_by("pk")[0], "item": made,
    }  # fmt: skip
