"""The door of the provincial identity: out to the provider, back from it, and its word that somebody has left."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import citizens, public
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services import federated
from yimen.ground.identity.views.doors import came_in, own_address
from yimen.ground.identity.views.going import going
from yimen.ground.kit import asking, audit, moments, ratelimit
from yimen.ground.kit.outbound import Unreachable
from yimen.ground.kit.refusals import Refusal

COOKIE = "province"
ACTION = "identity.federated_sign_in"


@public
@require_safe
def out(request: HttpRequest) -> HttpResponseBase:
    """To the provider; where it does not answer, back to the ordinary door with the reason."""
    ratelimit.limit(f"province:{request.META.get('REMOTE_ADDR', '')}", capacity=60, per_second=1)
    return _go(request, None)


@citizens
def link(request: HttpRequest) -> HttpResponseBase:
    """Tie the own account: said first, then done by the provider's word. A link leads out, for a form may not."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # the shape of our requests
    if request.GET.get("go") == "1":
        return _go(request, actor)
    known = federated.provider()
    name = known.name if known else "统一身份认证"
    return asking.ask(
        request,
        heading=f"关联{name}？",
        note=f"以后可以用{name}直接登录这个账号。接下来会转到{name}，请登录您本人的账号。",
        verb=f"去{name}",
        act=lambda _: asking_out(request, actor),
        back="/my/account/",
        frame="kit/portal.html",
    )


def asking_out(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The page on the way out: a form's own answer may not lead to another site."""
    begun = federated.begin(at=moments.now(), actor=actor)
    known = federated.provider()
    response = going(request, begun.url, known.name if known else "")
    _keep(response, begun.browser, request)
    return response


def _go(request: HttpRequest, actor: Actor | None) -> HttpResponseBase:
    try:
        begun = federated.begin(at=moments.now(), back=own_address(request), actor=actor)
    except Unreachable as away:
        audit.record_refusal(away, action=ACTION, actor=actor)
        messages.warning(request, f"{away.message}{away.next_step}")
        return HttpResponseRedirect("/sign-in/")
    response = HttpResponseRedirect(begun.url)
    _keep(response, begun.browser, request)
    return response


def _keep(response: HttpResponseBase, browser: str, request: HttpRequest) -> None:
    """Lax: the provider sends the browser back by a link from its own site."""
    response.set_cookie(
        COOKIE, browser, max_age=federated.MINUTES * 60, httponly=True, samesite="Lax", path="/sign-in/province/",
        secure=request.is_secure(),
    )  # fmt: skip


@public
@require_safe
def back(request: HttpRequest) -> HttpResponseBase:
    """From the provider. What does not hold is refused on a page of its own, with its audit row."""
    ratelimit.limit(f"province:{request.META.get('REMOTE_ADDR', '')}", capacity=60, per_second=1)
    asked = request.GET
    try:
        came = federated.finish(
            state=asked.get("state", ""), code=asked.get("code", ""), failed=asked.get("error", ""),
            browser=request.COOKIES.get(COOKIE, ""), at=moments.now(), ip=request.META.get("REMOTE_ADDR") or None,
            device=request.headers.get("User-Agent", ""),
        )  # fmt: skip
    except Refusal as refusal:
        # Nobody is signed in and nothing was sent: without this line the middleware would write no row.
        audit.record_refusal(refusal, action=ACTION, actor=getattr(request, "actor", None))
        raise
    if came.signed_in is None:
        messages.success(request, "已关联，以后可以用统一身份认证登录。")
        response: HttpResponseBase = HttpResponseRedirect(came.goes_to)
    else:
        response = came_in(request, came.signed_in, came.goes_to)
    response.delete_cookie(COOKIE, path="/sign-in/province/")
    return response


@csrf_exempt
@public
@require_POST
def signed_out_there(request: HttpRequest) -> HttpResponse:
    """Back-channel logout (OpenID Connect): 200 when done, 400 with nothing done."""
    federated.provider_signed_out(token=request.POST.get("logout_token", ""), at=moments.now())
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


@citizens
def unlink(request: HttpRequest) -> HttpResponseBase:
    """Untie the own account."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return asking.ask(
        request,
        heading="解除与统一身份认证的关联？",
        note="以后只能用本站的登录名和密码登录；需要时可以重新关联。",
        verb="解除关联",
        danger=True,
        act=lambda _: federated.unlink(actor=actor, at=moments.now()),
        back="/my/account/",
        said="已解除关联。",
        frame="kit/portal.html",
    )
