"""征求意见 on the desk: what we have to answer, what we have asked, one request with its acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases import services
from yimen.service.cases.forms import asides as asked
from yimen.service.cases.lifecycle_asides import ASK, GIVE, OPINION, UNDO
from yimen.service.cases.models import OpinionRequest
from yimen.service.cases.selectors import access_case
from yimen.service.cases.services.opinions import as_asker, terms_of
from yimen.service.cases.views.manage.setting_up import centre_here
from yimen.service.cases.views.staff.asking import actor_of

PAGE = 30
EXPORT_MOST = 5000
SIDES = {"ours": "要我们答复", "asked": "我们征求的", "all": "全部"}
STATES = (
    ("asked", "待答复"),
    ("answered", "已答复"),
    ("deemed", "视为同意"),
    ("withdrawn", "已收回"),
    ("lapsed", "随办件终止"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A request as lists show it."""

    request: OpinionRequest
    clock: matters.ClockFace
    state: str


def rows_of(found: Iterable[OpinionRequest], at: datetime) -> list[Row]:
    """Requests as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(each, matters.clock_face(each.matter, at, calendar), OPINION.state(each.matter.state).label)
        for each in found
    ]


@requires(ASK, GIVE, "cases.figures")
def listed(request: HttpRequest) -> HttpResponseBase:
    """The requests, most urgent first while they wait; filter, search, export."""
    actor, at = actor_of(request), moments.now()
    side = request.GET.get("side", "")
    side = side if side in SIDES else ("ours" if actor.holds(GIVE) else "all")
    found, state = _narrowed(request, asides.requests_seen(actor, side))  # type: ignore[arg-type]  # a key of SIDES
    order = ("matter__sort_at", "pk") if state == "asked" else ("-matter__opened_at", "-pk")
    if request.GET.get("as") == "xlsx":
        stamp = moments.say_moment(at).replace(":", "")
        rows = rows_of(found.order_by(*order)[:EXPORT_MOST], at)
        return exports.download(f"征求意见 {stamp}.xlsx", exports.xlsx(COLUMNS, rows))
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    query = request.GET.copy()
    for gone in ("after", "before"):
        query.pop(gone, None)
    query["as"] = "xlsx"
    context = {
        "tabs": [(label, f"?side={each}") for each, label in SIDES.items()],
        "here": f"?side={side}", "side": side, "page": page, "rows": rows_of(page, at), "states": STATES, "state": state,
        "text": request.GET.get("q", "")[:60], "export_url": "?" + query.urlencode(),
    }  # fmt: skip
    return render(request, "cases/staff/opinions.html", context)


def _narrowed(request: HttpRequest, found: QuerySet[OpinionRequest]) -> tuple[QuerySet[OpinionRequest], str]:
    text = request.GET.get("q", "").strip()[:60]
    state = request.GET.get("state", "asked")
    if state in dict(STATES):
        found = found.filter(matter__state=state)
    else:
        state = ""
    if text:
        found = found.filter(
            Q(matter__title__icontains=text) | Q(matter__code__iexact=text) | Q(matter__department__name__contains=text)
            | Q(asked_by__name__contains=text) | Q(question__icontains=text)
        )  # fmt: skip
    return found, state


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.request.matter.code, width=24),
    exports.Column("办件", lambda row: row.request.case.matter.code, width=46),
    exports.Column("事项", lambda row: row.request.case.matter.title, width=40),
    exports.Column("牵头部门", lambda row: row.request.asked_by.name, width=28),
    exports.Column("征求部门", lambda row: row.request.matter.department.name, width=28),
    exports.Column("征求的内容", lambda row: row.request.question, width=60),
    exports.Column("征求时间", lambda row: row.request.matter.opened_at),
    exports.Column("到期日", lambda row: row.request.matter.due_on),
    exports.Column("情况", lambda row: row.state),
    exports.Column("答复", lambda row: row.request.get_answer_display()),
    exports.Column("意见", lambda row: row.request.text, width=60),
    exports.Column("条件", lambda row: row.request.conditions, width=40),
    exports.Column("答复时间", lambda row: row.request.answered_at),
)


# --- Asking


@requires(ASK)
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Ask another department about a case."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    units = organisations.departments().exclude(pk=case.matter.department_id).order_by("order", "name")
    terms = terms_of(case.matter.centre_id)
    form = asked.AskOpinionForm(
        request.POST or None, request.FILES or None, departments=[(unit.pk, unit.name) for unit in units],
        initial={"days": terms.answer_workdays},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> HttpResponseBase:
        made = services.ask_opinion(
            code=code, department_id=given["department"], question=given["question"], days=given["days"], actor=actor, at=at,
            files=store_chosen(request.FILES.get("file"), actor=actor, at=at),
        )  # fmt: skip
        return HttpResponseRedirect(reverse("cases:opinion", args=[made.matter.code]))

    return ask(
        request, heading=f"征求意见：{case.matter.title}", verb="发出", back=reverse("cases:desk_case", args=[code]), form=form,
        frame="kit/desk.html", act=act,
        note="对方部门会收到通知。答复之前本件不能作出决定，办理期限不停；逾期没有答复的，按超时默认视为同意，记在对方部门名下。",
    )  # fmt: skip


# --- One request


@dataclass(frozen=True, slots=True)
class Act:
    """How one act is asked for: its form, the word on the button, what is said before and after."""

    form: type[asked.AsideForm]
    verb: Callable[..., Any]
    press: str
    done: str
    note: str = ""
    danger: bool = False
    files: bool = False


ACTS: dict[str, Act] = {
    "answer": Act(
        asked.AnswerOpinionForm, services.answer_opinion, "答复", "已答复，牵头部门会收到通知。",
        "以本部门的名义答复，提交后不能改；牵头部门作决定时会写明是否采纳。", files=True,
    ),
    "urge": Act(asked.WhyForm, services.urge_opinion, "催办", "已催办。"),
    "extend_answer": Act(asked.MoreDaysForm, services.extend_opinion, "延长", "答复期限已延长。", "本件的办理期限不因此延长。"),
    "withdraw": Act(
        asked.WhyForm, services.withdraw_opinion, "收回", "已收回，不再等对方答复。", "收回后对方不用再答复。", danger=True
    ),
    "undo_agreed": Act(
        asked.WhyForm, services.undo_agreed, "撤销视为同意", "已撤销，重新征求意见。",
        "只在事实与记录不符时撤销，例如对方已按期书面答复而漏记。撤销后重新计期限，本件要等对方答复。", danger=True,
    ),
}  # fmt: skip


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One request: what is asked, what was answered, what comes next, why the date is the date."""
    actor, at = actor_of(request), moments.now()
    found = asides.access_request(actor, code)
    matter = found.matter
    explanation = matters.explain(matter)
    steps = matters.timeline(matter)
    came = matters.effect_standing(matter)
    context = {
        "request_": found,
        "matter": matter,
        "case": found.case,
        "state": OPINION.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "account": explanation.current,
        "acts": _open_acts(found, actor, at),
        "came": came,
        "comes": matters.takes_effect_at(matter),
        "may_see_case": _sees_case(actor, found),
        "files": list(found.files.all()),
        "answer_files": list(found.answer_files.all()),
        "entries": entries(steps, running=matter.closed_at is None),
    }
    return render(request, "cases/staff/opinion.html", context)


