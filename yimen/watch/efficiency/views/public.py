"""效能投诉 for everybody: complain, see how far it is, add, take back, rate. Phone first; nobody has to say who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.identity.policies import citizens, public
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import party as party_of
from yimen.ground.kit import audit, errors, keyring, moments
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters import selectors as matters
from yimen.watch.efficiency import services
from yimen.watch.efficiency.forms import ComplaintForm, RateForm, SupplementForm, TrackForm, WhyForm
from yimen.watch.efficiency.lifecycle import COMPLAINT
from yimen.watch.efficiency.models import Complaint
from yimen.watch.efficiency.selectors import centre_phone, setting, words_of
from yimen.watch.efficiency.selectors.board import published_posts
from yimen.watch.efficiency.views.asking import stored_unnamed, unit_choices
from yimen.watch.efficiency.views.complaints import given_of

SALT, SECONDS_OPEN = "efficiency.track", 30 * 60
LODGED_SALT, SECONDS_SHOWN = "efficiency.lodged", 15 * 60
View = Callable[..., HttpResponseBase]


class LookClosed(NotFound):
    """The link of a query is too old or not whole."""

    code = "look_closed"


def unnamed(view: View) -> View:
    """Whatever this request records, a refusal too, bears neither name nor address."""

    @wraps(view)
    def watched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with audit.request_context(audit.current().request_id, None):
            try:
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                audit.record_refusal(refusal, action="efficiency.look_up", actor=None)
                return errors.refusal_response(request, refusal)

    return watched


def _show(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    page = render(request, f"efficiency/public/{name}.html", context, status=status)
    page["Cache-Control"] = "no-store, private"
    return page


@public
@require_safe
def complain(request: HttpRequest) -> HttpResponse:
    """What one may complain of, by which way, what is done with it, and the published telephones."""
    return _show(
        request, "complain", phone=centre_phone(), posts=published_posts(), accept_days=setting("accept"),
        handle_days=setting("investigate"),
    )  # fmt: skip


@public
@require_http_methods(["GET", "HEAD", "POST"])
@unnamed
def new_complaint(request: HttpRequest) -> HttpResponseBase:
    """The form. Afterwards number and secret are shown, once."""
    at = moments.now()
    form = ComplaintForm(request.POST or None, request.FILES or None, units=unit_choices(), initial=_known(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.complainant.allow_lodging(client_address(request) or "")
                owner = None if form.cleaned_data["anonymous"] else _party(request)
                made = services.lodge(given=given_of(request, form.cleaned_data, at), at=at, owner=owner)
            except Refusal as refusal:
                refuse_form(form, refusal)
                audit.record_refusal(refusal, action="complaint.submit", actor=None)
                status = refusal.status
            else:
                kept = {"c": made.code, "s": keyring.encrypt(made.secret, bound_to=LODGED_SALT)}
                return redirect("efficiency:lodged", signing.dumps(kept, salt=LODGED_SALT, compress=True))
    return _show(request, "new", status, form=form, signed_in=_party(request) is not None)


@public
@require_safe
@unnamed
def lodged(request: HttpRequest, token: str) -> HttpResponseBase:
    """Number and secret, for a quarter of an hour."""
    try:
        kept = signing.loads(token, salt=LODGED_SALT, max_age=SECONDS_SHOWN)
        secret = keyring.decrypt(kept["s"], bound_to=LODGED_SALT)
    except (signing.BadSignature, CryptoError, KeyError, TypeError):
        raise LookClosed("这一页已经过时。", next_step="请用提交时记下的编号和查询码查询。") from None
    complaint = Complaint.objects.select_related("matter").get(matter__code=kept["c"])
    return _show(request, "lodged", code=kept["c"], secret=secret, due_on=complaint.matter.due_on)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@unnamed
def track(request: HttpRequest) -> HttpResponseBase:
    """The question: number and secret."""
    if request.method != "POST":
        return _show(request, "track", form=TrackForm(initial={"code": request.GET.get("code", "")[:60]}))
    form = TrackForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            found = services.complainant.look_up(
                code=form.cleaned_data["code"], secret=form.cleaned_data["secret"],
                address=client_address(request) or "",
            )  # fmt: skip
        except Refusal as refusal:
            refuse_form(form, refusal)
            audit.record_refusal(refusal, action="efficiency.look_up", actor=None)
            status = refusal.status
        else:
            return HttpResponseRedirect(_tracked_url(found))
    return _show(request, "track", status, form=form)


def _tracked_url(complaint: Complaint) -> str:
    return reverse("efficiency:tracked", args=[signing.dumps(complaint.matter.code, salt=SALT, compress=True)])


@public
@require_safe
@unnamed
def tracked(request: HttpRequest, token: str) -> HttpResponseBase:
    """How far it is and what was answered. Nobody is named on it."""
    return _tracked(request, _opened(token), token)


FORMS: dict[str, tuple[type, tuple[str, ...], str]] = {
    "supplement": (SupplementForm, ("received", "investigating"), "已收到您补充的情况。"),
    "withdraw": (WhyForm, ("received", "investigating"), "已撤回。"),
    "rate": (RateForm, ("answered",), "谢谢您的评价。"),
}


@public
@require_http_methods(["POST"])
@unnamed
def track_act(request: HttpRequest, token: str, action: str) -> HttpResponseBase:
    """Add, take back, rate."""
    if action not in FORMS:
        raise NotFound("没有这个动作。", next_step="请回到查询页。")
    complaint, at = _opened(token), moments.now()
    form = FORMS[action][0](request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            _act(request, complaint, action, form.cleaned_data, at)
        except Refusal as refusal:
            refuse_form(form, refusal)
            audit.record_refusal(refusal, action=f"complaint.{action}", actor=None)
            status = refusal.status
        else:
            messages.success(request, FORMS[action][2])
            return HttpResponseRedirect(reverse("efficiency:tracked", args=[token]))
    return _tracked(request, _opened(token), token, status, bad={action: form})


def _act(request: HttpRequest, complaint: Complaint, action: str, given: dict[str, Any], at: datetime) -> None:
    match action:
        case "supplement":
            files = stored_unnamed(request, at)
            services.complainant.supplement(complaint=complaint, text=given["text"], files=files, at=at)
        case "withdraw":
            services.complainant.withdraw(complaint=complaint, text=given["text"], at=at)
        case _:
            satisfied = given["satisfied"] == "yes"
            services.complainant.rate(complaint=complaint, satisfied=satisfied, text=given["text"], at=at)


def _opened(token: str) -> Complaint:
    try:
        code = signing.loads(token, salt=SALT, max_age=SECONDS_OPEN)
    except signing.BadSignature:
        raise LookClosed("这次查询已经过时，或网址不完整。", next_step="请重新输入编号和查询码。") from None
    found = Complaint.objects.select_related("matter", "accused", "reward").filter(matter__code=code).first()
    if found is None:
        raise LookClosed("没有这件投诉。")
    return found


def _tracked(
    request: HttpRequest, complaint: Complaint, token: str, status: int = 200, bad: dict[str, Any] | None = None
) -> HttpResponse:
    matter, at = complaint.matter, moments.now()
    forms = [
        (action, (bad or {}).get(action) or form(auto_id=f"{action}-%s"), reverse("efficiency:track_act", args=[token, action]))
        for action, (form, where, _) in FORMS.items()
        if matter.state in where
    ]  # fmt: skip
    entries = [
        {"what": COMPLAINT.step(step.action).public_label, "when": moments.say_moment(step.happened_at)}
        for step in reversed(matters.timeline(matter))
        if step.action not in ("note", "remind", "recuse", "claim", "release", "hand_over", "place_hold", "lift_hold")
    ]
    return _show(
        request, "tracked", status, complaint=complaint, matter=matter, state=COMPLAINT.state(matter.state),
        clock=matters.clock_face(matter, at), said=words_of(matter.pk, told=True), entries=entries, forms=forms,
        reward=getattr(complaint, "reward", None),
    )  # fmt: skip


# --- Signed in


@citizens
@require_safe
def my_complaints(request: HttpRequest) -> HttpResponseBase:
    """What one lodged signed in, newest first."""
    party = _party(request)
    index = services.complaints.owner_index(party) if party is not None else "none"
    found = Complaint.objects.filter(owner_index=index).select_related("matter", "accused")
    shown = page_by_key(found, order=("-matter__opened_at", "-pk"), asked=request.GET, size=20)
    rows = [(each, COMPLAINT.state(each.matter.state).public_label) for each in shown]
    return _show(request, "mine", rows=rows, page=shown)


@citizens
@require_safe
def my_complaint(request: HttpRequest, code: str) -> HttpResponseBase:
    """One of them: the same page as behind the query."""
    party = _party(request)
    if party is None:
        raise NotFound("没有这件投诉。", next_step="请从“我的投诉”进入。")
    return HttpResponseRedirect(_tracked_url(services.complainant.of_owner(party, code)))


def _party(request: HttpRequest) -> int | None:
    """The party of whoever is signed in; nobody's while one acts for another."""
    actor = getattr(request, "actor", None)
    return actor.party_id if isinstance(actor, Actor) and actor.kind == "citizen" else None


def _known(request: HttpRequest) -> dict[str, str]:
    """The name of whoever is signed in, so that they need not type it; a telephone is shown whole on no page."""
    party_id = _party(request)
    if party_id is None or request.method == "POST":
        return {}
    return {"name": party_of(party_id).name}
