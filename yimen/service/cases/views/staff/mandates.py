"""委托 at the window: look up, register the paper with both documents on the counter, end it for who stands there (R016)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.identity import selectors as people
from yimen.ground.identity import services as identity
from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking
from yimen.ground.kit.forms import Form, Line, refuse_form
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.service.cases.forms.mandates import WindowMandateForm
from yimen.service.cases.views.mandates import item_choices, keep_paper, paper_of, said, workbook
from yimen.service.cases.views.staff.asking import actor_of

VERIFY = "identity.verify"


@requires(VERIFY)
@require_safe
def mandates(request: HttpRequest) -> HttpResponseBase:
    """Find a mandate by its number, or by the whole document number of either side; nobody pages through everybody's."""
    at, text = now(), request.GET.get("q", "").replace("\x00", "").strip()[:60]
    if request.GET.get("as") == "xlsx":
        return kept_from_caches(workbook(people.find_mandates(text), "委托", at))
    found = page_by_key(people.find_mandates(text), order=("-given_at", "-id"), asked=request.GET, size=30)
    rows = [said(each, day_of(at)) for each in found]
    context = {"rows": rows, "found": found, "text": text}
    return kept_from_caches(render(request, "cases/staff/mandates.html", context))


def kept_from_caches(response: HttpResponseBase) -> HttpResponseBase:
    """The answer, which no proxy and no browser keeps."""
    response["Cache-Control"] = "no-store"
    return response


@requires(VERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a paper mandate; in force at once, since both documents were looked at."""
    actor, at = actor_of(request), now()
    choices, today, status = item_choices(request.POST, request.GET), day_of(at), 200
    looking = "find" in request.POST
    if request.method != "POST":
        form = WindowMandateForm(choices=choices, today=today)
    elif looking:
        data = {name: request.POST.getlist(name) if name in ("powers", "items") else value
                for name, value in request.POST.items()}  # fmt: skip
        form = WindowMandateForm(choices=choices, today=today, initial=data)
    else:
        form = WindowMandateForm(request.POST, request.FILES, choices=choices, today=today)
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            kind = "legal" if given["principal_id_type"] == "credit" else "natural"
            try:
                paper = keep_paper(given["paper"], actor, at)
                principal = identity.party_at_window(
                    actor=actor, kind=kind, name=given["principal_name"], id_type=given["principal_id_type"],
                    id_number=given["principal_id_number"], at=at,
                )  # fmt: skip
                mandate = identity.give_mandate_at_window(
                    actor=actor, principal=principal, at=at, paper=paper, guardian=given["guardian"], **form.arguments()
                )
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"委托 {mandate.number} 已登记，即时生效。")
                return HttpResponseRedirect(reverse("cases:desk_mandate", args=[mandate.uid]))
    context = {"form": form, "looking": looking, "found": bool(choices)}
    return render(request, "cases/staff/mandate_new.html", context, status=status)


@requires(VERIFY)
@require_safe
def mandate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One mandate, with the paper."""
    found = people.mandate(uid, actor_of(request))
    context = {"mandate": found, "said": said(found, day_of(now())), "principal": people.masked(found.principal)}
    return render(request, "cases/staff/mandate.html", context)


@requires(VERIFY)
@require_safe
def paper(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The scanned paper."""
    return paper_of(request, uid, actor_of(request))


class EndForm(Form):
    """Why, in the words of who stands there."""

    reason = Line(label="原因", max_length=200, help_text="例如：委托人到窗口要求终止，已核对身份证。")


@requires(VERIFY)
def end(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """End a mandate for the principal who stands at the window."""
    actor = actor_of(request)
    found = people.mandate(uid, actor)
    return asking.ask(
        request,
        heading=f"终止委托 {found.number}？",
        note=f"委托人{found.principal.name}要求终止对{found.agent_name}的委托时，核对委托人证件后办理，马上生效。",
        verb="终止委托",
        danger=True,
        form=EndForm(request.POST if request.method == "POST" else None),
        act=lambda given: identity.revoke_mandate(actor=actor, uid=uid, at=now(), reason=given["reason"]),
        back=reverse("cases:desk_mandate", args=[uid]),
        said="委托已终止。",
        frame="kit/desk.html",
    )
