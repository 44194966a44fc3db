"""What the centre sees of its messages: what went out and what came of it, the templates, who wants none."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports
from yimen.ground.kit.forms import MOBILE, refuse_form
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.notices import gateway, mail, rules, selectors, services
from yimen.ground.notices.forms import OperatorForm, OptOutForm
from yimen.ground.notices.models import Sending
from yimen.ground.notices.policies import MANAGE

BADGES = {
    "waiting": "", "asking": "warning", "sent": "warning", "delivered": "normal", "failed": "red", "unknown": "paused",
    "stopped": "closed",
}  # fmt: skip


@requires(MANAGE)
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """Everything that went out, filtered by channel, state, kind; a number is found whole, and shown masked."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("channel", "state", "kind", "q")}
    if MOBILE.fullmatch(asked["q"]):
        # The page itself, and every link in it, bears the number's index alone.
        kept = {name: value for name, value in asked.items() if value and name != "q"}
        return redirect(f"{request.path}?{urlencode(kept | {'to': selectors.index_of(asked['q'])})}")
    to = request.GET.get("to", "")[:80]
    rows = selectors.sendings(
        channel=asked["channel"], state=asked["state"], kind=asked["kind"], to_index=to, text=asked["q"]
    )
    if request.GET.get("format") == "xlsx":
        return exports.download("消息外发记录.xlsx", exports.xlsx(_COLUMNS, rows.iterator(chunk_size=1000)))
    page = page_by_key(rows, order=("-id",), asked=request.GET, size=30)
    context = {
        "page": page, "lines": [(each, BADGES.get(each.state, "")) for each in page], "asked": asked,
        "shown_q": asked["q"], "to": to, "channels": rules.CHANNELS.items(), "states": selectors.STATES,
        "kinds": rules.KINDS.items(), "counts": selectors.state_counts(), "on": _on(),
    }  # fmt: skip
    return render(request, "notices/manage/messages.html", context)


_COLUMNS: list[exports.Column[Sending]] = [
    exports.Column("时间", lambda each: each.created_at),
    exports.Column("渠道", lambda each: rules.CHANNELS.get(each.channel, each.channel)),
    exports.Column("标题", lambda each: each.message.subject, width=40),
    exports.Column("种类", lambda each: rules.KINDS.get(each.message.kind, "")),
    exports.Column("收件地址（遮盖）", lambda each: each.to, width=20),
    exports.Column("条数", lambda each: each.segments),
    exports.Column("状态", lambda each: each.get_state_display()),
    exports.Column("发送时间", lambda each: each.sent_at),
    exports.Column("回执时间", lambda each: each.ended_at),
    exports.Column("原因", lambda each: each.reason, width=40),
]


def _on() -> list[tuple[str, bool]]:
    on = {
        "email": mail.is_on(),
        "sms": gateway.gateway_of("sms") is not None,
        "push": gateway.gateway_of("push") is not None,
    }
    return [(name, on[channel]) for channel, name in rules.CHANNELS.items()]


@requires(MANAGE)
@require_safe
def sending(request: HttpRequest, sending: int) -> HttpResponse:
    """One message on one way: its tries, its receipts, sending it again."""
    held = selectors.sending(sending)
    context = {
        "sending": held, "badge": BADGES.get(held.state, ""), "channel": rules.CHANNELS.get(held.channel, held.channel),
        "kind": rules.KINDS.get(held.message.kind, ""), "receipts": held.receipts.order_by("received_at", "id"),
        "again": held.again.first(), "may_again": held.state in ("failed", "unknown") and not held.again.all(),
        "receipt_words": {"delivered": "已送达", "failed": "未送达", "unknown": "状态不明"},
    }  # fmt: skip
    return render(request, "notices/manage/sending.html", context)


@requires(MANAGE)
@require_POST
def again(request: HttpRequest, sending: int) -> HttpResponse:
    """Send once more what did not arrive."""
    made = services.send_again(actor=_actor(request), sending_id=sending, at=now())
    messages.success(request, "已再发一次，结果见这一条。")
    return redirect("notices:sending", made.pk)


@requires(MANAGE)
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """The words that may be sent, and which the operator has approved."""
    known = selectors.operator_templates()
    rows = []
    for each in rules.templates():
        held = known.get(each.code)
        cost = rules.segments(each.sms, _sign()) if each.sms else 0
        rows.append((each, rules.KINDS[each.kind], held, cost, bool(held and held.text != each.sms)))
    rows.sort(key=lambda row: (not row[0].sms, row[0].code))
    return render(request, "notices/manage/templates.html", {"rows": rows, "sign": _sign()})


@requires(MANAGE)
def template(request: HttpRequest, code: str) -> HttpResponse:
    """Note the operator's number of one template."""
    found = next((each for each in rules.templates() if each.code == code and each.sms), None)
    if found is None:
        raise NotFound("没有这个短信模板。", next_step="请从模板清单中选择。")
    held = selectors.operator_templates().get(code)
    form = OperatorForm(request.POST or None, initial={"registered_id": held.registered_id if held else ""})
    if request.method == "POST" and form.is_valid():
        try:
            services.register_with_operator(
                actor=_actor(request), code=code, registered_id=form.cleaned_data["registered_id"], at=now()
            )
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "报备编号已登记，这个模板的短信可以发了。")
            return redirect("notices:templates")
    gaps = [(gap, {"text": "文字", "number": "数字", "day": "日期", "code": "编号", "phone": "电话"}[found.gaps_of.get(gap, "text")])
            for gap in found.sms_gaps]  # fmt: skip
    context = {"form": form, "template": found, "gaps": gaps, "sign": _sign(), "held": held}
    return render(request, "notices/manage/template.html", context, status=422 if form.errors else 200)


@requires(MANAGE)
def opt_outs(request: HttpRequest) -> HttpResponse:
    """Numbers that want no short messages; note one more."""
    form = OptOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        services.opt_out(number=said["number"], how=said["how"], at=now(), actor=_actor(request))
        messages.success(request, "已登记退订，除法定告知外不再给这个号码发短信。")
        return redirect("notices:opt_outs")
    page = page_by_key(selectors.opted_out(), order=("-id",), asked=request.GET, size=30)
    context = {"form": form, "page": page}
    return render(request, "notices/manage/opt_outs.html", context, status=422 if form.errors else 200)


@requires(MANAGE)
@require_POST
def opt_in(request: HttpRequest, number: int) -> HttpResponse:
    """Take a number off the list."""
    services.opt_out_again(actor=_actor(request), opt_out_id=number, at=now())
    messages.success(request, "已取消退订。")
    return redirect("notices:opt_outs")


def _sign() -> str:
    from django.conf import settings

    return str(settings.SMS_SIGN)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of organisations
    return actor
