"""The applicant's own results and parcels: where it lies, the code, by mail or at the window, follow the parcel."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, citizens
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import party
from yimen.ground.kit import masking, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.refusals import NotFound
from yimen.service.cases.selectors import access_case
from yimen.service.delivery import policies, rules, selectors, services
from yimen.service.delivery.forms import AddressForm, CollectForm
from yimen.service.delivery.views.results import entries_of

STEPS = (("ordered", "已下单"), ("accepted", "已取走"), ("transit", "在路上"), ("delivered", "已签收"))


@citizens
@require_safe
def own_result(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One's own result: where, with which code, or by which parcel."""
    row = policies.access_result(actor_of(request), uid)
    context = {
        "row": row, "code": rules.shown_code(row.code_kept), "address": masking.mask_address(row.mail_address),
        "parcel": row.parcels.order_by("-pk").first(), "changeable": row.state in ("waiting", "shelved"),
        "entries": entries_of(selectors.course_of(result=row), names=False),
    }  # fmt: skip
    response = render(request, "delivery/public/result.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@citizens
@require_safe
def own_parcel(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Follow one's own parcel."""
    row = policies.access_parcel(actor_of(request), uid)
    names = [name for _, name in STEPS]
    keys = [key for key, _ in STEPS]
    context = {
        "row": row, "steps": names, "step": keys.index(row.state) + 1 if row.state in keys else 0,
        "address": masking.mask_address(row.address), "phone": masking.mask_phone(row.phone),
        "entries": entries_of(selectors.course_of(parcel=row), names=False),
    }  # fmt: skip
    return render(request, "delivery/public/parcel.html", context)


@citizens
def own_mail(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """By mail, free of charge."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    return ask(
        request, heading="免费邮寄", verb="邮寄给我", frame="kit/portal.html", back=reverse("delivery:own_result", args=[row.uid]),
        form=AddressForm(request.POST if request.method == "POST" else None, initial=_known(actor)),
        note=f"“{row.matter.title}”的结果寄到您写的地址，邮费由中心出。", said="已改为邮寄，寄出后告诉您快递单号。",
        act=lambda given: services.choose_way(
            result=row, way="post", actor=actor, at=at, address=services.Address(**given)
        ),
    )  # fmt: skip


@citizens
def own_window(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """At the window after all."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    return ask(
        request, heading="改为到窗口领取", verb="我自己来领", frame="kit/portal.html", said="已改为窗口领取。",
        back=reverse("delivery:own_result", args=[row.uid]),
        act=lambda _given: services.choose_way(result=row, way="window", actor=actor, at=at),
    )  # fmt: skip


@citizens
def own_code(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Another pick-up code, where somebody else has seen the first."""
    actor, at = actor_of(request), moments.now()
    row = policies.access_result(actor, uid)
    return ask(
        request, heading="换一个取件码", verb="换码", frame="kit/portal.html", said="已换码，原来的码失效。",
        back=reverse("delivery:own_result", args=[row.uid]), note="取件码被别人看到了，就换一个。",
        act=lambda _given: services.change_code(result=row, actor=actor, at=at),
    )  # fmt: skip


@citizens
def own_collect(request: HttpRequest, code: str) -> HttpResponseBase:
    """Have materials fetched from home, free of charge."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    if actor.party_id is None or case.matter.applicant_id != actor.party_id:
        raise NotFound("没有找到这件办件。", next_step="请到“我的办件”里找。")

    def act(given: dict[str, str]) -> None:
        contents = given.pop("contents")
        services.collect(code=code, address=services.Address(**given), contents=contents, actor=actor, at=at)

    return ask(
        request, heading="上门取材料", verb="约快递员来取", frame="kit/portal.html", act=act,
        form=CollectForm(request.POST if request.method == "POST" else None, initial=_known(actor)),
        back=reverse("cases:mine_case", args=[code]), said="已约好，快递员来取时告诉您。",
        note=f"“{case.matter.title}”的纸质材料，快递员上门取到窗口，邮费由中心出。",
    )  # fmt: skip


def _known(actor: Actor) -> dict[str, str]:
    """What is known of the applicant."""
    own = party(actor.party_id or 0)
    return {"name": own.legal_representative or own.name, "phone": own.phone, "address": own.address}
