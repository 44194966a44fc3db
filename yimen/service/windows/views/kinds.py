"""What each window is for, and the numbers of a centre (R067)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies, rules, services
from yimen.service.windows.forms import KindForm, SettingsForm
from yimen.service.windows.selectors.common import centre_of, settings_of
from yimen.service.windows.selectors.kinds import Sign, history_of, items_of, kind_of, signs, uses_two_plus_two

COLUMNS: Sequence[exports.Column[Sign]] = (
    exports.Column("窗口", lambda row: str(row.window), width=24),
    exports.Column("类型", lambda row: row.window.get_kind_display()),
    exports.Column("服务类型", lambda row: row.label, width=20),
    exports.Column("部门", lambda row: "、".join(row.departments), width=40),
    exports.Column("设定时间", lambda row: row.since.set_at if row.since else None),
    exports.Column("设定人", lambda row: row.since.set_by if row.since else ""),
)


@requires(policies.KINDS)
def kinds(request: HttpRequest) -> HttpResponseBase:
    """Every open window of the centre with its kind of service."""
    actor, at = actor_of(request), moments.now()
    centre = centre_of(actor)
    rows = signs(centre)
    if wants_file(request):
        return workbook("窗口服务类型", COLUMNS, rows, at)
    context = {
        "centre": centre, "rows": rows, "on": uses_two_plus_two(centre.pk), "export_url": file_url(request),
        "without": sum(not each.kind for each in rows),
    }  # fmt: skip
    return render(request, "windows/kinds.html", context)


@requires(policies.KINDS)
def set_kind(request: HttpRequest, window_id: int) -> HttpResponseBase:
    """What one window is for, what it was for, and which items it takes."""
    actor, at = actor_of(request), moments.now()
    window = organisations.window(window_id)
    if not policies.reaches_window(actor, policies.KINDS, window):
        raise NotFound("没有这个窗口，或者不归您管理。", next_step="请从窗口服务类型进入。")
    kind = kind_of(window.pk)
    form, status = KindForm(request.POST or None, initial={"kind": kind}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if form.cleaned_data["kind"]:
                    services.set_kind(actor=actor, window=window, at=at, **form.cleaned_data)
                else:
                    services.end_kind(actor=actor, window=window, at=at)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"{window}的服务类型已设定。")
                return redirect("windows:kinds")
    taken = items_of(window, kind)
    page = page_by_key(taken, order=("name", "pk"), asked=request.GET, size=20)
    context = {
        "form": form, "window": window, "label": rules.KINDS[kind][0] if kind else "",
        "history": [(each, rules.KINDS[each.kind][0]) for each in history_of(window.pk)[:20]], "page": page,
        "takes": not kind or rules.KINDS[kind][2],
    }  # fmt: skip
    return render(request, "windows/kind.html", context, status=status)


@requires(policies.KINDS)
def settings(request: HttpRequest) -> HttpResponseBase:
    """The limits of the window's work and the switch of 2+2."""
    actor, at = actor_of(request), moments.now()
    centre = centre_of(actor)
    held = {row.key: value for row, value in settings_of(centre.pk)}
    form, status = SettingsForm(request.POST or None, initial=held), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            for key, value in form.cleaned_data.items():
                if value != held[key]:
                    services.set_setting(actor=actor, centre=centre, key=key, value=value, at=at)
            messages.success(request, "已保存。已经开始的仍按原来的期限。")
            return redirect("windows:kinds")
    context = {
        "form": form, "heading": "窗口工作的期限和开关", "press": "保存", "back_url": reverse("windows:kinds"),
        "note": f"只管{centre.name}。改动从保存以后新开始的算起，谁改的、改了什么都有记录。",
    }  # fmt: skip
    return render(request, "windows/form.html", context, status=status)
