"""需求进驻: what people ask for, counted; one answer for all who asked (R022)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.refusals import NotFound
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.forms import AnswerForm
from yimen.service.residence.models import Demand, DemandAnswer
from yimen.service.residence.selectors.demands import DemandGroup
from yimen.service.residence.views.asking import actor_of
from yimen.service.residence.views.tables import Button, Cell, Table, heads, show

sees = requires(*policies.STAFF)
OPEN, ANSWERED = "?", "?show=answered"


def _groups(request: HttpRequest) -> list[DemandGroup]:
    return selectors.demand_groups(policies.about(actor_of(request), "item__department", *policies.STAFF))


@sees
def demands(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, most asked first; what was answered."""
    answered = request.GET.get("show") == "answered"
    tabs = [("待答复", OPEN), ("已答复", ANSWERED)]
    may = actor_of(request).holds(policies.DECIDE)
    if answered:
        held = selectors.answers().filter(policies.about(actor_of(request), "item__department", *policies.STAFF))[:200]
        rows = [
            [
                Cell(each.wanted, sub=each.text[:80]),
                Cell(each.asked),
                Cell(moments.say_moment(each.first_asked_at)),
                Cell(each.get_outcome_display(), status="normal" if each.outcome == "adjust_in" else "closed"),
                Cell(each.answered_by, sub=moments.say_moment(each.answered_at)),
            ]
            for each in held
        ]
        columns = heads("想办的事", "人数#", "最早提出", "决定", "答复")
    else:
        rows = []
        for group in _groups(request):
            department = group.item.department.short_name if group.item and group.item.department else "目录里没有"
            url = reverse("residence:answer_demand", args=[group.key[0], _key(group)])
            rows.append(
                [
                    Cell(
                        group.wanted,
                        reverse("residence:item", args=[group.item.code]) if group.item else "",
                        sub=department,
                    ),
                    Cell(group.asked),
                    Cell(moments.say_moment(group.first_at)),
                    Cell(moments.say_moment(group.last_at)),
                    Cell("答复" if may else "", url if may else ""),
                ]
            )
        columns = heads("想办的事", "人数#", "最早提出", "最近提出", "操作")
    table = Table(
        title="需求进驻",
        lead="群众、企业反映在大厅办不了的事。强烈要求的要及时纳入；答复发给每一位提出的人，并在网上公布。",
        heads=columns,
        rows=rows,
        buttons=(
            Button("导出 Excel", reverse("residence:demands_export"), icon="download"),
            Button("网上公布页", reverse("residence:public_demands")),
        ),
        tabs=tabs,
        tab=ANSWERED if answered else OPEN,
        empty=("没有待答复的需求", "群众在办事指南或查找页提出后，会列在这里。"),
    )
    return show(request, table)


def _key(group: DemandGroup) -> int:
    """The item, or the first demand of a wish that names none."""
    if group.item is not None:
        return group.item.pk
    first = Demand.objects.filter(item__isnull=True, wanted=group.wanted, answer__isnull=True).order_by("pk").first()
    return first.pk if first is not None else 0


@sees
def demands_export(request: HttpRequest) -> HttpResponseBase:
    """What waits, as a workbook."""
    columns: list[exports.Column[DemandGroup]] = [
        exports.Column("想办的事", lambda group: group.wanted, width=50),
        exports.Column("事项编码", lambda group: group.item.code if group.item else "", width=36),
        exports.Column(
            "部门", lambda group: group.item.department.name if group.item and group.item.department else ""
        ),
        exports.Column("提出人数", lambda group: group.asked),
        exports.Column("最早提出", lambda group: group.first_at, width=18),
        exports.Column("最近提出", lambda group: group.last_at, width=18),
    ]
    return exports.download("进驻需求.xlsx", exports.xlsx(columns, _groups(request), sheet="需求"))


@requires(policies.DECIDE)
def answer_demand(request: HttpRequest, kind: str, key: int) -> HttpResponseBase:
    """One answer for everybody who asked; 纳入 leads on to the adjustment."""
    open_ones = Demand.objects.filter(answer__isnull=True).select_related("item__department")
    first = (
        (open_ones.filter(item=key) if kind == "i" else open_ones.filter(pk=key, item__isnull=True))
        .order_by("at")
        .first()
    )
    if first is None:
        raise NotFound("这个需求没有人在等答复。", next_step="请从需求清单进入。")
    asked = (
        open_ones.filter(item=first.item_id)
        if first.item_id
        else open_ones.filter(item__isnull=True, wanted=first.wanted)
    )
    said = [each.text for each in asked.order_by("-at")[:5] if each.text]

    def act(given: dict[str, str]) -> object:
        return services.answer_demand(
            actor=actor_of(request), item=first.item, wanted=first.wanted, at=moments.now(), **given
        )

    form = AnswerForm(request.POST if request.method == "POST" else None)
    propose = ""
    if first.item and first.item.department_id and request.POST.get("outcome") == DemandAnswer.Outcome.ADJUST_IN:
        propose = f"{reverse('residence:propose')}?kind=enter&department={first.item.department_id}&q={first.item.code}"
    return asking.ask(
        request,
        heading=f"答复需求：{first.wanted}",
        note=f"{asked.count()} 人提出。" + (f"他们说：{'；'.join(said)}" if said else ""),
        verb="答复并公布",
        form=form,
        act=act,
        back=reverse("residence:demands"),
        then=propose,
        said="已答复，会发给每一位提出的人。" + ("请接着办理进驻调整。" if propose else ""),
    )
