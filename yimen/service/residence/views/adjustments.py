"""进驻调整: the list, proposing (what enters, moves or leaves is ticked), one adjustment with what may be done next."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period, last_days, period_or
from yimen.ground.kit.refusals import Refusal
from yimen.service.cases import selectors as cases
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.forms import DecisionForm, OpinionForm, ProposalForm, ReasonForm
from yimen.service.residence.models import Adjustment, Entry, Function
from yimen.service.residence.views.asking import (
    actor_of,
    day_asked,
    department_asked,
    department_choices,
    number,
    word,
)
from yimen.service.residence.views.tables import Button, Cell, Filter, Table, heads, show

sees = requires(*policies.STAFF)
BADGES = {"proposed": "warning", "decided": "normal", "declined": "closed", "taken_back": "closed"}
KINDS = {"enter": "进驻", "move": "调整窗口", "leave": "调出"}
MOST_SHOWN = 300


@sees
def adjustments(request: HttpRequest) -> HttpResponse:
    """All adjustments of the actor's departments, the newest first."""
    asked = request.GET
    found = Adjustment.objects.filter(policies.about(actor_of(request), "department", *policies.STAFF))
    if asked.get("state", "") in Adjustment.State.values:
        found = found.filter(state=asked["state"])
    if asked.get("kind", "") in Adjustment.Kind.values:
        found = found.filter(kind=asked["kind"])
    if (pk := number(asked.get("department", ""))) is not None:
        found = found.filter(department=pk)
    page = page_by_key(
        found.select_related("department").prefetch_related("windows"),
        order=("-proposed_at", "-id"),
        asked=asked,
        size=30,
    )
    counts = selectors.lines_counted([each.pk for each in page.rows])
    rows = [
        [
            Cell(str(each), reverse("residence:adjustment", args=[each.uid]), sub=each.reason[:60]),
            Cell(counts.get(each.pk, 0)),
            Cell("、".join(str(window) for window in each.windows.all()), wrap=True),
            Cell("中心" if each.by_centre else "部门", sub=each.proposed_by),
            Cell(moments.say_moment(each.proposed_at)),
            Cell(
                each.get_opinion_display()
                if each.opinion
                else ("等部门表态" if each.by_centre and each.state == "proposed" else "")
            ),
            Cell(each.get_state_display(), status=BADGES[each.state]),
            Cell(each.effective_on),
        ]
        for each in page.rows
    ]
    actor = actor_of(request)
    table = Table(
        title="进驻调整",
        lead="进驻、换窗口、调出都从这里办：谁提、部门怎么说、谁审定、何时生效，一笔一笔留着。",
        heads=heads("调整", "事项#", "窗口", "提出方", "提出时间", "部门意见", "状态", "生效"),
        rows=rows,
        buttons=(Button("提出调整", reverse("residence:propose"), primary=True),)
        if actor.holds(policies.APPLY) or actor.holds(policies.DECIDE)
        else (),
        filters=(
            Filter("state", "全部状态", Adjustment.State.choices, asked.get("state", "")),
            Filter("kind", "全部种类", Adjustment.Kind.choices, asked.get("kind", "")),
            Filter("department", "全部部门", department_choices(actor), asked.get("department", "")),
        ),
        page=page,
        empty=("没有进驻调整", "部门申请进驻，或中心提议调整后，会列在这里。"),
    )
    return show(request, table)


@requires(policies.APPLY, policies.DECIDE)
def propose(request: HttpRequest) -> HttpResponse:
    """First the kind and the department, then what it is about."""
    actor = actor_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    choices = department_choices(actor, policies.APPLY, policies.DECIDE)
    kind = asked.get("kind", "")
    chosen = number(asked.get("department", ""))
    if chosen is None and len(choices) == 1:
        chosen = choices[0][0]
    kinds = KINDS if actor.holds(policies.DECIDE) else {key: label for key, label in KINDS.items() if key != "leave"}
    if kind not in kinds or chosen is None:
        context = {"kinds": kinds, "choices": choices, "chosen": chosen, "kind": kind}
        return render(request, "residence/propose_which.html", context)
    department = department_asked(actor, chosen, policies.APPLY, policies.DECIDE)
    form = ProposalForm(request.POST if request.method == "POST" else None, place=kind != "leave")
    span = _span(request, moments.day_of(moments.now()))
    if request.method == "POST" and form.is_valid():
        try:
            made = _propose(request, kind, department, span, form.cleaned_data)
        except Refusal as refusal:
            refuse_form(form, refusal)
            return _choose(request, kind, department, span, form, status=refusal.status)
        messages.success(request, "已提出，正在征求部门意见。" if made.by_centre else "已提出，等待审定。")
        return redirect("residence:adjustment", made.uid)
    return _choose(request, kind, department, span, form, status=422 if form.errors else 200)


