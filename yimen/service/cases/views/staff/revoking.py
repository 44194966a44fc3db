"""撤销决定 on the desk: begin one, one course with its acts, the list; and who may not promise for a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import requires, staff
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.service.cases import selectors_revoking as revoking
from yimen.service.cases import services
from yimen.service.cases.forms import asides
from yimen.service.cases.forms import revoking as asked
from yimen.service.cases.lifecycle_revoking import PROPOSE, REVOCATION
from yimen.service.cases.models import PromiseBar, Revocation, SignedPromise
from yimen.service.cases.policies import LIFT_BAR
from yimen.service.cases.selectors import access_case
from yimen.service.cases.selectors_paths import path_terms
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.opinions import EXPORT_MOST, PAGE, Act

STATES = tuple((state.code, state.label) for state in REVOCATION.states)
LETTERS = ("revocation_notice", "decision_revoke", "revocation_dropped")


@dataclass(frozen=True, slots=True)
class Row:
    """A revocation as the list shows it."""

    revocation: Revocation
    clock: matters.ClockFace
    state: str


@requires(PROPOSE, "cases.decide", "cases.figures")
def listed(request: HttpRequest) -> HttpResponseBase:
    """The revocations one may see, newest first; filter, search, export."""
    actor, at = actor_of(request), moments.now()
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    state = state if state in dict(STATES) else ""
    found, order, calendar = (
        revoking.revocations_seen(actor, text, state),
        ("-matter__opened_at", "-pk"),
        work_calendar(),
    )

    def rows(revocations: Any) -> list[Row]:
        return [
            Row(each, matters.clock_face(each.matter, at, calendar), REVOCATION.state(each.matter.state).label)
            for each in revocations
        ]

    if request.GET.get("as") == "xlsx":
        return exports.download("撤销决定.xlsx", exports.xlsx(COLUMNS, rows(found.order_by(*order)[:EXPORT_MOST])))
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    context = {"page": page, "rows": rows(page), "states": STATES, "state": state, "text": text}
    return render(request, "cases/staff/revocations.html", context)


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.revocation.matter.code, width=24),
    exports.Column("办件", lambda row: row.revocation.case.matter.code, width=46),
    exports.Column("事项", lambda row: row.revocation.case.matter.title, width=40),
    exports.Column("申请人", lambda row: row.revocation.matter.applicant_name, width=28),
    exports.Column("依据", lambda row: row.revocation.get_ground_display(), width=44),
    exports.Column("认定的事实", lambda row: row.revocation.facts, width=60),
    exports.Column("情况", lambda row: row.state),
    exports.Column("告知书", lambda row: row.revocation.notice_number, width=28),
    exports.Column("到期日", lambda row: row.revocation.matter.due_on),
    exports.Column("决定文号", lambda row: row.revocation.decision_number, width=28),
    exports.Column("决定时间", lambda row: row.revocation.decided_at),
)


@requires(PROPOSE)
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Tell the applicant that the decision is to be taken back."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    promise = SignedPromise.objects.filter(case=case.pk, outcome="broken").first()
    initial = {"ground": "promise", "facts": promise.found} if promise else {}
    days = path_terms(case.matter.centre_id).statement_workdays

    def act(given: dict[str, Any]) -> HttpResponseBase:
        made = services.notify_revocation(code=code, actor=actor, at=at, **given)
        return HttpResponseRedirect(reverse("cases:revocation", args=[made.matter.code]))

    return ask(
        request, heading=f"拟撤销：{case.matter.title}", verb="发出告知书", back=reverse("cases:desk_case", args=[code]),
        form=asked.NotifyForm(request.POST or None, initial=initial), frame="kit/desk.html", act=act, danger=True,
        note=f"告知书发给申请人，申请人有 {days} 个工作日陈述、申辩或者要求听证；期满以后由有决定权的人作出决定。决定以前，原决定有效。",
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "state": Act(
        asked.StateForm, services.state_case, "记入", "陈述申辩已记入。", "申请人当面陈述的，由窗口或审查人员如实代录。"
    ),
    "request_hearing": Act(
        asides.PlainForm, services.request_revocation_hearing, "登记听证申请", "已登记，20 个工作日内组织听证。",
        "申请人当面或者书面要求听证的，代为登记。",
    ),
    "finish_stating": Act(
        asides.PlainForm, services.finish_stating, "登记", "已登记，可以作决定了。", "申请人书面表示没有别的要说，代为登记。"
    ),
    "record_hearing": Act(asked.RecordForm, services.record_revocation_hearing, "登记", "听证情况已登记，可以作决定了。"),
    "revoke": Act(
        asked.DecideForm, services.revoke_decision, "撤销决定", "已撤销，决定书可以打印了。",
        "作出撤销决定的书面决定，盖章；原决定书随即作废，公开查询和文书核验都会写明已撤销；承诺不实的，今后一段时间不再适用告知承诺。",
        danger=True,
    ),
    "keep": Act(asked.DecideForm, services.keep_decision, "不予撤销", "已决定不予撤销。", "书面告知申请人，原决定继续有效。"),
    "recall": Act(
        asked.WhyForm, services.recall_revocation, "撤回告知", "告知已撤回，原决定有效。",
        "查明不应撤销，或者告知有误时撤回；申请人会看到理由。",
        danger=True,
    ),
    "restore": Act(
        asked.WhyForm, services.restore_decision, "更正撤销", "已更正，原决定恢复有效。",
        "撤销确有错误的才更正：撤销决定书作废，原决定重新出具决定书，不再适用告知承诺的登记同时解除。", danger=True,
    ),
}  # fmt: skip


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One course: what was told, what the applicant said, what comes next."""
    actor, at = actor_of(request), moments.now()
    found = revoking.access_revocation(actor, code)
    matter = found.matter
    steps = [step for step in matters.next_steps(matter, actor, moments.day_of(at)) if step.rule.action in ACTS]
    context = {
        "revocation": found,
        "matter": matter,
        "case": found.case,
        "state": REVOCATION.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "account": matters.explain(matter).current,
        "acts": steps,
        "statements": list(found.statements.all()),
        "bar": PromiseBar.objects.filter(revocation=found.pk).first(),
        "letters": [each for each in documents.letters_of(found.case.matter.code) if each.kind in LETTERS],
        "entries": entries(matters.timeline(matter), running=matter.closed_at is None),
    }
    return render(request, "cases/staff/revocation.html", context)


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到撤销的页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = revoking.access_revocation(actor, code)
    form = chosen.form(request.POST or None, initial={"seen": found.matter.version})
    if isinstance(form, asked.DecideForm) and found.statements.exists():
        form.fields["response"].required = True

    def tell(given: dict[str, Any]) -> None:
        chosen.verb(revocation=found, actor=actor, at=at, **given)

    return ask(
        request, heading=f"{REVOCATION.step(action).label}：{found.case.matter.title}", verb=chosen.press, form=form, act=tell,
        back=reverse("cases:revocation", args=[code]), said=chosen.done, note=chosen.note, danger=chosen.danger,
        frame="kit/desk.html",
    )  # fmt: skip


