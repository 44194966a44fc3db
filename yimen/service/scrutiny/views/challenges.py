"""复议诉讼 on the desk: the book with its filters, one entry with its acts, a new one from a case (R077)."""

from __future__ import annotations

from collections.abc import Sequence
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
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import asked_period
from yimen.ground.kit.questions import EXPORT_MOST, file_url
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.ground.matters.policies import may
from yimen.service.cases.selectors import BY, FIGURES, case_by_code, place_of
from yimen.service.scrutiny import policies, rules, services
from yimen.service.scrutiny.forms import challenges as asked
from yimen.service.scrutiny.lifecycle import CHALLENGES
from yimen.service.scrutiny.models import Challenge
from yimen.service.scrutiny.selectors import challenges as selectors
from yimen.service.scrutiny.views.common import PAGE, Act, stored

STATES = tuple((state.code, state.label) for state in CHALLENGES.states)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as the list shows it."""

    challenge: Challenge
    clock: matters.ClockFace
    state: str
    lost: bool


def rows_of(found: Any, at: datetime) -> list[Row]:
    """Entries as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(
            each, matters.clock_face(each.matter, at, calendar), CHALLENGES.state(each.matter.state).label,
            each.outcome in rules.LOST,
        )
        for each in found
    ]  # fmt: skip


@requires(policies.VIEW, policies.CHALLENGE, FIGURES)
def listed(request: HttpRequest) -> HttpResponseBase:
    """The book, newest first; filter, search, export. From a number of the case report it opens what that number counts."""
    actor, at = actor_of(request), moments.now()
    which = request.GET.get("which", "")
    said = ""
    if which in selectors.INDICATORS:
        found, said = _behind(request, which, at)
    else:
        found = _narrowed(request, selectors.challenges_seen(actor))
    order = ("-accepted_on", "-pk")
    if request.GET.get("as") == "xlsx":
        stamp = moments.say_moment(at).replace(":", "")
        rows = rows_of(found.order_by(*order)[:EXPORT_MOST], at)
        return exports.download(f"复议诉讼 {stamp}.xlsx", exports.xlsx(COLUMNS, rows))
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    context = {
        "page": page, "rows": rows_of(page, at), "states": STATES, "kinds": Challenge.Kind.choices,
        "outcomes": Challenge.Outcome.choices, "asked": request.GET, "text": request.GET.get("q", "")[:60], "said": said,
        "narrowed": any(request.GET.get(name) for name in ("q", "kind", "state", "outcome")), "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "scrutiny/challenges.html", context)


def _narrowed(request: HttpRequest, found: QuerySet[Challenge]) -> QuerySet[Challenge]:
    text = request.GET.get("q", "").strip()[:60]
    for name, path, known in (
        ("kind", "kind", Challenge.Kind.values), ("state", "matter__state", dict(STATES)),
        ("outcome", "outcome", Challenge.Outcome.values),
    ):  # fmt: skip
        if request.GET.get(name, "") in known:
            found = found.filter(**{path: request.GET[name]})
    if text:
        found = found.filter(
            Q(number__icontains=text) | Q(challenger__contains=text) | Q(matter__title__icontains=text)
            | Q(matter__code__iexact=text) | Q(case__matter__code__iexact=text) | Q(body__contains=text)
        )  # fmt: skip
    return found


def _behind(request: HttpRequest, which: str, at: datetime) -> tuple[QuerySet[Challenge], str]:
    """What one number of the case report counts, with the same rows, whoever may see the report."""
    actor = actor_of(request)
    if not actor.holds(FIGURES):
        raise NotFound("没有这项统计。", next_step="请从统计表的数字进入。")
    period = asked_period(request.GET, moments.day_of(at))
    by = next((each for each in BY if each == request.GET.get("by")), None)
    key, department = request.GET.get("key"), request.GET.get("department", "")
    unit = int(department) if department.isascii() and department.isdigit() and len(department) < 10 else None
    try:
        found = selectors.counted(which, period, place_of(actor), by if key is not None else None, key or "", unit)
    except ValueError:
        raise Invalid("统计的分组不对。", next_step="请从统计表的数字进入。") from None
    words = f"{period.said}受理（立案）的{selectors.INDICATORS[which]}，作废的登记不计"
    return found.select_related("matter__department", "case__matter"), words


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.challenge.matter.code, width=22),
    exports.Column("种类", lambda row: row.challenge.get_kind_display()),
    exports.Column("案号", lambda row: row.challenge.number, width=28),
    exports.Column("办件", lambda row: row.challenge.case.matter.code, width=46),
    exports.Column("事项", lambda row: row.challenge.case.matter.title, width=40),
    exports.Column("部门", lambda row: row.challenge.matter.department.name, width=28),
    exports.Column("由谁提出", lambda row: row.challenge.get_who_display()),
    exports.Column("复议申请人（原告）", lambda row: row.challenge.challenger, width=28),
    exports.Column("针对", lambda row: row.challenge.get_against_display(), width=22),
    exports.Column("复议机关（法院）", lambda row: row.challenge.body, width=28),
    exports.Column("受理（立案）", lambda row: row.challenge.accepted_on),
    exports.Column("程序", lambda row: row.challenge.get_stage_display()),
    exports.Column("情况", lambda row: row.state),
    exports.Column("到期日", lambda row: row.challenge.matter.due_on),
    exports.Column("结果", lambda row: row.challenge.get_outcome_display()),
    exports.Column("结果日期", lambda row: row.challenge.decided_on),
    exports.Column("要求做什么", lambda row: row.challenge.orders, width=50),
    exports.Column("履行时间", lambda row: row.challenge.complied_at),
    exports.Column("按期履行", lambda row: row.challenge.in_time),
    exports.Column("作废原因", lambda row: row.challenge.annulled_reason, width=30),
)


