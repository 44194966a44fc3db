"""委托代办 on the citizen's side: what one has given, what one was given; give, accept, decline, end (R016)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.identity import selectors as people
from yimen.ground.identity import services as identity
from yimen.ground.identity.policies import citizens
from yimen.ground.kit import asking
from yimen.ground.kit.forms import Form, Line, refuse_form
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.service.cases.forms.mandates import OwnMandateForm
from yimen.service.cases.views.mandates import item_choices, keep_paper, paper_of, said, workbook
from yimen.service.cases.views.public.asking import actor_of, applicant_of, now, page

FRAME = "kit/portal.html"


@citizens
@require_safe
def mandates(request: HttpRequest) -> HttpResponseBase:
    """What the person (or enterprise) has given, and what was given to the person."""
    actor, at = actor_of(request), now()
    received = request.GET.get("side") == "received"
    account = people.account(actor.uid)
    may_give = actor.party_id is not None and actor.may_manage_party(actor.party_id)
    rows = people.mandates_received(account) if received else people.mandates_given(actor.party_id or 0)
    if not received and not may_give:
        rows = rows.none()
    if request.GET.get("as") == "xlsx":
        return workbook(rows, "别人委托我" if received else "我委托别人", at)
    found = page_by_key(rows, order=("-given_at", "-id"), asked=request.GET, size=20)
    waiting = people.mandates_received(account).filter(accepted_at__isnull=True, ended_at__isnull=True)
    return page(
        request, "cases/public/mandates.html", received=received, found=found, rows=[said(each, day_of(at)) for each in found],
        may_give=may_give, who=applicant_of(actor), waiting=waiting.filter(valid_to__gte=day_of(at)).count(),
    )  # fmt: skip


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Give a mandate; items are looked for by name without leaving the page."""
    actor, at = actor_of(request), now()
    choices, status = item_choices(request.POST, request.GET), 200
    looking = "find" in request.POST
    today = day_of(at)
    if request.method != "POST":
        form = OwnMandateForm(choices=choices, today=today, initial={"items": [code for code, _ in choices]})
    elif looking:
        data = {name: request.POST.getlist(name) if name in ("powers", "items") else value
                for name, value in request.POST.items()}  # fmt: skip
        form = OwnMandateForm(choices=choices, today=today, initial=data)
    else:
        form = OwnMandateForm(request.POST, request.FILES, choices=choices, today=today)
        status = 422
        if form.is_valid():
            try:
                paper = keep_paper(form.cleaned_data["paper"], actor, at)
                mandate = identity.give_mandate(actor=actor, at=at, paper=paper, **form.arguments())
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"委托 {mandate.number} 已出具，{mandate.agent_name}接受后生效。")
                return HttpResponseRedirect(reverse("cases:mandate", args=[mandate.uid]))
    return page(
        request, "cases/public/mandate_new.html", status, form=form, who=applicant_of(actor), looking=looking,
        found=bool(choices),
    )  # fmt: skip


@citizens
@require_safe
def mandate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One mandate: what it gives, how it stands, what can be done."""
    actor, at = actor_of(request), now()
    found = people.mandate(uid, actor)
    own = found.principal_id == actor.party_id
    return page(request, "cases/public/mandate.html", said=said(found, day_of(at)), mandate=found, own=own)


@citizens
@require_safe
def paper(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The scanned paper."""
    return paper_of(request, uid, actor_of(request))


@citizens
def accept(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a mandate on."""
    actor = actor_of(request)
    found = people.mandate(uid, actor)
    return asking.ask(
        request,
        heading=f"接受{found.principal.name}的委托？",
        note=f"您可以代{found.principal.name}：{'、'.join(found.power_labels())}。每一步都记下您的姓名；故意造成损失要承担责任。",
        verb="接受委托",
        act=lambda _: identity.accept_mandate(actor=actor, uid=uid, at=now()),
        back=reverse("cases:mandate", args=[uid]),
        said="已接受。要代办时，请切换办事身份。",
        frame=FRAME,
    )


@citizens
def decline(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Do not take it on, or give it up."""
    actor = actor_of(request)
    found = people.mandate(uid, actor)
    verb = "不接受" if found.accepted_at is None else "辞去委托"
    return asking.ask(
        request,
        heading=f"{verb}？",
        note=f"之后不能再代{found.principal.name}办事，没有办完的由委托人接着办。",
        verb=verb,
        danger=True,
        act=lambda _: identity.decline_mandate(actor=actor, uid=uid, at=now()),
        back=reverse("cases:mandate", args=[uid]),
        said="这份委托已经终止。",
        frame=FRAME,
    )


class RevokeForm(Form):
    """Why, if one likes to say."""

    reason = Line(label="原因", max_length=200, required=False)


@citizens
def revoke(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """End a mandate at once."""
    actor = actor_of(request)
    found = people.mandate(uid, actor)
    return asking.ask(
        request,
        heading=f"终止对{found.agent_name}的委托？",
        note="马上生效：代理人的下一次操作就会被拒绝。已经提交的申请照常办理，没提交的草稿归您。",
        verb="终止委托",
        danger=True,
        form=RevokeForm(request.POST if request.method == "POST" else None),
        act=lambda given: identity.revoke_mandate(actor=actor, uid=uid, at=now(), reason=given["reason"]),
        back=reverse("cases:mandate", args=[uid]),
        said="委托已终止。",
        frame=FRAME,
    )