# --- Who may not promise for a time


@requires(LIFT_BAR)
def bars(request: HttpRequest) -> HttpResponseBase:
    """Who promised what was not true: since when, until when, and whether it was lifted."""
    actor, today = actor_of(request), moments.day_of(moments.now())
    text, here = request.GET.get("q", "").strip()[:60], request.GET.get("state", "standing")
    rows = revoking.bars(actor, text, today if here == "standing" else None)
    if request.GET.get("as") == "xlsx":
        return exports.download(
            "不再适用告知承诺.xlsx", exports.xlsx(_BARS, rows.order_by("-since", "-id")[:EXPORT_MOST])
        )
    context = {
        "page": page_by_key(rows, order=("-since", "-id"), asked=request.GET, size=PAGE), "text": text, "state": here, "today": today,
    }  # fmt: skip
    return render(request, "cases/manage/promise_bars.html", context)


_BARS: Sequence[exports.Column[PromiseBar]] = (
    exports.Column("承诺人", lambda each: each.party_name, width=30),
    exports.Column("事项", lambda each: each.revocation.case.matter.title, width=40),
    exports.Column("办件", lambda each: each.revocation.case.matter.code, width=46),
    exports.Column("撤销决定", lambda each: each.revocation.decision_number, width=28),
    exports.Column("自", lambda each: each.since),
    exports.Column("至", lambda each: each.until),
    exports.Column("解除时间", lambda each: each.lifted_at),
    exports.Column("解除人", lambda each: each.lifted_by, width=24),
    exports.Column("解除理由", lambda each: each.lift_reason, width=40),
)


@requires(LIFT_BAR)
def lift(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Let somebody promise again before the time is over."""
    actor = actor_of(request)
    found = revoking.bar_by_uid(actor, uid)
    return ask(
        request, heading=f"解除：{found.party_name}", verb="解除", back=reverse("cases:promise_bars"), said="已解除，可以再适用告知承诺。",
        form=asked.LiftForm(request.POST or None), note=f"原定到 {moments.say_date(found.until)} 为止不适用告知承诺。",
        act=lambda given: _done(services.lift_promise_bar(actor=actor, bar=found, reason=given["reason"], at=moments.now())),
    )  # fmt: skip


def _done(_: object) -> None:
    """What `ask` need not answer with."""
