"""全省通办, two tiers side by side, settings and the checklist 三到位 (R039, R002, R004)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.forms import (
    DesignateItemForm,
    DesignateWindowForm,
    FieldForm,
    PointForm,
    SettingForm,
)
from yimen.service.residence.models import ProvinceField, ProvinceItem, ProvinceWindow, ReadinessPoint
from yimen.service.residence.rules import SETTINGS
from yimen.service.residence.selectors.places import province_items_at
from yimen.service.residence.selectors.tiers import TierGap
from yimen.service.residence.views.asking import actor_of, day_asked
from yimen.service.residence.views.tables import Button, Cell, Filter, Table, heads, show

sees = requires(*policies.STAFF)


FIRST_SHOWN = 5


@sees
def province(request: HttpRequest) -> HttpResponse:
    """Fields, windows and the first items of 全省通办; with `field` all items of one."""
    day = day_asked(request)
    windows = list(selectors.province_at(day))
    first, sizes = selectors.province_first(day, FIRST_SHOWN), selectors.province_sizes(day)
    fields = [
        (
            field,
            [each for each in windows if each.field_id == field.pk],
            first.get(field.pk, [])[:FIRST_SHOWN],
            sizes.get(field.pk, 0),
        )
        for field in ProvinceField.objects.all()
    ]
    chosen = next((field for field, *_ in fields if field.code == request.GET.get("field")), None)
    page = (
        page_by_key(province_items_at(day).filter(field=chosen), order=("id",), asked=request.GET, size=30)
        if chosen is not None
        else None
    )
    context = {
        "fields": fields,
        "count": len({each.window_id for each in windows}),
        "items": sum(sizes.values()),
        "covered": sum(1 for _, held, *_ in fields if held),
        "chosen": chosen,
        "page": page,
        "may": actor_of(request).holds(policies.PUBLISH),
    }
    return render(request, "residence/province.html", context)


@sees
def province_export(request: HttpRequest) -> HttpResponseBase:
    """Windows and items as a workbook."""
    day = day_asked(request)
    rows: list[tuple[str, str, str, Any, str]] = [
        (each.field.name, "窗口", f"{each.window.centre.name}{each.window}", each.from_on, each.basis)
        for each in selectors.province_at(day)
    ]
    rows += [
        (each.field.name, "事项", each.item.name, each.from_on, each.basis)
        for each in province_items_at(day).order_by("field__order", "item__name")
    ]
    columns: list[exports.Column[Any]] = [
        exports.Column("领域", lambda row: row[0]),
        exports.Column("种类", lambda row: row[1]),
        exports.Column("名称", lambda row: row[2], width=50),
        exports.Column("起始日期", lambda row: row[3], width=14),
        exports.Column("依据", lambda row: row[4], width=30),
    ]
    return exports.download(f"全省通办-{day}.xlsx", exports.xlsx(columns, rows, sheet="全省通办"))


@requires(policies.PUBLISH)
def designate_window(request: HttpRequest) -> HttpResponseBase:
    """A window for a field."""
    form = DesignateWindowForm(
        request.POST if request.method == "POST" else None, initial={"from_on": moments.day_of(moments.now())}
    )
    return _ask(request, "指定全省通办窗口", form, services.designate_window)


@requires(policies.PUBLISH)
def designate_item(request: HttpRequest) -> HttpResponseBase:
    """An item for a field."""
    form = DesignateItemForm(
        request.POST if request.method == "POST" else None, initial={"from_on": moments.day_of(moments.now())}
    )

    def act(*, code: Any, **given: Any) -> Any:
        return services.designate_item(item=code, **given)

    return _ask(request, "指定全省通办事项", form, act)


@requires(policies.PUBLISH)
def new_field(request: HttpRequest) -> HttpResponseBase:
    """A field of one's own."""
    return _ask(
        request, "增加通办领域", FieldForm(request.POST if request.method == "POST" else None), services.put_field
    )


def _ask(request: HttpRequest, heading: str, form: Any, act: Any) -> HttpResponseBase:
    return asking.ask(
        request,
        heading=heading,
        verb="保存",
        form=form,
        act=lambda given: act(actor=actor_of(request), at=moments.now(), **given),
        back=reverse("residence:province"),
        said="已保存。",
    )


