"""全程参与 on the desk: attach somebody of the centre to a case, the cases one takes part in, remarks (R072)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.policies import may
from yimen.service.cases.selectors import access_case
from yimen.service.scrutiny import policies, services
from yimen.service.scrutiny.forms import panels as asked
from yimen.service.scrutiny.selectors import panels as selectors
from yimen.service.scrutiny.services.observing import possible_observers
from yimen.service.scrutiny.views.common import PAGE


@staff
def listed(request: HttpRequest) -> HttpResponseBase:
    """The cases one takes part in; for whoever attaches observers all of the centre."""
    actor = actor_of(request)
    found = selectors.observed_by(actor).prefetch_related("remarks")
    running = request.GET.get("over", "") != "1"
    found = found.filter(ended_at__isnull=running)
    page = page_by_key(found, order=("-since", "-pk"), asked=request.GET, size=PAGE)
    rows = [(each, matters.procedure_of(each.case.matter).state(each.case.matter.state).label) for each in page]
    context = {
        "page": page, "rows": rows, "running": running, "tabs": [("正在参与", "?"), ("已结束", "?over=1")], "me": actor.account_id,
        "here": "?" if running else "?over=1", "may_end": actor.holds(policies.OBSERVE),
    }  # fmt: skip
    return render(request, "scrutiny/observers.html", context)


@requires(policies.OBSERVE)
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Attach somebody of the centre to a case."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    if not may(actor, policies.OBSERVE, case.matter):
        raise NotFound("没有找到这件办件。", next_step="请核对办件编号。")
    form = asked.ObserverForm(request.POST or None, people=possible_observers(case, at))
    return ask(
        request, heading=f"全程参与：{case.matter.title}", verb="安排", form=form, frame="kit/desk.html",
        back=reverse("cases:desk_case", args=[code]), said="已安排，每一步都会通知。",
        note="中心人员全程参与投资项目的重点审批环节：能看全部情况，每一步都会收到通知，可以写意见，不作决定。",
        act=lambda given: services.attach_observer(code=code, account_id=given["account"], reason=given["reason"], actor=actor, at=at)
        and None,
    )  # fmt: skip


@staff
def act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """Leave a remark, or end it."""
    actor, at = actor_of(request), moments.now()
    found = selectors.access_observer(actor, uid)
    if action not in ("remark", "end"):
        raise NotFound("没有这个办理动作。", next_step="请回到全程参与清单。")
    form: Any = (asked.RemarkForm if action == "remark" else asked.EndForm)(request.POST or None)
    verb = services.remark if action == "remark" else services.end_observing
    return ask(
        request, heading=f"{'写参与意见' if action == 'remark' else '结束参与'}：{found.case.matter.title}",
        verb="写入" if action == "remark" else "结束", form=form, frame="kit/desk.html", back=reverse("scrutiny:observers"),
        said="意见已写入。" if action == "remark" else "已结束参与。", danger=action == "end",
        act=lambda given: verb(observer=found, actor=actor, at=at, **given) and None,
    )  # fmt: skip
