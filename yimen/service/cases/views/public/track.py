"""The public query: anybody with the number and the last four of the document sees how far it is, and why (R074)."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.identity.policies import public
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.cases import rules, selectors, services
from yimen.service.cases.forms.applicant import TrackForm
from yimen.service.cases.views.public.asking import now, page
from yimen.service.cases.views.public.story import story_of

SALT = "cases.track"
SECONDS_OPEN = 2 * 3600


class LookClosed(NotFound):
    """The address of a result is good for two hours."""

    code = "look_closed"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The question: number and tail. `?code=` fills the number in, for the QR codes on slips."""
    if request.method != "POST":
        return page(
            request, "cases/public/track.html", form=TrackForm(initial={"code": request.GET.get("code", "")[:80]})
        )
    form = TrackForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            case = services.look_up(
                code=form.cleaned_data["code"], tail=form.cleaned_data["tail"], address=request.META["REMOTE_ADDR"]
            )
        except Refusal as refusal:
            refuse_form(form, refusal)
            status = refusal.status
        else:
            token = signing.dumps(case.matter.code, salt=SALT, compress=True)
            return HttpResponseRedirect(reverse("cases:tracked", args=[token]))
    return page(request, "cases/public/track.html", status, form=form)


@public
@require_safe
def tracked(request: HttpRequest, token: str) -> HttpResponse:
    """The answer: how far it is, and the derivation of the date. Nobody is named on it."""
    try:
        code = signing.loads(token, salt=SALT, max_age=SECONDS_OPEN)
    except signing.BadSignature:
        raise LookClosed(
            "这次查询已经过时，或网址不完整。", next_step="请重新输入办件编号和证件号码后四位查询。"
        ) from None
    case = selectors.case_by_code(code)
    story = story_of(case, now(), names=False)
    return page(
        request, "cases/public/tracked.html", case=case, matter=case.matter, story=story,
        short_code=rules.short_code(case.matter.code), digest=_digest(case.matter.last_link),
    )  # fmt: skip


def _digest(link: bytes | memoryview) -> str:
    """The last link of the ledger's chain, short enough to compare by eye: `5f2c 91ae … 77d0`."""
    said = bytes(link).hex()
    return f"{said[:4]} {said[4:8]} … {said[-4:]}" if said else ""
