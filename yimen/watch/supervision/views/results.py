"""有结果无办件: the register of results that departments gave out, a file read and confirmed, one by hand (R222)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision import forms as asked_forms
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.models import OutsideResult
from yimen.watch.supervision.rules.results import STATES, WRONG
from yimen.watch.supervision.selectors import ResultFilters
from yimen.watch.supervision.services.results_reading import EXAMPLE, TEMPLATE

sees = requires(policies.WATCH, policies.RESULTS)
STATUS = {"waiting": "paused", "matched": "normal", "missing": "red", "late": "yellow", "ahead": "yellow"}
SHOWN = 200

COLUMNS: Sequence[exports.Column[OutsideResult]] = (
    exports.Column("证照或文书编号", lambda each: each.number, width=28),
    exports.Column("申请人", lambda each: each.applicant, width=28),
    exports.Column("事项", lambda each: each.item_name, width=28),
    exports.Column("事项编码", lambda each: each.item_code, width=24),
    exports.Column("部门", lambda each: each.department.name, width=28),
    exports.Column("出具日期", lambda each: each.decided_on),
    exports.Column("核对结果", lambda each: each.get_state_display(), width=20),
    exports.Column("怎样核对上的", lambda each: each.get_how_display(), width=24),
    exports.Column("办件", lambda each: each.matter.code if each.matter else "", width=26),
    exports.Column("预警", lambda each: each.alert.matter.code if each.alert else "", width=26),
    exports.Column("来源", lambda each: each.batch.source, width=24),
)


@sees
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every result one may see, with its case or without."""
    actor, at = actor_of(request), moments.now()
    state = request.GET.get("state", "")
    narrowed = ResultFilters(
        state=state if state in STATES or state == "wrong" else "", department=number_asked(request, "department"),
        first=day_asked(request, "first"), last=day_asked(request, "last"), text=text_asked(request),
    )  # fmt: skip
    found = selectors.results(actor, narrowed)
    if wants_file(request):
        return workbook("部门结果核对", COLUMNS, found[:EXPORT_MOST], at)
    counts = selectors.result_counts(actor, narrowed)
    kept = {name: request.GET[name] for name in ("q", "department", "first", "last") if request.GET.get(name)}
    tabs = [("", "全部", sum(counts.values())), ("wrong", "要查的", sum(counts[each] for each in WRONG))]
    tabs += [(each, STATES[each], counts[each]) for each in STATES]
    page = page_by_key(found, order=("-decided_on", "-pk"), asked=request.GET, size=20)
    context = {
        "page": page,
        "rows": [(each, STATUS[each.state]) for each in page],
        "tabs": [
            (f"{label} {n}", f"?{urlencode(kept | ({'state': name} if name else {}))}") for name, label, n in tabs
        ],
        "here": f"?{urlencode(kept | ({'state': narrowed.state} if narrowed.state else {}))}",
        "asked": request.GET,
        "state": narrowed.state,
        "departments": [(unit.pk, unit.short_name or unit.name) for unit in organisations.departments()],
        "waiting": selectors.waiting_batches(actor),
        "may_enter": actor.holds(policies.RESULTS),
        "rule": next(iter(selectors.rules_in_force(at, kind="outside-result")), None),
        "export_url": file_url(request),
    }
    return render(request, "supervision/results.html", context)


def _units(actor: Actor) -> list[tuple[int, str]]:
    return [
        (unit.pk, unit.name)
        for unit in organisations.units("department", "town")
        if policies.reaches_results(actor, unit)
    ]


