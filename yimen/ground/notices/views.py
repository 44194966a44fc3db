"""A person's inbox on this site."""

from __future__ import annotations

import json

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import citizens, public, signed_in, staff
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.notices import gateway, selectors, services
from yimen.ground.notices.forms import SettingsForm


@staff
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Messages to a member of staff."""
    return _inbox(request)


@citizens
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Messages to a citizen or enterprise."""
    return _inbox(request)


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of organisations
    services.mark_read(actor=actor, at=now())
    return redirect("notices:mine" if actor.kind == "staff" else "notices:own")


@public
@csrf_exempt
@require_POST
def receipts(request: HttpRequest, channel: str) -> HttpResponse:
    """What a gateway says became of messages; its signature is asked before a word is read. Twice is as good as once."""
    found = gateway.gateway_of(channel) if channel in ("sms", "push") else None
    if found is None:
        raise NotFound("没有这个渠道。")
    if not gateway.is_signed(found, "POST", request.path, request.body, request.headers, now()):
        return JsonResponse({"code": "signature"}, status=403)
    try:
        said = json.loads(request.body)
        rows = said["receipts"]
        told = [
            (
                str(row["key"]),
                str(row["receipt_id"]),
                str(row["state"]),
                str(row.get("code", "")),
                gateway.moment(row["at"]),
            )
            for row in rows[:500]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"code": "unreadable"}, status=422)
    new = sum(
        services.take_receipt(channel=channel, key=key, receipt_id=number, state=state, code=code, happened_at=at)
        for key, number, state, code, at in told
        if at is not None
    )
    return JsonResponse({"received": len(told), "new": new})


@citizens
def settings_page(request: HttpRequest) -> HttpResponse:
    """Which ways one's own messages take, the quiet hours, the telephones that take pushed news."""
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of organisations
    party = actor.party_id or 0
    quiet = selectors.quiet(party)
    first = {"begins": quiet.begins, "ends": quiet.ends} if quiet else {}
    form = SettingsForm(request.POST or None, initial=first, chosen=selectors.preferences(party))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.choose(actor=actor, chosen=form.chosen(), at=now())
                services.set_quiet(
                    actor=actor, begins=form.cleaned_data["begins"], ends=form.cleaned_data["ends"], at=now()
                )
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "已保存，下一条通知起生效。")
            return redirect("notices:settings")
    context = {"form": form, "devices": selectors.devices(party)}
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)


@citizens
@require_POST
def remove_device(request: HttpRequest, device: int) -> HttpResponse:
    """Take one's own telephone off."""
    services.remove_device(actor=request.actor, device_id=device, at=now())  # type: ignore[attr-defined]  # as above
    messages.success(request, "这台设备不再收到推送。")
    return redirect("notices:settings")


def _inbox(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of organisations
    page = page_by_key(selectors.inbox(actor), order=("-id",), asked=request.GET, size=20)
    return render(request, "notices/inbox.html", {"page": page, "unread": selectors.unread(actor)})
