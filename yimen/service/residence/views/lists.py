"""清单分批公布: rates, candidates with reasons, batches (R035–R037)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, charts, exports, moments, pictures
from yimen.ground.kit.paging import Page, page_by_key, page_of_keys
from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.forms import BatchForm, BatchPublishForm, InForceForm, UnlistForm
from yimen.service.residence.models import ListBatch, ListLine
from yimen.service.residence.rules import ListKind
from yimen.service.residence.selectors.lists import ListRate
from yimen.service.residence.views.asking import actor_of, day_asked, department_choices, kept, number, word
from yimen.service.residence.views.tables import Button, Cell, Table, heads, show

sees = requires(*policies.STAFF)
BADGES = {"maturing": "warning", "published": "paused", "in_force": "normal", "dropped": "closed"}


def _drawing(rates: list[ListRate]) -> tuple[SafeString, list[charts.Mark]]:
    marks = [
        charts.Mark(each.label, each.rate or 0.0, reverse("residence:candidates", args=[each.kind])) for each in rates
    ]
    once = next(each for each in rates if each.kind == ListKind.AT_MOST_ONCE)
    says = f"“最多跑一次”占全部事项的 {once.rate or 0:g}%，目标 {selectors.setting('once_goal')}% 以上"
    return charts.bars(marks, says), marks


@sees
def lists(request: HttpRequest) -> HttpResponse:
    """All lists with their rates, and all batches."""
    day = day_asked(request)
    rates = selectors.list_rates(day)
    drawing, marks = _drawing(rates)
    goal = selectors.number("once_goal")
    page = page_by_key(
        ListBatch.objects.exclude(state="dropped"), order=("-made_at", "-id"), asked=request.GET, size=30
    )
    sizes = selectors.batch_sizes([batch.pk for batch in page.rows])
    context = {
        "rates": rates,
        "goal": goal,
        "once": next(each for each in rates if each.kind == ListKind.AT_MOST_ONCE),
        "chart": charts.figure(drawing, marks, title="已推行的清单占全部事项", name="清单", unit="%"),
        "rows": [(batch, BADGES[batch.state], sizes.get(batch.pk, 0)) for batch in page.rows],
        "page": page,
        "may": actor_of(request).holds(policies.PUBLISH),
    }
    return render(request, "residence/lists.html", context)


@sees
def lists_export(request: HttpRequest) -> HttpResponseBase:
    """The rates as a workbook."""
    columns: list[exports.Column[ListRate]] = [
        exports.Column("清单", lambda each: each.label),
        exports.Column("已公布批次", lambda each: each.batches),
        exports.Column("在列事项", lambda each: each.listed),
        exports.Column("已推行事项", lambda each: each.in_force),
        exports.Column("全部事项", lambda each: each.whole),
        exports.Column("占比%", lambda each: each.rate),
        exports.Column("成熟待列入", lambda each: each.ripe),
    ]
    day = day_asked(request)
    return exports.download(f"清单推行情况-{day}.xlsx", exports.xlsx(columns, selectors.list_rates(day), sheet="清单"))


@sees
def lists_picture(request: HttpRequest) -> HttpResponse:
    """The chart as a file."""
    day = day_asked(request)
    drawing, _ = _drawing(selectors.list_rates(day))
    return pictures.picture(
        f"清单推行情况-{day}.svg", drawing, title="已推行的清单占全部事项（%）", source=f"截至 {day}"
    )


def _kind(kind: str) -> str:
    if kind not in ListKind.labels():
        raise NotFound("没有这种清单。", next_step="请从清单分批公布进入。")
    return kind


@sees
def candidates(request: HttpRequest, kind: str) -> HttpResponse:
    """Items that fit and are not listed (with why), or those that do not fit (with why not), or drifted ones."""
    label = ListKind.labels()[_kind(kind)]
    day, asked, actor = day_asked(request), request.GET, actor_of(request)
    batch = ListBatch.objects.filter(kind=kind, state="maturing").first()
    may = actor.holds(policies.PUBLISH)
    if request.method == "POST" and may:
        if batch is None:
            batch = services.new_batch(actor=actor, kind=kind, title="", at=moments.now())
        ids = [pk for text in request.POST.getlist("items")[:5000] if (pk := number(text)) is not None]
        if request.POST.get("all") == "1":
            ids = list(selectors.candidates(kind, day).values_list("pk", flat=True))
        if ids:
            added = services.list_items(actor=actor, batch=batch, item_ids=ids, at=moments.now())
            messages.success(request, f"已列入 {added} 项。")
            return redirect("residence:batch", batch.pk)
        messages.warning(request, "没有选中事项，请先勾选。")
        return redirect(f"{reverse('residence:candidates', args=[kind])}")
    show_what = asked.get("show", "")
    page = _candidates(request, kind, day, show_what)
    drifting = show_what == "drift"
    verdicts = selectors.judged(kind, [] if drifting else [item.pk for item in page.rows], day)
    context = {
        "kind": kind,
        "label": label,
        "page": page,
        "rows": [] if drifting else [(item, verdicts[item.pk][1]) for item in page.rows if item.pk in verdicts],
        "ripe": len(selectors.candidate_keys(kind, day)),
        "show": show_what,
        "drift": page.rows if drifting else [],
        "batch": batch,
        "may": may,
        "departments": department_choices(actor),
        "asked": asked,
        "query": urlencode(kept(request, "department", "q")),
    }
    return render(request, "residence/candidates.html", context)


def _candidates(request: HttpRequest, kind: str, day: date, show_what: str) -> Page[Any]:
    """A page of the items that fit, of those that do not, or of the lines that do not fit any more."""
    asked = request.GET
    if show_what == "drift":
        return page_of_keys(
            selectors.drifted(kind, day), load=lambda keys: selectors.drift(kind, day, [pk for (pk,) in keys]),
            name="residence:drift", asked=asked, size=50,
        )  # fmt: skip
    text = word(asked.get("q", ""))
    keys = selectors.candidate_keys(
        kind, day, fit=show_what != "unfit", department=number(asked.get("department", "")),
        items=set(catalogue.named(text).values_list("pk", flat=True)) if text else None,
    )  # fmt: skip
    return page_of_keys(
        keys, load=lambda found: catalogue.listed_items([key[1] for key in found]), name="residence:candidates",
        asked=asked, size=50,
    )  # fmt: skip


@requires(policies.PUBLISH)
def new_batch(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Begin a batch."""
    _kind(kind)

    def act(given: dict[str, Any]) -> HttpResponseBase:
        services.new_batch(actor=actor_of(request), kind=kind, at=moments.now(), **given)
        return redirect("residence:candidates", kind)

    return asking.ask(
        request,
        heading=f"筹备新一批“{ListKind.labels()[kind]}”",
        verb="开始筹备",
        form=BatchForm(request.POST if request.method == "POST" else None),
        act=act,
        back=reverse("residence:lists"),
    )


