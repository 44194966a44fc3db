"""The page that goes on: its shell, its worker, and the few answers it asks for while there is a network.

Nothing that the worker keeps says who is signed in: the shell is the same for everybody, and what is personal comes from
`state`, which is kept nowhere but in the journal of the browser itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings as django
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from pydantic import ValidationError

from yimen.ground.identity.policies import actor_of, public, requires
from yimen.ground.kit import audit, moments
from yimen.ground.kit.errors import Unreadable
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.offline import policies, services
from yimen.service.offline.models import Device
from yimen.service.offline.selectors import extract, setting
from yimen.service.offline.sending import Enrolment, Journal, say_device, take_in

FILES = (
    "kit/tokens.css", "kit/components.css", "kit/mark.svg", "kit/icons.svg", "kit/kit.js", "offline/page.css",
    "offline/documents.js", "offline/journal.js", "offline/questions.js", "offline/page.js",
)  # fmt: skip
"""All that the shell needs; the worker keeps these and the shell, and nothing else."""
LARGEST = 2_000_000


@requires(policies.RECEIVE)
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page itself: the same for every clerk."""
    return render(request, "offline/shell.html", {"version": version()})


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it keeps the shell and its files, answers for them where the network does not, and touches nothing
    else."""
    body = render_to_string(
        "offline/worker.js",
        {"version": json.dumps(version()), "shell": json.dumps(reverse("offline:shell")), "files": json.dumps(addresses())},
    )  # fmt: skip
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = reverse("offline:shell")
    answer["Cache-Control"] = "no-store, private"
    return answer


def addresses() -> list[str]:
    """Where the files of the shell lie, with the names that the storage gives them."""
    return [static(name) for name in FILES]


def version() -> str:
    """Changes whenever the shell or one of its files does."""
    return _version() if not django.DEBUG else _version.__wrapped__()


@lru_cache(maxsize=1)
def _version() -> str:
    digest = hashlib.sha256()
    template = Path(__file__).parents[1] / "templates" / "offline" / "shell.html"
    for name in FILES:
        digest.update(static(name).encode())
        found = finders.find(name)
        if isinstance(found, str):
            digest.update(Path(found).read_bytes())
    digest.update(template.read_bytes())
    return digest.hexdigest()[:12]


# --- While there is a network

View = Callable[[HttpRequest], JsonResponse]


def in_json(view: View) -> View:
    """A refusal is answered to the page's script in words, not as a page."""

    @wraps(view)
    def answered(request: HttpRequest) -> JsonResponse:
        try:
            return view(request)
        except Refusal as refusal:
            audit.notice(refusal)
            status = 422 if refusal.status == 401 else refusal.status
            return JsonResponse({"said": f"{refusal.message}{refusal.next_step}"}, status=status)

    return answered


@requires(policies.RECEIVE)
@require_safe
@in_json
def state(request: HttpRequest) -> JsonResponse:
    """Who is here, which window, what the server has of this browser's journal, and the numbers it holds."""
    actor, at = actor_of(request), moments.now()
    window = organisations.window(actor.window_id) if actor.window_id is not None else None
    device = _device(request.GET.get("device", ""))
    said: dict[str, Any] = {
        "csrf": get_token(request),
        "version": version(),
        "now": at.isoformat(),
        "clerk": {"uid": str(actor.uid), "name": actor.name},
        "window": {"id": window.pk, "name": str(window)} if window else None,
        "stale_hours": setting("stale", actor.centre_id),
        "device": say_device(device, actor) if device is not None else None,
    }
    return JsonResponse(said)


@requires(policies.RECEIVE)
@require_safe
@in_json
def items(request: HttpRequest) -> JsonResponse:
    """The catalogue extract: what this clerk's window takes in."""
    at = moments.now()
    return JsonResponse({"as_of": at.isoformat(), "items": extract(actor_of(request), moments.day_of(at))})


@requires(policies.RECEIVE)
@require_POST
@in_json
def enrol(request: HttpRequest) -> JsonResponse:
    """Enrol this browser at the clerk's window, and give it its first numbers."""
    actor, at = actor_of(request), moments.now()
    asked = _read(request, Enrolment)
    device = services.enrol(actor=actor, name=asked.name, key=asked.key, at=at)
    services.top_up(actor=actor, device=device, at=at)
    device.refresh_from_db()
    return JsonResponse({"device": say_device(device, actor), "first_link": device.last_link}, status=201)


@requires(policies.RECEIVE)
@require_POST
@in_json
def sync(request: HttpRequest) -> JsonResponse:
    """Take in what the journal holds, answer for each entry, and give more numbers where they run low."""
    actor, at = actor_of(request), moments.now()
    asked = _read(request, Journal)
    return JsonResponse(take_in(asked, actor, at))


def _read(request: HttpRequest, shape: type[Any]) -> Any:
    if len(request.body) > LARGEST:
        raise Unreadable("一次传回的太多。", next_step="请刷新页面，分几次传回。")
    try:
        return shape.model_validate_json(request.body)
    except ValidationError:
        raise Unreadable("传来的内容读不出来。", next_step="请刷新页面再试，没有传回的都还在浏览器里。") from None


def _device(text: str) -> Device | None:
    try:
        uid = UUID(text[:36])
    except ValueError:
        return None
    return Device.objects.select_related("window__centre").filter(uid=uid).first()
