"""踏勘表: the forms of surveys, edited by the departments of the items, the default by the centre (R071)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.scrutiny import policies, rules_surveys, services
from yimen.service.scrutiny.forms import surveys as asked
from yimen.service.scrutiny.selectors import surveys as selectors
from yimen.service.scrutiny.services.appointing import terms_of
from yimen.service.scrutiny.services.survey_forms import held_form, may_edit, newest
from yimen.service.scrutiny.views.common import PAGE

DEFAULT = "default"
BLANK = 3
NAMES = ("key", "label", "kind", "options", "unit", "standard", "good", "low", "high")


@requires(policies.FORMS)
def listed(request: HttpRequest) -> HttpResponseBase:
    """The default, and each item one may edit with the form it has."""
    actor, at = actor_of(request), moments.now()
    forms = selectors.forms_by_item()
    text = request.GET.get("q", "").strip()[:60]
    found = catalogue.items().filter(current__isnull=False)
    if not any(held.scope in ("all", "centre") for held in actor.held(policies.FORMS)):
        found = found.filter(
            department__in=[held.scope_id or actor.department_id for held in actor.held(policies.FORMS)]
        )
    if text:
        found = found.filter(name__icontains=text)
    page = page_by_key(found.select_related("department"), order=("name", "pk"), asked=request.GET, size=PAGE)
    context = {
        "page": page, "text": text, "default": held_form(None, at), "may_default": may_edit(actor, None),
        "rows": [(item, form if (form := forms.get(item.pk)) and form.questions else None) for item in page],
    }  # fmt: skip
    return render(request, "scrutiny/survey_forms.html", context)


@requires(policies.FORMS)
def edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Edit one form; saving makes the next version."""
    actor, at = actor_of(request), moments.now()
    item = None if code == DEFAULT else _item(actor, code)
    if not may_edit(actor, item):
        raise NotFound("没有这张踏勘表。", next_step="请从踏勘表清单进入。")
    held = newest(item.pk if item else None)
    basis = held if held is not None and held.questions else held_form(None, at)
    wrong: dict[str, str] = {}
    said, status = "", 200
    rows = [dict(each) | {"options": "、".join(each.get("options", []))} for each in basis.questions]
    title, reason = (held.title if held else (f"{item.name[:80]}踏勘表" if item else basis.title)), ""
    if request.method == "POST":
        rows = _rows(request)
        title, reason = request.POST.get("title", "")[:100], request.POST.get("reason", "")[:300]
        if "more" not in request.POST:
            seen = request.POST.get("seen", "0")
            try:
                services.save_survey_form(
                    item=item, title=title, rows=rows, reason=reason, actor=actor, at=at,
                    seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                wrong, said, status = dict(refusal.fields), f"{refusal.message}{refusal.next_step}", refusal.status
            else:
                messages.success(request, "已保存为新的一版；正在填写的踏勘仍用原来的版本。")
                return HttpResponseRedirect(reverse("scrutiny:survey_form", args=[code]))
    blank = [{"kind": "yes_no", "required": True} for _ in range(BLANK)]
    shown = [
        {"at": at_, "row": row, "wrong": [said_ for name in NAMES if (said_ := wrong.get(f"{name}-{at_}"))]}
        for at_, row in enumerate([*rows, *blank])
    ]
    context = {
        "item": item, "held": held, "code": code, "title": title, "reason": reason, "shown": shown, "kinds": rules_surveys.KINDS.items(),
        "seen": held.version if held else 0, "said": said, "wrong": wrong,
        "versions": list(selectors.versions_of(item.pk if item else None)[:20]),
    }  # fmt: skip
    return render(request, "scrutiny/survey_form.html", context, status=status)


def _item(actor: Actor, code: str) -> Any:
    item = catalogue.items().filter(current__isnull=False).filter(code=code[:60]).first()
    if item is None:
        raise NotFound("没有这个事项。", next_step="请从踏勘表清单进入。")
    return item


def _rows(request: HttpRequest) -> list[dict[str, Any]]:
    """The rows as they were filled in; those without a question are left out."""
    count = min(len(request.POST.getlist("label")), rules_surveys.MOST_QUESTIONS + BLANK)
    columns = {name: request.POST.getlist(name) for name in NAMES}
    optional = set(request.POST.getlist("optional"))
    rows = []
    for at in range(count):
        row: dict[str, Any] = {name: values[at] if at < len(values) else "" for name, values in columns.items()}
        row["required"] = str(at) not in optional
        if row["label"].strip():
            rows.append(row)
    return rows


@requires(policies.FORMS)
def terms(request: HttpRequest) -> HttpResponseBase:
    """How long before a visit the applicant is told, how long is given to rectify."""
    actor, at = actor_of(request), moments.now()
    centre = organisations.unit(actor.centre_id) if actor.centre_id else organisations.main_centre()
    if centre is None or not may_edit(actor, None):
        raise NotFound("没有这个设置。", next_step="踏勘设置由政务服务中心办理。")
    held = terms_of(centre.pk)
    form = asked.TermsForm(
        request.POST or None,
        initial={"told_before_hours": held.told_before_hours, "rectify_workdays": held.rectify_workdays},
    )
    return ask(
        request, heading="踏勘设置", verb="保存", form=form, back=reverse("scrutiny:survey_forms"), said="已保存。", back_words="不改了",
        act=lambda given: services.set_survey_terms(actor=actor, centre=centre, at=at, **given) and None,
        note=f"{centre.name}自定的规则，法律没有规定天数。",
    )  # fmt: skip