@requires(policies.PUBLISH)
def end_designation(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """End the designation of a window or an item."""
    found: ProvinceWindow | ProvinceItem | None
    if kind == "window":
        found = ProvinceWindow.objects.select_related("window__centre__division", "field").filter(pk=pk).first()
    else:
        found = ProvinceItem.objects.select_related("item__department__division", "field").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这个指定。", next_step="请从全省通办页进入。")
    act: Any = services.end_window if kind == "window" else services.end_item
    return asking.ask(
        request,
        heading=f"撤销“{found}”的全省通办？",
        verb="撤销",
        danger=True,
        act=lambda _: act(actor=actor_of(request), designation=found, at=moments.now()),
        back=reverse("residence:province"),
        said="已撤销。",
    )


# --- Two tiers


def _tiers(request: HttpRequest) -> tuple[list[tuple[str, str]], str, str]:
    """Divisions that have departments, and the two asked for: by default the first and the one above it."""
    held = organisations.departments().values("division")
    known = list(organisations.divisions().filter(code__in=held).select_related("parent").order_by("path"))
    choices = [(each.code, each.name) for each in known]
    codes = [code for code, _ in choices]
    lower, upper = request.GET.get("lower", ""), request.GET.get("upper", "")
    if lower not in codes:
        lower = next((each.code for each in known if each.parent_id in codes), codes[-1] if codes else "")
    if upper not in codes:
        above = next((each.parent_id for each in known if each.code == lower), None)
        upper = above if above in codes else (codes[0] if codes else "")
    return choices, upper or "", lower


@sees
def tiers(request: HttpRequest) -> HttpResponse:
    """Items of the lower hall beside those of the upper: what only one side has."""
    choices, upper, lower = _tiers(request)
    gaps = selectors.tier_gaps(upper, lower) if upper and upper != lower else []
    side = request.GET.get("side", "")
    shown = [gap for gap in gaps if not side or gap.side == side]
    names = dict(choices)
    rows = [
        [
            Cell(gap.name, sub=gap.base_code),
            Cell(gap.department),
            Cell(f"只有{names.get(upper if gap.side == 'above' else lower, '')}有", status="warning"),
            Cell(gap.items),
        ]
        for gap in shown[:500]
    ]
    query = {"upper": upper, "lower": lower}
    alerts = []
    if len(choices) < 2:
        alerts = [("", "系统里只有一级大厅的部门，没有可以对照的上级。上级的部门和事项导入后，这里按基本编码对照。")]
    elif len(shown) > 500:
        alerts = [("", f"只列出 500 项，全部 {len(shown)} 项请导出 Excel。")]
    table = Table(
        title="上下级事项对照",
        lead="县与市进厅项目要完整对接：按国家基本编码对照，列出只有一边有的事项。",
        heads=heads("事项", "部门", "情况", "实施事项#"),
        rows=rows,
        buttons=(Button("导出 Excel", f"{reverse('residence:tiers_export')}?{urlencode(query)}", icon="download"),),
        filters=(
            Filter("upper", "上级", choices, upper),
            Filter("lower", "下级", choices, lower),
            Filter("side", "两边都看", [("above", "只有上级有"), ("below", "只有下级有")], side),
        ),
        alerts=alerts,
        empty=("没有对不上的事项", "两级的基本编码都对得上，或还没有可对照的一级。"),
    )
    return show(request, table)


@sees
def tiers_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook."""
    choices, upper, lower = _tiers(request)
    names = dict(choices)
    columns: list[exports.Column[TierGap]] = [
        exports.Column("基本编码", lambda gap: gap.base_code, width=16),
        exports.Column("事项", lambda gap: gap.name, width=50),
        exports.Column("部门", lambda gap: gap.department, width=28),
        exports.Column("只在", lambda gap: names.get(upper if gap.side == "above" else lower, "")),
        exports.Column("实施事项数", lambda gap: gap.items),
    ]
    gaps = selectors.tier_gaps(upper, lower) if upper and upper != lower else []
    return exports.download("上下级事项对照.xlsx", exports.xlsx(columns, gaps, sheet="对照"))


# --- Settings


@requires(policies.DECIDE)
def settings(request: HttpRequest) -> HttpResponse:
    """What this place sets for itself, each with its source; the checklist 三到位."""
    key = request.POST.get("key", "")
    forms = []
    for choice, value, by in selectors.settings_shown():
        bound = request.POST if request.method == "POST" and key == choice.key else None
        form = SettingForm(bound, choice=choice, initial={choice.key: value}, auto_id=f"{choice.key}_%s")
        if bound is not None and form.is_valid():
            try:
                services.set_value(
                    actor=actor_of(request), key=key, value=str(form.cleaned_data[choice.key]), at=moments.now()
                )
            except Refusal as refusal:
                if refusal.status != 422:
                    raise
                refuse_form(form, refusal)
            else:
                messages.success(request, "已保存。")
                return redirect("residence:settings")
        forms.append((choice, form, by))
    if request.method == "POST" and key not in SETTINGS:
        raise NotFound("没有这个参数。", next_step="请从参数页进入。")
    points = [
        (side, label, list(ReadinessPoint.objects.filter(side=side, ended_on__isnull=True)))
        for side, label in ReadinessPoint.Side.choices
    ]
    wrong = any(form.errors for _, form, _ in forms)
    return render(request, "residence/settings.html", {"forms": forms, "points": points}, status=422 if wrong else 200)


@requires(policies.DECIDE)
def new_point(request: HttpRequest) -> HttpResponseBase:
    """A point of the checklist."""
    return asking.ask(
        request,
        heading="增加三到位要点",
        verb="增加",
        form=PointForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.put_point(actor=actor_of(request), at=moments.now(), **given),
        back=reverse("residence:settings"),
        said="要点已增加。",
    )


@requires(policies.DECIDE)
def end_point(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a point off."""
    found = ReadinessPoint.objects.filter(pk=pk, ended_on__isnull=True).first()
    if found is None:
        raise NotFound("没有这个要点，或它已经停用。", next_step="请从参数页进入。")
    return asking.ask(
        request,
        heading=f"停用要点“{found.text}”？",
        verb="停用",
        danger=True,
        act=lambda _: services.end_point(actor=actor_of(request), point=found, at=moments.now()),
        back=reverse("residence:settings"),
        said="要点已停用。",
    )
