"""办件不出中心: the indicator, the steps behind each number, what an item asks for (R064)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import asking, charts, exports, forms, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.questions import EXPORT_MOST, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.watch.supervision import policies, services
from yimen.watch.supervision.models import StepPlace
from yimen.watch.supervision.rules.places import GROUPS
from yimen.watch.supervision.selectors import places as counting
from yimen.watch.supervision.selectors.places import BY, NUMBERS, PlaceLine
from yimen.watch.supervision.selectors.rules import rules_in_force
from yimen.watch.supervision.views.windows import span_of

BARS = 12

STEP_COLUMNS: Sequence[exports.Column[StepPlace]] = (
    exports.Column("办件编号", lambda each: each.matter.code, width=26),
    exports.Column("事项", lambda each: each.item.name, width=36),
    exports.Column("部门", lambda each: each.department.name, width=28),
    exports.Column("环节", lambda each: each.get_group_display()),
    exports.Column("步骤序号", lambda each: each.seq),
    exports.Column("办理人", lambda each: each.actor_name),
    exports.Column("在哪里办的", lambda each: each.place, width=40),
    exports.Column("在中心", lambda each: "说不清" if each.inside is None else "是" if each.inside else "否"),
    exports.Column("依据", lambda each: each.get_how_display(), width=20),
    exports.Column("发生时间", lambda each: each.at),
)


def _behind(by: str, key: int | None, which: str, span: Period) -> str:
    asked: dict[str, Any] = {"which": which, "first": span.first.isoformat(), "last": span.last.isoformat()}
    if key is not None:
        asked[by] = key
    return f"{reverse('supervision:places_behind')}?{urlencode(asked)}"


@requires(policies.WATCH)
@require_safe
def figures(request: HttpRequest) -> HttpResponseBase:
    """By department or item: how many steps belong in the centre, and how many were taken there."""
    actor, span = actor_of(request), span_of(request)
    by = "item" if request.GET.get("by") == "item" else "department"
    lines = counting.place_figures(actor, span.first, span.last, by)
    if wants_file(request):
        columns: list[exports.Column[PlaceLine]] = [exports.Column(BY[by], lambda line: line.name, width=36)]
        for name, (label, _) in NUMBERS.items():
            columns.append(exports.Column(label, lambda line, name=name: line.counts[name]))  # type: ignore[misc]  # bound now
        columns.append(exports.Column("在中心办理率（%）", lambda line: line.share))
        return workbook("办件不出中心", columns, lines, moments.now())
    shown = [line for line in lines if line.counts["outside"]][:BARS]
    marks = [charts.Mark(line.name, line.counts["outside"], _behind(by, line.key, "outside", span)) for line in shown]
    says = f"在中心以外办理的环节，按{BY[by]}"
    drawing = charts.bars(marks, says) if marks else None
    if request.GET.get("as") == "svg" and drawing is not None:
        return picture("办件不出中心.svg", drawing, title=says, source=settings.CENTRE_NAME)
    days = urlencode({"first": span.first.isoformat(), "last": span.last.isoformat()})
    context = {
        "span": span,
        "by": by,
        "head": BY[by],
        "heads": [label for label, _ in NUMBERS.values()],
        "rows": [
            (
                line,
                [
                    (NUMBERS[name][0], n, _behind(by, line.key, name, span) if n else "")
                    for name, n in line.counts.items()
                ],
            )
            for line in lines
        ],
        "totals": [(sum(line.counts[name] for line in lines), _behind(by, None, name, span)) for name in NUMBERS],
        "tabs": [(f"按{label}", f"?by={name}&{days}") for name, label in BY.items()],
        "here": f"?by={by}&{days}",
        "rule": next(iter(rules_in_force(moments.now(), kind="left-centre")), None),
        "own": counting.item_places(),
        "may_set": actor.holds(policies.RULES),
        "figure": charts.figure(drawing, marks, title=says, name=BY[by], unit="步") if drawing else "",
        "export_url": file_url(request),
        "picture_url": file_url(request, "svg"),
    }
    return render(request, "supervision/places.html", context)


@requires(policies.WATCH)
@require_safe
def behind(request: HttpRequest) -> HttpResponseBase:
    """The steps of one number: who took each, where, and how that is known."""
    actor, at, span = actor_of(request), moments.now(), span_of(request)
    which = text_asked(request, "which")
    if which not in NUMBERS:
        raise NotFound("没有这项数字。", next_step="请从办件不出中心的数字进入。")
    found = counting.steps_behind(
        actor,
        which,
        span.first,
        span.last,
        department=number_asked(request, "department"),
        item=number_asked(request, "item"),
    )
    title = f"办件不出中心：{NUMBERS[which][0]}"
    if wants_file(request):
        return workbook(title, STEP_COLUMNS, found[:EXPORT_MOST], at)
    context = {
        "title": title,
        "span": span,
        "page": page_by_key(found, order=("-at", "-pk"), asked=request.GET, size=20),
        "export_url": file_url(request),
        "back": f"{reverse('supervision:places')}?first={span.first.isoformat()}&last={span.last.isoformat()}",
    }
    return render(request, "supervision/places_behind.html", context)


class ItemPlacesForm(forms.Form):
    """Which steps of one item belong in the centre."""

    code = forms.Line(label="事项编码", max_length=40)
    groups = django_forms.MultipleChoiceField(
        label="应在中心办理的环节", choices=list(GROUPS.items()), required=False,
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}), help_text="都不选，就是这个事项不作要求。",
    )  # fmt: skip
    why = forms.Line(label="依据", max_length=200, help_text="例如：进驻方案第几条、县政府批复文号。")


@requires(policies.RULES)
def set_item(request: HttpRequest) -> HttpResponseBase:
    """Say what one item asks for."""
    actor = actor_of(request)
    form = ItemPlacesForm(
        request.POST if request.method == "POST" else None,
        initial={"code": text_asked(request, "code"), "groups": list(GROUPS)},
    )
    return asking.ask(
        request, heading="设定事项应在中心办理的环节", verb="保存", form=form, back=reverse("supervision:places"),
        act=lambda given: services.set_item_places(actor=actor, at=moments.now(), **given),
        said="已保存，以后办理的步骤按新的算。", note="没有单独设定的事项，按监察规则“办理环节离开中心”。",
    )  # fmt: skip
