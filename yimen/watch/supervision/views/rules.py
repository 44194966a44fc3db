"""监察规则: the list, one rule with its versions, a new version with what it would have judged; limits and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.questions import file_url, number_asked, wants_file, workbook
from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision import forms as asked
from yimen.watch.supervision import policies, rules, selectors, services
from yimen.watch.supervision.models import RuleVersion
from yimen.watch.supervision.selectors.previewing import preview

FAMILIES = {"signal": "信号灯", "act": "单件判断", "standing": "单位情况", "prepared": "待接入"}

COLUMNS: Sequence[exports.Column[RuleVersion]] = (
    exports.Column("代号", lambda each: each.rule.code, width=20),
    exports.Column("名称", lambda each: each.label, width=28),
    exports.Column("种类", lambda each: rules.kind(each.kind).label, width=24),
    exports.Column("处置", lambda each: each.get_level_display()),
    exports.Column("阈值", lambda each: "；".join(f"{label} {said}" for label, said in each.said), width=60),
    exports.Column("依据", lambda each: each.law or rules.kind(each.kind).law, width=40),
    exports.Column("启用", lambda each: "是" if each.in_use else "否"),
    exports.Column("适用范围", lambda each: each.where, width=24),
    exports.Column("版本", lambda each: each.number),
    exports.Column("生效时间", lambda each: each.valid_from),
)


@requires(policies.WATCH)
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every rule by family, with its thresholds in words."""
    actor, at = actor_of(request), moments.now()
    found = selectors.rule_list(at)
    if wants_file(request):
        return workbook("监察规则", COLUMNS, found, at)
    groups = [
        (label, [(each, rules.kind(each.kind)) for each in found if rules.kind(each.kind).family == family])
        for family, label in FAMILIES.items()
    ]
    context = {
        "groups": [(label, rows) for label, rows in groups if rows],
        "may_set": actor.holds(policies.RULES),
        "export_url": file_url(request),
    }
    return render(request, "supervision/rules.html", context)


@requires(policies.WATCH)
@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponseBase:
    """One rule: what it says now, on what it rests, every version of it."""
    actor, at = actor_of(request), moments.now()
    found = selectors.rule_by_code(code)
    versions = list(selectors.versions_of(found))
    in_force = [each for each in versions if each.valid_from <= at]
    holding = next((each for each in in_force if each.place_id is None), (in_force or versions)[0])
    newest: dict[int | None, RuleVersion] = {}
    for each in in_force:
        newest.setdefault(each.place_id, each)
    context = {
        "rule": found,
        "versions": versions,
        "now": holding,
        "kind": rules.kind(holding.kind),
        "special": [
            each for each in newest.values() if each.place_id is not None and each.pk != holding.pk and not each.lifted
        ],
        "coming": [each for each in versions if each.valid_from > at],
        "may_set": actor.holds(policies.RULES),
    }
    return render(request, "supervision/rule.html", context)