def _batch(pk: int) -> ListBatch:
    found = ListBatch.objects.filter(pk=pk).exclude(state="dropped").first()
    if found is None:
        raise NotFound("没有这一批清单。", next_step="请从清单分批公布进入。")
    return found


@sees
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its items with the reasons, and what may be done next."""
    found = _batch(pk)
    lines = ListLine.objects.filter(batch=found).select_related("item__department")
    if text := word(request.GET.get("q", "")):
        lines = lines.filter(item__name__icontains=text)
    page = page_by_key(lines, order=("id",), asked=request.GET, size=50)
    may = actor_of(request).holds(policies.PUBLISH)
    rows = [
        [
            Cell(line.item.name, reverse("residence:item", args=[line.item.code]), sub=line.item.code),
            Cell(line.item.department.short_name if line.item.department else ""),
            Cell(line.reason, wrap=True),
            Cell(line.added_by, sub=moments.say_moment(line.added_at)),
            Cell(f"{line.removed_on} 移出", sub=line.removed_reason, status="closed")
            if line.removed_on
            else Cell("移出" if may else "", reverse("residence:unlist", args=[line.pk]) if may else ""),
        ]
        for line in page.rows
    ]
    buttons = []
    if may and found.state == "maturing":
        buttons = [
            Button("作废这一批", reverse("residence:drop_batch", args=[pk])),
            Button("继续列入", reverse("residence:candidates", args=[found.kind])),
            Button("公布", reverse("residence:publish_batch", args=[pk]), primary=True),
        ]
    elif may and found.state == "published":
        buttons = [Button("推行", reverse("residence:put_in_force", args=[pk]), primary=True)]
    said = [found.get_state_display()]
    if found.document_number:
        said.append(found.document_number)
    if found.published_on:
        said.append(f"{moments.say_date(found.published_on)}公布")
    if found.in_force_on:
        said.append(f"{moments.say_date(found.in_force_on)}起推行")
    table = Table(
        title=found.title,
        lead="，".join(said) + "。",
        back=(reverse("residence:lists"), "清单分批公布"),
        heads=heads("事项", "部门", "列入理由", "列入人", "操作"),
        rows=rows,
        buttons=buttons,
        search="事项名称",
        page=page,
        empty=("这一批还没有事项", "从候选里勾选成熟的事项列入。"),
    )
    return show(request, table)


@requires(policies.PUBLISH)
def publish_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """公布一批."""
    found = _batch(pk)
    today = moments.day_of(moments.now())
    return asking.ask(
        request,
        heading=f"公布：{found.title}",
        note="公布后在网上可查，批次和日期随事项保留。",
        verb="公布",
        form=BatchPublishForm(request.POST if request.method == "POST" else None, initial={"published_on": today}),
        act=lambda given: services.publish_batch(actor=actor_of(request), batch=found, at=moments.now(), **given),
        back=reverse("residence:batch", args=[pk]),
        said="已公布。",
    )


@requires(policies.PUBLISH)
def put_in_force(request: HttpRequest, pk: int) -> HttpResponseBase:
    """推行一批."""
    found = _batch(pk)
    today = moments.day_of(moments.now())
    return asking.ask(
        request,
        heading=f"推行：{found.title}",
        verb="推行",
        form=InForceForm(request.POST if request.method == "POST" else None, initial={"in_force_on": today}),
        act=lambda given: services.put_in_force(actor=actor_of(request), batch=found, at=moments.now(), **given),
        back=reverse("residence:batch", args=[pk]),
        said="已推行。",
    )


@requires(policies.PUBLISH)
def drop_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Throw an unpublished batch away."""
    found = _batch(pk)
    return asking.ask(
        request,
        heading=f"作废“{found.title}”？",
        warning="列入的事项回到候选，批次号以后再用。",
        verb="作废",
        danger=True,
        act=lambda _: services.drop_batch(actor=actor_of(request), batch=found, at=moments.now()),
        back=reverse("residence:batch", args=[pk]),
        then=reverse("residence:lists"),
        said="已作废。",
    )


@requires(policies.PUBLISH)
def unlist(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take an item off a list."""
    line = ListLine.objects.select_related("item", "batch").filter(pk=pk).first()
    if line is None:
        raise NotFound("没有这一行。", next_step="请从批次页进入。")
    maturing = line.batch.state == "maturing"
    form = None if maturing else UnlistForm(request.POST if request.method == "POST" else None)
    return asking.ask(
        request,
        heading=f"把“{line.item.name[:40]}”移出清单？",
        note="" if maturing else "移出的日期和理由留在批次里。",
        verb="移出",
        danger=True,
        form=form,
        act=lambda given: services.unlist_item(
            actor=actor_of(request), line=line, reason=given.get("reason", ""), at=moments.now()
        ),
        back=reverse("residence:batch", args=[line.batch_id]),
        said="已移出。",
    )
