"""听证 on the desk: begin one, one hearing with its acts, the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import requires, staff
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases import services
from yimen.service.cases.forms import asides as asked
from yimen.service.cases.lifecycle_asides import HEARING, HOLD_HEARING
from yimen.service.cases.models import Hearing
from yimen.service.cases.selectors import access_case
from yimen.service.cases.services.hearings import possible_hosts
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.opinions import EXPORT_MOST, PAGE, Act

STATES = tuple((state.code, state.label) for state in HEARING.states)


@dataclass(frozen=True, slots=True)
class Row:
    """A hearing as the list shows it."""

    hearing: Hearing
    clock: matters.ClockFace
    state: str


@requires(HOLD_HEARING, "cases.figures")
def listed(request: HttpRequest) -> HttpResponseBase:
    """The hearings one may see, newest first; filter, search, export."""
    actor, at = actor_of(request), moments.now()
    found = asides.hearings_seen(actor)
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    if state in dict(STATES):
        found = found.filter(matter__state=state)
    if text:
        found = found.filter(
            Q(matter__title__icontains=text) | Q(matter__code__iexact=text) | Q(matter__applicant_name__contains=text)
        )
    order = ("-matter__opened_at", "-pk")
    calendar = work_calendar()

    def rows(hearings: Any) -> list[Row]:
        return [
            Row(each, matters.clock_face(each.matter, at, calendar), HEARING.state(each.matter.state).label)
            for each in hearings
        ]

    if request.GET.get("as") == "xlsx":
        stamp = moments.say_moment(at).replace(":", "")
        return exports.download(f"听证 {stamp}.xlsx", exports.xlsx(COLUMNS, rows(found.order_by(*order)[:EXPORT_MOST])))
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    query = request.GET.copy()
    for gone in ("after", "before"):
        query.pop(gone, None)
    query["as"] = "xlsx"
    context = {
        "page": page, "rows": rows(page), "states": STATES, "state": state, "text": text,
        "export_url": "?" + query.urlencode(),
    }  # fmt: skip
    return render(request, "cases/staff/hearings.html", context)


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.hearing.matter.code, width=24),
    exports.Column("办件", lambda row: row.hearing.case.matter.code, width=46),
    exports.Column("事项", lambda row: row.hearing.case.matter.title, width=40),
    exports.Column("申请人", lambda row: row.hearing.matter.applicant_name, width=28),
    exports.Column("依据", lambda row: row.hearing.get_ground_display(), width=40),
    exports.Column("内容", lambda row: row.hearing.subject, width=60),
    exports.Column("情况", lambda row: row.state),
    exports.Column("到期日", lambda row: row.hearing.matter.due_on),
    exports.Column("举行时间", lambda row: row.hearing.planned_at),
    exports.Column("主持人", lambda row: row.hearing.host_name),
    exports.Column("笔录", lambda row: row.hearing.record_number),
)


@requires(HOLD_HEARING)
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Tell the right to be heard, or announce a hearing of the organ's own accord."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    form = asked.HearingForm(request.POST or None, initial={"ground": Hearing.Ground.AFFECTED})

    def act(given: dict[str, Any]) -> HttpResponseBase:
        verb = services.tell_hearing_right if given["ground"] == Hearing.Ground.AFFECTED else services.announce_hearing
        made = verb(code=code, subject=given["subject"], interested=given["interested"], actor=actor, at=at)
        return HttpResponseRedirect(reverse("cases:hearing", args=[made.matter.code]))

    return ask(
        request, heading=f"听证：{case.matter.title}", verb="发出", back=reverse("cases:desk_case", args=[code]), form=form,
        frame="kit/desk.html", act=act,
        note="告知听证权利的，申请人有 5 个工作日要求听证，逾期的接着办理；依职权举行的，随即停止计时。结束以前不能作出决定。",
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "request": Act(
        asked.PlainForm, services.request_hearing, "登记听证申请", "已登记，本件停止计时。",
        "申请人当面或书面要求听证的，由窗口或审查人员代为登记；本件从明天起停止计时，20 个工作日内组织听证。",
    ),
    "waive": Act(
        asked.PlainForm, services.waive_hearing, "登记放弃听证", "已登记，本件接着办理。", "申请人书面表示不要求听证的，代为登记。"
    ),
    "notify": Act(
        asked.NoticeForm, services.notify_hearing, "发出通知", "听证通知书已发出。", "在举行的 7 个工作日前通知，主持人不能审查过本件。"
    ),
    "rearrange": Act(
        asked.NoticeForm, services.notify_hearing, "重新通知", "已重新通知。", "改时间的，也要在举行的 7 个工作日前通知。"
    ),
    "record": Act(
        asked.RecordForm, services.record_hearing, "登记笔录", "笔录已登记，本件恢复计时。",
        "笔录由参加人确认无误后签字或者盖章；登记后本件恢复审查，作决定时要根据笔录。", files=True,
    ),
    "call_off": Act(
        asked.WhyForm, services.call_off_hearing, "取消听证", "已取消，本件接着办理。",
        "申请人撤回听证申请，或者不再有听证的必要时取消。", danger=True,
    ),
}  # fmt: skip


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One hearing: who was told what, time and place, the record, what comes next, why the date is the date."""
    actor, at = actor_of(request), moments.now()
    found = asides.access_hearing(actor, code)
    matter = found.matter
    explanation = matters.explain(matter)
    steps = matters.timeline(matter)
    acts = [step.rule for step in matters.next_steps(matter, actor, moments.day_of(at)) if step.rule.action in ACTS]
    context = {
        "hearing": found,
        "matter": matter,
        "case": found.case,
        "state": HEARING.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "account": explanation.current,
        "acts": acts,
        "comes": matters.takes_effect_at(matter),
        "letters": _letters(found),
        "files": list(found.record_files.all()),
        "late": found.planned_at is not None and matter.due_at is not None and found.planned_at > matter.due_at,
        "entries": entries(steps, running=matter.closed_at is None),
    }
    return render(request, "cases/staff/hearing.html", context)


