"""联络协办员: the list with its gaps, one unit's, and notices to all of them (R012)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.models import Liaison
from yimen.service.coordination.selectors.papers import LiaisonRow
from yimen.service.coordination.selectors.terms import centre_of, departments_seen
from yimen.service.coordination.views.asking import today
from yimen.service.coordination.views.leaders import accounts_of

LOOKERS = (policies.WATCH, policies.LIAISONS)


def _seen(actor: Actor) -> list[Any]:
    return departments_seen(actor, policies.WATCH if actor.holds(policies.WATCH) else policies.LIAISONS)


COLUMNS: Sequence[exports.Column[LiaisonRow]] = (
    exports.Column("成员单位", lambda row: row.unit.name, width=28),
    exports.Column("联络协办员", lambda row: row.liaison and row.liaison.account.name),
    exports.Column("替补", lambda row: row.liaison and row.liaison.substitute and row.liaison.substitute.name),
    exports.Column("电话", lambda row: row.liaison and row.liaison.phone),
    exports.Column("自", lambda row: row.liaison and row.liaison.from_on),
    exports.Column("至", lambda row: row.liaison and row.liaison.to_on),
)


@requires(*LOOKERS)
def listing(request: HttpRequest) -> HttpResponseBase:
    """Each member unit with its liaison, the gaps first named."""
    actor, at = actor_of(request), moments.now()
    rows = selectors.liaison_rows(_seen(actor), today())
    state = request.GET.get("state", "")
    shown = [row for row in rows if row.liaison is None] if state == "gap" else rows
    shown = [row for row in rows if row.ends] if state == "ends" else shown
    if wants_file(request):
        return workbook("联络协办员", COLUMNS, shown, at)
    context = {
        "rows": shown,
        "state": state,
        "total": len(rows),
        "gaps": sum(1 for row in rows if row.liaison is None),
        "ends": sum(1 for row in rows if row.ends),
        "export_url": file_url(request),
        "may_keep": actor.holds(policies.LIAISONS),
        "may_send": actor.holds(policies.MANAGE),
    }
    return render(request, "coordination/liaisons.html", context)


def _unit(actor: Actor, unit_id: int) -> Any:
    for unit in _seen(actor):
        if unit.pk == unit_id:
            return unit
    raise NotFound("没有这个成员单位，或者不在您的管理范围内。", next_step="请从联络协办员清单进入。")


@requires(*LOOKERS)
def unit(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """One unit's liaisons, now and before."""
    actor = actor_of(request)
    found = _unit(actor, unit_id)
    context = {
        "unit": found,
        "liaisons": selectors.liaisons_of(found.pk),
        "may_keep": services.may_keep(actor, found, policies.LIAISONS),
    }
    return render(request, "coordination/liaison.html", context)


@requires(policies.LIAISONS)
def appoint(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """A new one."""
    actor = actor_of(request)
    found = _unit(actor, unit_id)
    form = asked.LiaisonForm(
        request.POST if request.method == "POST" else None, accounts=accounts_of([found]), initial={"from_on": today()}
    )

    def act(given: dict[str, Any]) -> None:
        account, substitute = given.pop("account"), given.pop("substitute")
        services.appoint_liaison(
            actor=actor, unit=found, account_id=account, substitute_id=substitute, at=moments.now(), **given
        )

    return asking.ask(
        request,
        heading=f"指定{found.short_name or found.name}的联络协办员",
        note="原来的联络协办员到前一天为止，记录保留。",
        verb="指定",
        form=form,
        act=act,
        back=reverse("coordination:liaison", args=[unit_id]),
        said="已指定。",
    )


@requires(policies.LIAISONS)
def end(request: HttpRequest, liaison_id: int) -> HttpResponseBase:
    """Nobody for now."""
    actor = actor_of(request)
    found = Liaison.objects.select_related("unit", "account").filter(pk=liaison_id).first()
    if found is None:
        raise NotFound("没有这位联络协办员。", next_step="请从联络协办员清单进入。")
    _unit(actor, found.unit_id)
    form = asked.DayAndReasonForm(
        request.POST if request.method == "POST" else None, label="到哪一天为止", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"免去{found.unit.name}的联络协办员{found.account.name}？",
        warning="在指定下一位之前，这个单位没有联络协办员，会列入空缺。",
        verb="免去",
        danger=True,
        form=form,
        act=lambda given: services.end_liaison(actor=actor, liaison=found, at=moments.now(), **given),
        back=reverse("coordination:liaison", args=[found.unit_id]),
        said="已免去。",
    )


@requires(policies.MANAGE)
def notice(request: HttpRequest) -> HttpResponseBase:
    """A notice to the liaisons of the chosen units, with receipts."""
    actor, at = actor_of(request), moments.now()
    centre = centre_of(actor)
    rows = selectors.liaison_rows(selectors.resident_departments(centre), today())
    choices = [(row.unit.pk, f"{row.unit.short_name or row.unit.name}\n{_who(row)}") for row in rows]
    initial = {"receivers": [pk for pk, _ in choices]}
    form = asked.DispatchForm(
        request.POST or None, request.FILES or None, kinds=["liaison"], receivers=choices, initial=initial
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            units = [row.unit for row in rows if row.unit.pk in set(given["receivers"])]
            try:
                dispatch = services.send_dispatch(
                    actor=actor, sender=centre, receivers=units, kind="liaison", subject=given["subject"],
                    body=given["body"], answer_by=given["answer_by"],
                    files=store_chosen(request.FILES.get("file"), actor=actor, at=at), at=at,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"已发给 {len(units)} 个单位的联络协办员，文号 {dispatch.number}。")
                return redirect("coordination:paper", dispatch.uid)
    context = {"form": form, "sender": centre, "to_liaisons": True}
    return render(request, "coordination/send.html", context, status=status)


def _who(row: LiaisonRow) -> str:
    return row.liaison.account.name if row.liaison else "没有联络协办员，通知单位负责人"
