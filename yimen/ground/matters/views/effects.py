"""Effects at expiry: what the law makes of a limit that ran out, how one is warned, and which have come."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.matters import effects
from yimen.ground.matters.forms import EffectForm
from yimen.ground.matters.models import EffectTaken
from yimen.ground.matters.policies import EFFECTS
from yimen.ground.matters.views import actor_of


@requires(EFFECTS)
@require_safe
def rules(request: HttpRequest) -> HttpResponseBase:
    """Every effect with its article, and when people are warned of it."""
    return render(request, "matters/manage/effects.html", {"rows": effects.effects()})


@requires(EFFECTS)
def rule(request: HttpRequest, code: str) -> HttpResponseBase:
    """Set the warnings of one, and whether a place's own is in use."""
    held = effects.in_force(code)
    form = EffectForm(
        request.POST or None,
        initial={
            "in_use": held.in_use,
            "days": held.days,
            "warn_workdays": "、".join(str(each) for each in held.warn_workdays),
        },
    )
    if held.effect.days is None:
        del form.fields["days"]
    if held.effect.statutory:
        del form.fields["in_use"]
    return ask(
        request, heading=held.effect.label, verb="保存", back=reverse("matters:effects"), form=form, said="已保存，下次巡查时起用。",
        note=f"{held.effect.text}依据：{held.effect.law}。", back_words="不改了",
        act=lambda given: _set(request, held, given),
    )  # fmt: skip


def _set(request: HttpRequest, held: effects.EffectInForce, given: dict[str, Any]) -> None:
    effects.set_effect(
        actor=actor_of(request), code=held.effect.code, in_use=given.get("in_use", True),
        warn_workdays=given["warn_workdays"], at=moments.now(), days=given.get("days"),
    )  # fmt: skip


@requires("matters.view")
@require_safe
def came(request: HttpRequest) -> HttpResponseBase:
    """The effects that have come to matters one may see, the newest first; as Excel with `format=xlsx`."""
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    rows = effects.effects_that_came(actor_of(request), text=text, state=state)
    if request.GET.get("format") == "xlsx":
        return exports.download(
            "法定后果记录.xlsx", exports.xlsx(_COLUMNS, rows.order_by("-taken_at", "-id").iterator(chunk_size=2000))
        )
    page = page_by_key(rows, order=("-taken_at", "-id"), asked=request.GET, size=30)
    states = (("standing", "仍然有效"), ("undone", "已撤销"))
    context = {"page": page, "text": text, "state": state, "states": states}
    return render(request, "matters/manage/effects_came.html", context)


_COLUMNS: list[exports.Column[EffectTaken]] = [
    exports.Column("编号", lambda each: each.matter.code, width=46),
    exports.Column("名称", lambda each: each.matter.title, width=40),
    exports.Column("后果", lambda each: each.label),
    exports.Column("依据", lambda each: each.law, width=40),
    exports.Column("逾期单位", lambda each: each.department.name, width=24),
    exports.Column("逾期经办人", lambda each: each.person_name or "未认领"),
    exports.Column("期限届满", lambda each: moments.local(each.fell_due_at)),
    exports.Column("记入时间", lambda each: moments.local(each.taken_at)),
    exports.Column("撤销时间", lambda each: moments.local(each.undone_at) if each.undone_at else None),
    exports.Column("撤销人", lambda each: each.undone_by),
    exports.Column("撤销理由", lambda each: each.undone_reason, width=60),
]
