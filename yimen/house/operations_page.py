"""The page 运行情况 for the system administrator."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import administrators, name_actions
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.house import operations

name_actions({"house.try_again": "重试搁置的处理"})
register_menu(
    "manage",
    MenuItem("运行情况", "house:operations", "shield", ("admin.system", "admin.audit"), group="安全与审计", order=84),
)


@administrators("system", "audit")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What runs by itself, what needs a hand, and what was given up."""
    signs = operations.look(moments.now())
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    context = {
        "signs": signs,
        "bad": [sign for sign in signs if sign.verdict == "bad"],
        "watch": [sign for sign in signs if sign.verdict == "watch"],
        "parked": operations.parked(),
        "versions": operations.versions(),
        "may_retry": actor.admin_role == "system",
    }
    return render(request, "web/operations.html", context)


@administrators("system")
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Try one parked delivery again, or all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    which = request.POST.get("delivery", "")
    number = int(which) if which.isascii() and which.isdigit() and len(which) < 19 else None
    done = operations.try_again(actor=actor, delivery_id=number)
    messages.success(request, f"{done} 条已放回队列，几秒后会再试。" if done else "没有搁置的处理。")
    return HttpResponseRedirect(reverse("house:operations"))


app_name = "house"
urlpatterns = [
    path("manage/operations/", page, name="operations"),
    path("manage/operations/retry/", retry, name="operations_retry"),
]
