"""One matter on one page, its acts, its clock, its files: the same for every kind of matter whose page wants nothing of its own.

A module says what its kind is (`Kind`) and takes the addresses from `paths`; its templates extend `matters/desk/…`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotAllowed, NotFound, Refusal, SignInNeeded
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.forms import ActForm
from yimen.ground.matters.desk.timeline import entries, label_of, reason_of
from yimen.ground.matters.lifecycle import Procedure, StepRule

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the page: its form, the service it tells, what is said when it is done."""

    form: type[ActForm]
    verb: Callable[..., Any]
    press: str
    done: str
    label: str = ""
    key: str = ""
    consequence: str = ""
    initial: Callable[[Any], Mapping[str, Any]] | None = None
    more: Callable[[Any], Mapping[str, Any]] | None = None
    given: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    in_dialog: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of matter on the desk: how it is found, what stands on its page, which acts it has.

    `space` is the module's namespace of addresses and its folder of templates; `words` what was said about a matter, oldest
    first; `file` one file handed in with such a word. `limit` says one that is not counted in days. `what` and `note` name a step in
    the timeline and what stands under it.
    """

    table: Procedure
    keyword: str
    access: Callable[[Actor, str], Any]
    acts: Mapping[str, Act]
    facts: Callable[[Any, Actor], Sequence[tuple[str, Any]]]
    back: str
    back_label: str
    _: KW_ONLY
    space: str
    words: Callable[[int], Sequence[Any]]
    file: Callable[[int, UUID], StoredFile]
    template: str = ""
    acting: Callable[[Actor, Any], Actor] = field(default=lambda actor, _: actor)
    badges: Callable[[Any], Sequence[tuple[str, str]]] = field(default=lambda _: ())
    closed: Callable[[Any, Actor, str], str] = field(default=lambda *_: "")
    context: Callable[[HttpRequest, Any, Actor], dict[str, Any]] = field(default=lambda *_: {})
    heading: Callable[[Any], str] = field(default=lambda detail: str(detail.matter.title))
    limit: Callable[[Any], str] = field(default=lambda _: "")
    what: Callable[[matters.Shown], str] = label_of
    note: Callable[[matters.Shown], str] = reason_of

    @property
    def name(self) -> str:
        """The name of its page; the others begin with it."""
        return self.table.name

    def url(self, code: str) -> str:
        """Its page."""
        return reverse(f"{self.space}:{self.name}", args=[code])


@dataclass(frozen=True, slots=True)
class Button:
    """One act on the page."""

    rule: StepRule
    act: Act
    url: str
    form: Any = None
    primary: bool = False

    @property
    def ident(self) -> str:
        """The dialog's id."""
        return f"ask-{self.rule.action}"


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said, in the words of its step."""

    label: str
    word: Any


def page(request: HttpRequest, kind: Kind, code: str, status: int = 200, **more: Any) -> HttpResponse:
    """The page: what it is, what was said, what comes next, why the date is the date."""
    actor, at = actor_of(request), moments.now()
    detail = kind.access(actor, code)
    matter = detail.matter
    account = matters.explain(matter).current
    words = kind.words(matter.pk)
    context = {
        "kind": kind,
        "detail": detail,
        "matter": matter,
        "heading": kind.heading(detail),
        "state": kind.table.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "clock_url": reverse(f"{kind.space}:{kind.name}_clock", args=[matter.code]),
        "account": account,
        "derivation": account and (account.promised or account.legal),
        "limit": kind.limit(detail),
        "warned": matter.warn_at is not None and account is not None and matter.warn_at > account.started_at,
        "facts": [each for each in kind.facts(detail, actor) if each[1] not in (None, "")],
        "badges": kind.badges(detail),
        "said": [Said(kind.table.step(word.action).label, word) for word in words],
        "file_name": f"{kind.space}:{kind.name}_file",
        "buttons": _buttons(kind, detail, actor, at),
        "entries": entries(matters.timeline(matter), running=matter.closed_at is None, what=kind.what, note=kind.note),
        "back_url": reverse(kind.back),
        **kind.context(request, detail, actor),
        **more,
    }
    return render(request, kind.template or f"{kind.space}/matter.html", context, status=status)


def _buttons(kind: Kind, detail: Any, actor: Actor, at: datetime) -> list[Button]:
    found: list[Button] = []
    for step in matters.next_steps(detail.matter, kind.acting(actor, detail), moments.day_of(at)):
        action = step.rule.action
        if step.closed_because or action not in kind.acts or kind.closed(detail, actor, action):
            continue
        act = kind.acts[action]
        url = reverse(f"{kind.space}:{kind.name}_act", args=[detail.matter.code, action])
        form = form_for(kind, action, detail) if act.in_dialog else None
        found.append(Button(step.rule, act, url, form, primary=not found and step.rule.order < 3))
    return found


def form_for(kind: Kind, action: str, detail: Any, data: Any = None, files: Any = None) -> ActForm:
    """The form of an act, with the version that the page shows."""
    act = kind.acts[action]
    initial: dict[str, Any] = {"seen": detail.matter.version, **(act.initial(detail) if act.initial else {})}
    more: dict[str, Any] = dict(act.more(detail)) if act.more else {}
    if act.label:
        more["label"] = act.label
    return act.form(data, files, initial=initial, auto_id=f"{action}-%s", **more)


def act(request: HttpRequest, kind: Kind, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    if action not in kind.acts:
        raise NotFound("没有这个办理动作。", next_step="请回到页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    detail = kind.access(actor, code)
    if request.method != "POST":
        return _ask(request, kind, detail, action, form_for(kind, action, detail), actor, at, 200)
    form = form_for(kind, action, detail, request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, kind, detail, action, form, actor, at, 422)
    try:
        _do(request, kind, detail, action, form, actor, at)
    except (NotFound, SignInNeeded, NotAllowed):
        raise
    except Refusal as refusal:
        if refusal.code == "stale_page":
            # Whoever has read what happened meanwhile may press again: the form carries the new version.
            detail = kind.access(actor, code)
            data = request.POST.copy()
            data["seen"] = str(detail.matter.version)
            form = form_for(kind, action, detail, data, request.FILES)
            form.is_valid()
        audit.record_refusal(
            refusal, action=f"{kind.name}.{action}", actor=actor, target_kind="matter", target=detail.matter.code
        )
        refuse_form(form, refusal)
        return _ask(request, kind, detail, action, form, actor, at, refusal.status)
    messages.success(request, kind.acts[action].done)
    try:
        kind.access(actor, code)
    except NotFound:
        return redirect(kind.back)  # whoever stepped back sees it no more
    return redirect(kind.url(detail.matter.code))


def _do(request: HttpRequest, kind: Kind, detail: Any, action: str, form: ActForm, actor: Actor, at: datetime) -> None:
    given = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    chosen = kind.acts[action]
    if chosen.given is not None:
        given = chosen.given(given)
    if "file" in form.fields:
        given["files"] = store_chosen(request.FILES.get("file"), actor=actor, at=at)
    chosen.verb(**{kind.keyword: detail}, actor=actor, at=at, **given)


def _ask(
    request: HttpRequest, kind: Kind, detail: Any, action: str, form: ActForm, actor: Actor, at: datetime, status: int
) -> HttpResponse:
    rule = kind.table.step(action)
    context = {
        "detail": detail,
        "matter": detail.matter,
        "heading": kind.heading(detail),
        "rule": rule,
        "act": kind.acts[action],
        "form": form,
        "clock": matters.clock_face(detail.matter, at),
        "closed_because": _why_closed(kind, detail, action, actor, at),
        "back_url": kind.url(detail.matter.code),
        "extra": kind.context(request, detail, actor),
    }
    return render(request, f"{kind.space}/act.html", context, status=status)


def _why_closed(kind: Kind, detail: Any, action: str, actor: Actor, at: datetime) -> str:
    """Why this act is not open to this actor now; empty where it is."""
    rule, matter = kind.table.step(action), detail.matter
    if matter.state not in kind.table.origins(rule):
        return f"这件事现在是“{kind.table.state(matter.state).label}”，不能“{rule.label}”。"
    if why := kind.closed(detail, actor, action):
        return why
    for step in matters.next_steps(matter, kind.acting(actor, detail), moments.day_of(at)):
        if step.rule.action == action:
            return step.closed_because
    return f"您没有对这件事“{rule.label}”的权限。"


def clock(request: HttpRequest, kind: Kind, code: str) -> HttpResponseBase:
    """Each clock with its limit, its start, its due day, and the days behind it."""
    at = moments.now()
    detail = kind.access(actor_of(request), code)
    context = {
        "matter": detail.matter,
        "heading": kind.heading(detail),
        "accounts": matters.explain(detail.matter).clocks,
        "face": matters.clock_face(detail.matter, at),
        "back_url": kind.url(detail.matter.code),
    }
    return render(request, f"{kind.space}/clock.html", context)


def file(request: HttpRequest, kind: Kind, code: str, uid: UUID) -> HttpResponseBase:
    """A file handed in with a word."""
    detail = kind.access(actor_of(request), code)
    return documents.file_response(kind.file(detail.matter.pk, uid), inline=True)


def paths(kind: Kind, prefix: str, *, files: bool = True) -> list[URLPattern]:
    """The addresses of a kind. Who may is said by its `access`: a stranger gets 404."""

    @staff
    def show(request: HttpRequest, code: str) -> HttpResponseBase:
        return page(request, kind, code)

    @staff
    def do(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
        return act(request, kind, code, action)

    @staff
    def days(request: HttpRequest, code: str) -> HttpResponseBase:
        return clock(request, kind, code)

    @staff
    def paper(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
        return file(request, kind, code, uid)

    return [
        path(f"{prefix}<str:code>/", show, name=kind.name),
        path(f"{prefix}<str:code>/clock/", days, name=f"{kind.name}_clock"),
        *([path(f"{prefix}<str:code>/files/<uuid:uid>/", paper, name=f"{kind.name}_file")] if files else []),
        path(f"{prefix}<str:code>/<slug:action>/", do, name=f"{kind.name}_act"),
    ]