@requires(policies.RULES)
def new(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A rule of this kind."""
    return _edit(request, rules.kind(kind), None)


@requires(policies.RULES)
def edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """The next version of a rule."""
    found = selectors.rule_by_code(code)
    versions = list(selectors.versions_of(found))
    asked_place = number_asked(request, "place")
    if request.method == "POST":
        text = request.POST.get("place", "")
        asked_place = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    # What holds there now is what one changes: the place's own word, or the one for everywhere.
    mine = next((each for each in versions if each.place_id == asked_place and not each.lifted), None)
    shown = mine or next((each for each in versions if each.place_id is None), versions[0])
    return _edit(request, rules.kind(shown.kind), shown, versions[0].number, asked_place)


@requires(policies.RULES)
def kinds(request: HttpRequest) -> HttpResponseBase:
    """Which kind the new rule is of."""
    groups = [(label, [each for each in rules.kinds() if each.family == family]) for family, label in FAMILIES.items()]
    return render(request, "supervision/kinds.html", {"groups": groups})


def _edit(
    request: HttpRequest, kind: rules.Kind, last: RuleVersion | None, newest: int = 0, place: int | None = None
) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()
    seen = newest
    form = asked.RuleForm(
        request.POST or None,
        kind=kind,
        new=last is None,
        initial=_initial(kind, last) | {"place": place},
        places=_places(),
        lift=place is not None,
    )
    seen_there = request.POST.get("seen", "")
    seen = int(seen_there) if seen_there.isascii() and seen_there.isdigit() and len(seen_there) < 6 else seen
    shown, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                draft = _draft(kind, form.cleaned_data)
                if request.POST.get("verb") == "preview":
                    params = rules.checked(kind, draft.params)
                    shown = preview(
                        kind.code,
                        last.params if last else None,
                        params,
                        at,
                        draft.place.pk if draft.place is not None else None,
                    )
                    status = 200
                elif last is None:
                    made = services.add_rule(actor=actor, code=form.cleaned_data["code"], draft=draft, at=at)
                    return _saved(request, made)
                else:
                    made = services.change_rule(actor=actor, rule=last.rule, draft=draft, at=at, seen=seen)
                    return _saved(request, made)
            except Refusal as refusal:
                if refusal.status in (403, 404):
                    raise
                refusal.fields = _at_fields(refusal.fields)
                refuse_form(form, refusal)
                status = refusal.status
    context = {
        "form": form, "kind": kind, "last": last, "seen": seen, "shown": shown, "next": newest + 1,
        "previewed": request.POST.get("verb") == "preview" and status == 200,
    }  # fmt: skip
    return render(request, "supervision/rule_edit.html", context, status=status)


def _places() -> list[tuple[int, str]]:
    return [(each.pk, each.name) for each in organisations.units(*services.PLACES)]


def _saved(request: HttpRequest, made: RuleVersion) -> HttpResponseBase:
    if made.kind == rules.SIGNAL.code:
        messages.success(request, f"已保存第 {made.number} 版。在办的事正在分批按新规则重新检视。")
    else:
        messages.success(request, f"已保存第 {made.number} 版，不用重启，现在起按它判断。")
    return redirect("supervision:rule", made.rule.code)


def _initial(kind: rules.Kind, last: RuleVersion | None) -> dict[str, Any]:
    if last is None:
        said: dict[str, Any] = {
            "label": kind.label,
            "text": kind.text,
            "law": kind.law,
            "in_use": True,
            "level": "yellow",
        }
        values: Mapping[str, Any] = {param.name: param.default for param in kind.params}
    else:
        said = {"label": last.label, "text": last.text, "law": last.law, "in_use": last.in_use, "level": last.level}
        values = last.params
    for param in kind.params:
        value = values.get(param.name, param.default)
        said[f"param_{param.name}"] = "、".join(value) if param.kind == "codes" else "" if value is None else value
    return said


def _draft(kind: rules.Kind, given: Mapping[str, Any]) -> services.RuleDraft:
    on = given["valid_on"]
    params = {param.name: given[f"param_{param.name}"] for param in kind.params}
    return services.RuleDraft(
        kind=kind.code, label=given["label"], text=given["text"], law=given["law"], level=given.get("level", "signal"),
        params=params, in_use=given["in_use"], why=given.get("why", ""), lifted=given.get("lifted", False),
        place=organisations.unit(given["place"]) if given["place"] else None,
        valid_from=datetime.combine(on, time(), tzinfo=CHINA) if on else None,
    )  # fmt: skip


def _at_fields(found: Mapping[str, str]) -> dict[str, str]:
    """The names of thresholds as the form has them."""
    names = {"code", "label", "level", "why", "kind", "place", "lifted"}
    moved = {"valid_from": "valid_on"}
    return {moved.get(name, name if name in names else f"param_{name}"): said for name, said in found.items()}


@requires(policies.RULES)
def terms(request: HttpRequest) -> HttpResponseBase:
    """The limits of explaining, judging, appealing, reviewing, and the points of the appraisal."""
    actor = actor_of(request)
    now = services.terms_now()
    names = asked.TermsForm.base_fields
    form = asked.TermsForm(request.POST or None, initial={name: getattr(now, name) for name in names})

    def act(given: dict[str, Any]) -> None:
        if any(given[name] is None for name in names):
            raise Invalid("每一项都要填。")
        services.set_terms(actor=actor, values=given, at=moments.now())

    return asking.ask(
        request, heading="监察时限和扣分", verb="保存", form=form, act=act, back=reverse("supervision:rules"),
        then=reverse("supervision:rules"), said="已保存，从下一条预警起使用。",
        note="期限按工作日计；已经发出的预警仍用发出时的期限。扣分用于“窗口绩效”：从 100 分起扣，扣完为止。",
    )  # fmt: skip