def _propose(request: HttpRequest, kind: str, department: Any, span: Period, given: dict[str, Any]) -> Adjustment:
    ids = [pk for text in request.POST.getlist("items")[:6000] if (pk := number(text)) is not None]
    functions = [pk for text in request.POST.getlist("functions")[:500] if (pk := number(text)) is not None]
    if request.POST.get("all") == "1":
        ids = list(_items(kind, department, "", None).values_list("pk", flat=True))
    leaving = kind == Adjustment.Kind.LEAVE
    known = _volumes(department, span) if leaving else {}
    return services.propose(
        actor=actor_of(request), kind=kind, department=department, item_ids=ids, at=moments.now(),
        volumes={pk: known.get(pk, 0) for pk in ids} if leaving else {},
        functions=list(Function.objects.filter(pk__in=functions)),
        facts={"first": span.first.isoformat(), "last": span.last.isoformat()} if leaving else {},
        reason=given["reason"], windows=list(given.get("windows") or ()),
    )  # fmt: skip


def _volumes(department: Any, span: Period) -> dict[int | None, int]:
    return {
        each.id: each.received for each in cases.volumes("item", span.first, span.last, department_id=department.pk)
    }


def _choose(
    request: HttpRequest, kind: str, department: Any, span: Period, form: ProposalForm, *, status: int
) -> HttpResponse:
    """What may be ticked, with what the directory asks of each and, for a transfer-out, its volume."""
    text, window = word(request.GET.get("q", "")), number(request.GET.get("window", ""))
    found = _items(kind, department, text, window)
    shown = list(found.order_by("name", "pk")[: MOST_SHOWN + 1])
    duties = selectors.duties_of([item.pk for item in shown], moments.day_of(moments.now()))
    counted = _volumes(department, span) if kind == Adjustment.Kind.LEAVE else {}
    ticked = set(request.POST.getlist("items"))
    context: dict[str, Any] = {
        "form": form,
        "kind": kind,
        "kind_label": KINDS[kind],
        "department": department,
        "q": text,
        "span": span,
        "rows": [
            (item, duties.get(item.pk), counted.get(item.pk, 0), str(item.pk) in ticked) for item in shown[:MOST_SHOWN]
        ],
        "more": len(shown) > MOST_SHOWN,
        "count": found.count() if len(shown) > MOST_SHOWN else len(shown),
        "functions": _functions(kind, department),
        "musts": len(duties) if kind == Adjustment.Kind.LEAVE else 0,
        "query": urlencode({"kind": kind, "department": department.pk}),
    }
    return render(request, "residence/propose.html", context, status=status)


def _span(request: HttpRequest, day: date) -> Period:
    return period_or(last_days(90, day), request.POST if request.method == "POST" else request.GET, day)


def _items(kind: str, department: Any, text: str, window: int | None) -> Any:
    found = selectors.items_in_state("all", moments.day_of(moments.now())).filter(department=department)
    open_entries = Entry.objects.filter(to_on__isnull=True, item__isnull=False)
    if window is not None:
        open_entries = open_entries.filter(window=window)
    found = (
        found.exclude(pk__in=open_entries.values("item"))
        if kind == "enter"
        else found.filter(pk__in=open_entries.values("item"))
    )
    if text:
        found = found.filter(name__icontains=text) | found.filter(code=text)
    return found