def _letters(found: Hearing) -> list[Any]:
    kinds = ("hearing_right_notice", "hearing_notice", "hearing_record")
    return [each for each in documents.letters_of(found.case.matter.code) if each.kind in kinds]


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到听证页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = asides.access_hearing(actor, code)
    form = _form(request, chosen, action, found, at)

    def tell(given: dict[str, Any]) -> None:
        given.pop("file", None)
        more = {"files": store_chosen(request.FILES.get("file"), actor=actor, at=at)} if chosen.files else {}
        chosen.verb(hearing=found, actor=actor, at=at, **given, **more)

    return ask(
        request, heading=f"{HEARING.step(action).label}：{found.case.matter.title}", verb=chosen.press, form=form, act=tell,
        back=reverse("cases:hearing", args=[code]), said=chosen.done, note=chosen.note, danger=chosen.danger,
        frame="kit/desk.html",
    )  # fmt: skip


def _form(request: HttpRequest, chosen: Act, action: str, found: Hearing, at: datetime) -> asked.AsideForm:
    initial: dict[str, Any] = {"seen": found.matter.version}
    if not issubclass(chosen.form, asked.NoticeForm):
        return chosen.form(request.POST or None, request.FILES or None, initial=initial)
    if action == "rearrange":
        initial |= {
            "planned_at": found.planned_at, "place": found.place, "host_id": found.host_id, "clerk_name": found.clerk_name,
            "open_to_public": found.open_to_public,
        }  # fmt: skip
    form = chosen.form(request.POST or None, initial=initial, hosts=possible_hosts(found, at))
    if action == "notify":
        del form.fields["reason"]
    else:
        form.fields["reason"].required = True
    return form


@staff
def file(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A scan of the record."""
    found = asides.access_hearing(actor_of(request), code)
    return documents.file_response(asides.file_of_hearing(found, uid), inline=True)