@requires(policies.CHALLENGE)
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Enter a reconsideration or lawsuit against a case."""
    actor, at = actor_of(request), moments.now()
    case = case_by_code(code)
    if not may(actor, policies.CHALLENGE, case.matter):
        raise NotFound("没有找到这件办件。", next_step="请核对办件编号。")
    before = {each.pk: each for each in selectors.challenges_of(case) if each.annulled_at is None}
    form = asked.RegisterForm(
        request.POST or None, request.FILES or None, earlier=[(pk, str(each)) for pk, each in before.items()],
        initial={"kind": Challenge.Kind.RECONSIDERATION, "who": Challenge.Who.APPLICANT},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> HttpResponseBase:
        given.pop("file", None)
        earlier = before.get(given.pop("earlier", None) or 0)
        made = services.register_challenge(
            code=code, actor=actor, at=at, earlier=earlier, files=stored(request, actor, at), **given
        )
        return HttpResponseRedirect(reverse("scrutiny:challenge", args=[made.matter.code]))

    return ask(
        request, heading=f"登记复议、诉讼：{case.matter.title}", verb="登记", back=reverse("cases:desk_case", args=[code]),
        form=form, frame="kit/desk.html", act=act,
        note="登记后开始计答复期限，到期前会提醒；没有了结以前，这件办件的案卷不能归档。",
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "answer": Act(
        asked.AnswerForm, services.answer_challenge, "登记已答复", "已登记，答复期限停止。",
        "提交答复书（答辩状）和证据、依据以后登记。", files=True,
    ),
    "move_on": Act(asked.MoveOnForm, services.move_on, "转入", "已转入下一审级。", files=True),
    "decide": Act(
        asked.DecideForm, services.decide_challenge, "登记结果", "结果已登记。",
        "写了“要求做什么”的，从作出之日起计履行期限，红黄灯和其他期限一样；没有写的，即为审结。", files=True,
    ),
    "comply": Act(asked.ComplyForm, services.comply, "登记已履行", "已登记，履行期限停止。", files=True),
    "annul": Act(
        asked.WhyForm, services.annul_challenge, "作废", "登记已作废，不再计入统计。",
        "登记错了（例如不是这件办件、重复登记）才作废；记录保留，案号可以重新登记。", danger=True,
    ),
    "paper": Act(asked.PaperForm, services.add_challenge_paper, "上传", "文书已上传。", files=True),
}  # fmt: skip
SAME = {"order": "decide", "annul_closed": "annul"}
"""Steps that are asked for under another's name."""


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One entry: who, before whom, how it stands, what was ordered, the papers, why the date is the date."""
    actor, at = actor_of(request), moments.now()
    found = selectors.access_challenge(actor, code)
    matter = found.matter
    steps = matters.timeline(matter)
    open_steps = matters.next_steps(matter, actor, moments.day_of(at))
    names = list(dict.fromkeys(SAME.get(each.rule.action, each.rule.action) for each in open_steps))
    if found.kind != Challenge.Kind.LAWSUIT:
        names = [name for name in names if name != "move_on"]
    context = {
        "found": found,
        "matter": matter,
        "case": found.case,
        "state": CHALLENGES.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "account": matters.explain(matter).current,
        "acts": [(name, LABELS[name], ACTS[name].danger) for name in names if name in ACTS],
        "may_add": may(actor, policies.CHALLENGE, matter),
        "papers": list(found.papers.select_related("file").order_by("pk")),
        "later": list(found.later.select_related("matter").order_by("pk")),
        "may_see_case": may(actor, "matters.view", found.case.matter),
        "lost": found.outcome in rules.LOST,
        "entries": entries(steps, running=matter.closed_at is None),
    }
    return render(request, "scrutiny/challenge.html", context)


LABELS = {
    "answer": "登记已答复", "move_on": "转入下一审级", "decide": "登记结果", "comply": "登记已履行", "annul": "登记作废",
    "paper": "补充文书",
}  # fmt: skip


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到复议、诉讼页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = selectors.access_challenge(actor, code)
    form = chosen.form(request.POST or None, request.FILES or None, initial={"seen": found.matter.version})

    def tell(given: dict[str, Any]) -> None:
        given.pop("file", None)
        more = {"files": stored(request, actor, at)} if chosen.files else {}
        chosen.verb(challenge=found, actor=actor, at=at, **given, **more)

    return ask(
        request, heading=f"{LABELS[action]}：{found.number}", verb=chosen.press, form=form, act=tell,
        back=reverse("scrutiny:challenge", args=[code]), said=chosen.done, note=chosen.note, danger=chosen.danger,
        frame="kit/desk.html",
    )  # fmt: skip


@staff
def paper(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A paper of it."""
    found = selectors.access_challenge(actor_of(request), code)
    return documents.file_response(selectors.paper_of(found, uid).file, inline=True)
