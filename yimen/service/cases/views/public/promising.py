"""The applicant hands in what was promised, or signs a promise instead of proof (R068, R069); both work on a phone without scripts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yimen.ground.documents.services import store_file
from yimen.ground.identity.policies import citizens
from yimen.ground.kit.asking import ask
from yimen.ground.kit.moments import now, say_date
from yimen.service.cases import selectors_paths as paths
from yimen.service.cases import services
from yimen.service.cases.forms_paths import SignPromiseForm, SupplyForm
from yimen.service.cases.views.public.asking import actor_of
from yimen.service.cases.views.public.mine import own_case


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def supply(request: HttpRequest, code: str) -> HttpResponseBase:
    """All the promised materials at once."""
    actor, at = actor_of(request), now()
    case = own_case(actor, code)
    back = reverse("cases:mine_case", args=[code])
    held = paths.tolerance_of(case)
    if held is None or held.confirmed_at is not None or held.ended_at is not None or case.matter.closed_at is not None:
        return _nothing(request, back, "这件事没有要后补的材料。")
    form = SupplyForm(
        request.POST or None,
        request.FILES or None,
        case=case,
        materials=held.materials,
        initial={"seen": case.matter.version},
    )

    def act(given: dict[str, Any]) -> None:
        files = {order: [store_file(given[f"file_{order}"], actor=actor, at=at).id] for order in held.orders}
        services.supply_tolerated(code=code, actor=actor, at=at, files=files, seen=given["seen"])

    return ask(
        request, heading="补交容缺材料", verb="提交", act=act, back=back, form=form, said="材料已补交，等窗口核收。",
        note=f"请在 {say_date(held.due_on)} 前一次补齐。只有纸质件的，请带到窗口。", frame="kit/portal.html",
    )  # fmt: skip


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def promise(request: HttpRequest, code: str) -> HttpResponseBase:
    """Read the promise word by word, and sign it with one's name."""
    actor = actor_of(request)
    case = own_case(actor, code)
    back = reverse("cases:mine_case", args=[code])
    may = paths.promisable(case, now().date()) if case.matter.state == "received" else None
    if may is None:
        return _nothing(request, back, "这件事没有可以承诺代替的材料。")
    terms, names = may
    form = SignPromiseForm(
        request.POST or None, case=case, initial={"seen": case.matter.version, "signer": case.matter.applicant_name}
    )
    return ask(
        request, heading="告知承诺书", verb="签署", back=back, form=form, said="承诺书已签署，受理后可以当场决定。",
        note=f"代替的材料：{'、'.join(names)}。{terms.promise_text}", frame="kit/portal.html",
        warning="核查发现承诺不实的，依法撤销决定，并记入信用记录。",
        act=lambda given: _done(
            services.sign_promise(
                code=code, signer=given["signer"], agreed=given["agreed"], actor=actor, at=now(), seen=given["seen"]
            )
        ),
    )  # fmt: skip


def _nothing(request: HttpRequest, back: str, words: str) -> HttpResponse:
    messages.info(request, words)
    return HttpResponseRedirect(back)


def _done(_: object) -> None:
    """What `ask` need not answer with."""
