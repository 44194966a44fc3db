"""For everybody: which window is for whom, and how far a question is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import groupby

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.identity.policies import public
from yimen.ground.kit import audit, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import rules, services
from yimen.service.windows.forms import TrackForm
from yimen.service.windows.lifecycle import FIRST_ASK
from yimen.service.windows.models import FirstAsk
from yimen.service.windows.selectors.common import words_of
from yimen.service.windows.selectors.kinds import signs, uses_two_plus_two

SALT, SECONDS_OPEN = "windows.track", 30 * 60
SHOWN = ("record", "offer", "take", "refuse", "recall", "answer", "drop")
View = Callable[..., HttpResponseBase]


class LookClosed(NotFound):
    """The link of a query is too old or not whole."""

    code = "look_closed"


def answered(view: View) -> View:
    """What these pages show is kept by no cache."""

    @wraps(view)
    def watched(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    return watched


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """窗口怎么找: which window is for whom, by kind where the centre has switched 2+2 on, else by number."""
    halls = []
    for centre in organisations.halls():
        found = signs(centre)
        if not found:
            continue
        on = uses_two_plus_two(centre.pk)
        groups = []
        if on:
            order = [*rules.KINDS, ""]
            ranked = sorted(found, key=lambda each: order.index(each.kind))
            for kind, rows in groupby(ranked, key=lambda each: each.kind):
                label, says, _ = rules.KINDS.get(kind, ("其他窗口", "按部门办理", True))
                groups.append((label, says, list(rows)))
        else:
            groups.append(("", "", found))
        halls.append((centre, on, groups))
    return render(request, "windows/public/find.html", {"halls": halls})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@answered
def track(request: HttpRequest) -> HttpResponseBase:
    """The question: number and secret."""
    if request.method != "POST":
        form = TrackForm(initial={"code": request.GET.get("code", "")[:60]})
        return render(request, "windows/public/track.html", {"form": form})
    form, status = TrackForm(request.POST), 422
    if form.is_valid():
        try:
            found = services.look_up(
                code=form.cleaned_data["code"], secret=form.cleaned_data["secret"],
                address=client_address(request) or "",
            )  # fmt: skip
        except Refusal as refusal:
            refuse_form(form, refusal)
            audit.record_refusal(refusal, action="windows.look_up", actor=None)
            status = refusal.status
        else:
            token = signing.dumps(found.matter.code, salt=SALT, compress=True)
            return HttpResponseRedirect(reverse("windows:tracked", args=[token]))
    return render(request, "windows/public/track.html", {"form": form}, status=status)


@public
@require_safe
@answered
def tracked(request: HttpRequest, token: str) -> HttpResponseBase:
    """How far it is, who is responsible, what was answered; neither name nor telephone of whoever asked."""
    try:
        code = signing.loads(token, salt=SALT, max_age=SECONDS_OPEN)
    except signing.BadSignature:
        raise LookClosed("这次查询已经过时，或网址不完整。", next_step="请重新输入编号和查询码。") from None
    rows = FirstAsk.objects.select_related("matter__department", "first_unit", "first_window", "item")
    asked = rows.filter(matter__code=code).first()
    if asked is None:
        raise LookClosed("没有这件首问。")
    matter = asked.matter
    entries = [
        {
            "what": FIRST_ASK.step(step.action).public_label
            + (f"：{step.facts['unit']}" if step.action == "offer" else ""),
            "when": moments.say_moment(step.happened_at),
        }
        for step in reversed(matters.timeline(matter))
        if step.action in SHOWN
    ]
    answers = [word for word in words_of(matter.pk, told=True) if word.action == "answer"]
    context = {
        "asked": asked, "matter": matter, "state": FIRST_ASK.state(matter.state), "entries": entries, "answers": answers,
    }  # fmt: skip
    return render(request, "windows/public/tracked.html", context)