def _sees_case(actor: Actor, found: OpinionRequest) -> bool:
    from yimen.ground.matters.policies import may

    return may(actor, "matters.view", found.case.matter)


def _open_acts(found: OpinionRequest, actor: Actor, at: datetime) -> list[Any]:
    who = as_asker(as_asker(actor, found), found, UNDO)
    return [step.rule for step in matters.next_steps(found.matter, who, moments.day_of(at)) if step.rule.action in ACTS]


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到征求意见页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = asides.access_request(actor, code)
    form = chosen.form(request.POST or None, request.FILES or None, initial={"seen": found.matter.version})

    def tell(given: dict[str, Any]) -> None:
        given.pop("file", None)
        more = {"files": store_chosen(request.FILES.get("file"), actor=actor, at=at)} if chosen.files else {}
        chosen.verb(request=found, actor=actor, at=at, **given, **more)

    return ask(
        request, heading=f"{OPINION.step(action).label}：{found.case.matter.title}", verb=chosen.press, form=form, act=tell,
        back=reverse("cases:opinion", args=[code]), said=chosen.done, note=chosen.note, danger=chosen.danger,
        frame="kit/desk.html",
    )  # fmt: skip


@staff
def file(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A file of the question or the answer."""
    found = asides.access_request(actor_of(request), code)
    return documents.file_response(asides.file_of_request(found, uid), inline=True)


@requires("cases.set_up")
def terms(request: HttpRequest) -> HttpResponseBase:
    """How long other departments have for their answer."""
    actor, centre = actor_of(request), centre_here(request)
    held = terms_of(centre.pk)
    form = asked.OpinionTermsForm(
        request.POST or None, initial={"answer_workdays": held.answer_workdays, "basis": held.basis}
    )
    changed = f"上次由{held.changed_by}于 {moments.say_moment(held.changed_at)} 修改。" if held.changed_at else ""

    def tell(given: dict[str, Any]) -> None:
        services.set_opinion_terms(actor=actor, centre=centre, at=moments.now(), **given)

    return ask(
        request, heading="征求意见的期限", verb="保存", back=reverse("cases:opinion_terms"), form=form, act=tell,
        said="已保存，下一次征求意见时起用。", back_words="不改了",
        note=f"{centre.name}的办件征求其他部门意见，没有另定期限的按这里的天数。到期不答复是否视为同意，在“法定后果”里设。{changed}",
    )  # fmt: skip