@requires(policies.RESULTS)
def upload(request: HttpRequest) -> HttpResponseBase:
    """Read a file in; nothing is entered before its preview is confirmed. `?as=template` gives an empty one."""
    actor, at = actor_of(request), moments.now()
    if request.GET.get("as") == "template":
        heads: list[exports.Column[Sequence[str]]] = [
            exports.Column(title, lambda row, at=place: row[at], width=24)  # type: ignore[misc]  # bound now
            for place, title in enumerate(TEMPLATE)
        ]
        return exports.download("部门结果登记模板.xlsx", exports.xlsx(heads, [EXAMPLE]))
    units = _units(actor)
    initial = {"unit": units[0][0] if len(units) == 1 else None}
    form = asked_forms.ResultsForm(request.POST or None, request.FILES or None, units=units, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file, unit = form.cleaned_data["file"], form.cleaned_data["unit"]
            try:
                made = services.read_results(
                    actor=actor, content=file.read(), file_name=str(file.name), source=form.cleaned_data["source"], at=at,
                    unit=organisations.unit(unit) if unit else None,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                return redirect("supervision:results_batch", made.uid)
    return render(request, "supervision/results_new.html", {"form": form, "heads": TEMPLATE}, status=status)


@sees
@require_safe
def batch(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """What a file says, before it is entered: which have a case, which not, which lines cannot be read; after it, what came of it."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_batch(actor, uid)
    lines = services.previewed(found, at) if found.state == "read" else []
    new = [each for each in lines if not each.known]
    counts = {state: sum(each.verdict.state == state for each in new) for state in STATES}
    if found.state == "entered":
        counts = selectors.result_counts(actor, ResultFilters(batch=found.pk))
    only = request.GET.get("state", "")
    shown = [each for each in lines if not only or (each.verdict.state == only and not each.known)]
    units = organisations.short_names({each.result.department_id for each in lines})
    context = {
        "batch": found,
        "lines": [(each, STATUS[each.verdict.state], STATES[each.verdict.state], units.get(each.result.department_id, ""))
                  for each in shown[:SHOWN]],
        "more": max(0, len(shown) - SHOWN),
        "count": len(lines),
        "new": len(new),
        "known": len(lines) - len(new),
        "counts": [(state, label, counts[state], STATUS[state]) for state, label in STATES.items()],
        "problems": found.problems[:SHOWN],
        "may_enter": found.state == "read" and actor.holds(policies.RESULTS),
        "only": only,
    }  # fmt: skip
    return render(request, "supervision/results_batch.html", context)


@requires(policies.RESULTS)
@require_POST
def enter(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Enter what was read."""
    actor = actor_of(request)
    done = services.enter_results(actor=actor, batch=policies.access_batch(actor, uid), at=moments.now())
    messages.success(request, f"已登记 {done.count} 条，并和办件核对过。")
    return redirect("supervision:results_batch", uid)


@requires(policies.RESULTS)
@require_POST
def discard(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Leave it."""
    actor = actor_of(request)
    services.discard_results(actor=actor, batch=policies.access_batch(actor, uid), at=moments.now())
    messages.success(request, "已放弃，没有登记任何一条。")
    return redirect("supervision:results")


@requires(policies.RESULTS)
def one(request: HttpRequest) -> HttpResponseBase:
    """One result by hand."""
    actor = actor_of(request)
    units = _units(actor)
    form = asked_forms.ResultForm(
        request.POST if request.method == "POST" else None,
        units=units,
        initial={"unit": units[0][0] if len(units) == 1 else None},
    )

    def act(given: dict[str, Any]) -> HttpResponseBase:
        row = {name: str(given[name] or "") for name in ("number", "applicant", "item_name", "item_code", "decided_on")}
        done = services.register_results(
            actor=actor, rows=[row], source=given["source"], at=moments.now(), unit=organisations.unit(given["unit"])
        )
        messages.success(request, "已登记，并和办件核对过。" if done.count else "这个编号以前登记过，没有重复登记。")
        return redirect("supervision:results")

    return asking.ask(
        request, heading="登记一个部门结果", verb="登记", form=form, act=act, back=reverse("supervision:results"),
        note="登记后立刻和办件核对。许多条请用 Excel 导入。",
    )  # fmt: skip