def _functions(kind: str, department: Any) -> Any:
    found = Function.objects.filter(department=department, ended_on__isnull=True).exclude(kind="supervision")
    inside = Entry.objects.filter(to_on__isnull=True, function__isnull=False).values("function")
    return found.exclude(pk__in=inside) if kind == "enter" else found.filter(pk__in=inside)


@sees
def adjustment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One adjustment: what it is about, the department's word, the decision, what may be done."""
    actor = actor_of(request)
    found = policies.access_adjustment(actor, uid)
    lines = found.lines.select_related("item", "function").order_by("-must", "pk")
    proposed = found.state == Adjustment.State.PROPOSED
    context = {
        "found": found,
        "badge": BADGES[found.state],
        "windows": list(found.windows.select_related("centre")),
        "page": page_by_key(lines.order_by(), order=("-must", "pk"), asked=request.GET, size=50),
        "count": lines.count(),
        "musts": lines.filter(must=True).count(),
        "cases": sum(line.cases or 0 for line in lines.exclude(cases__isnull=True)),
        "may_decide": proposed and policies.may(actor, policies.DECIDE, found.department),
        "may_speak": proposed and found.by_centre and policies.may(actor, policies.APPLY, found.department),
        "may_take_back": proposed
        and policies.may(actor, policies.DECIDE if found.by_centre else policies.APPLY, found.department),
        "waiting": proposed and found.by_centre and not found.opinion,
        "entries": Entry.objects.filter(entered_by=found).count(),
        "ended": Entry.objects.filter(left_by=found).count(),
        "over": proposed and found.opinion_due_on is not None and day_asked(request) > found.opinion_due_on,
    }
    return render(request, "residence/adjustment.html", context)


@requires(policies.APPLY)
def opinion(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The department's word."""
    actor = actor_of(request)
    found = policies.access_adjustment(actor, uid)
    return asking.ask(
        request,
        heading=f"对“{found}”表态",
        note=f"理由：{found.reason}",
        verb="提交意见",
        form=OpinionForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.give_opinion(
            actor=actor, adjustment=found, agree=given["agree"] == "1", text=given["text"], at=moments.now()
        ),
        back=reverse("residence:adjustment", args=[uid]),
        said="意见已提交。",
    )


@requires(policies.DECIDE)
def decide(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Decide and carry out."""
    actor = actor_of(request)
    found = policies.access_adjustment(actor, uid)
    musts = found.lines.filter(must=True).count()
    return asking.ask(
        request,
        heading=f"审定：{found}",
        note=f"涉及 {found.lines.count()} 项。审定后从生效日起按决定执行。",
        warning=f"其中 {musts} 项在应进驻目录里（应进必进）。仍要调出的，请在说明里写明理由和调出后由谁办理。"
        if found.kind == Adjustment.Kind.LEAVE and musts
        else "",
        verb="审定并执行",
        form=DecisionForm(
            request.POST if request.method == "POST" else None, initial={"effective_on": moments.day_of(moments.now())}
        ),
        act=lambda given: services.decide_adjustment(actor=actor, adjustment=found, at=moments.now(), **given),
        back=reverse("residence:adjustment", args=[uid]),
        said="已审定，从生效日起执行。",
    )


@requires(policies.DECIDE)
def decline(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Say no."""
    actor = actor_of(request)
    found = policies.access_adjustment(actor, uid)
    return asking.ask(
        request,
        heading=f"不同意：{found}",
        verb="不同意",
        danger=True,
        form=ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.decline_adjustment(actor=actor, adjustment=found, at=moments.now(), **given),
        back=reverse("residence:adjustment", args=[uid]),
        said="已答复不同意。",
    )


@requires(policies.APPLY, policies.DECIDE)
def take_back(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a proposal back."""
    actor = actor_of(request)
    found = policies.access_adjustment(actor, uid)
    return asking.ask(
        request,
        heading=f"撤回“{found}”？",
        note="撤回后可以重新提出。",
        verb="撤回",
        act=lambda _: services.take_back(actor=actor, adjustment=found, at=moments.now()),
        back=reverse("residence:adjustment", args=[uid]),
        said="已撤回。",
    )
