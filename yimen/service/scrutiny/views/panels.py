"""中心会审 on the desk: the list with its figures, convene one, one with its seats and acts, its minutes (R072)."""

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
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, file_url
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.ground.organisations import selectors as organisations
from yimen.service.scrutiny import policies, services
from yimen.service.scrutiny.forms import panels as asked
from yimen.service.scrutiny.lifecycle import PANELS
from yimen.service.scrutiny.models import Panel, Seat
from yimen.service.scrutiny.selectors import panels as selectors
from yimen.service.scrutiny.services.panels import speaks_for, terms_of
from yimen.service.scrutiny.views.common import PAGE, Act, stored

STATES = tuple((state.code, state.label) for state in PANELS.states)


@dataclass(frozen=True, slots=True)
class Row:
    """A joint review as the list shows it."""

    panel: Panel
    clock: matters.ClockFace
    state: str
    seats: Sequence[Seat]
    cases: int

    @property
    def replied(self) -> int:
        """How many departments have answered."""
        return sum(1 for seat in self.seats if seat.reply != Seat.Reply.WAITING)


def rows_of(found: Any, at: datetime) -> list[Row]:
    """Joint reviews as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(
            each, matters.clock_face(each.matter, at, calendar), PANELS.state(each.matter.state).label, list(each.seats.all()),
            len(each.cases.all()),
        )
        for each in found
    ]  # fmt: skip


@requires(policies.VIEW, policies.CONVENE, policies.ATTEND)
def listed(request: HttpRequest) -> HttpResponseBase:
    """The joint reviews, newest first; filter, search, figures, export, print."""
    actor, at = actor_of(request), moments.now()
    found = selectors.panels_seen(actor)
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    mine = request.GET.get("mine") == "1"
    if state in dict(STATES):
        found = found.filter(matter__state=state)
    if mine:
        found = found.filter(pk__in=Seat.objects.filter(department__in=selectors.seats_of_mine(actor)).values("panel"))
    if text:
        found = found.filter(Q(subject__icontains=text) | Q(matter__code__iexact=text) | Q(place__icontains=text))
    shown = found.prefetch_related("seats__department", "cases")
    order = ("-planned_at", "-pk")
    if request.GET.get("as") == "xlsx":
        stamp = moments.say_moment(at).replace(":", "")
        rows = rows_of(shown.order_by(*order)[:EXPORT_MOST], at)
        return exports.download(f"中心会审 {stamp}.xlsx", exports.xlsx(COLUMNS, rows))
    page = page_by_key(shown, order=order, asked=request.GET, size=PAGE)
    context = {
        "page": page, "rows": rows_of(page, at), "states": STATES, "state": state, "text": text, "mine": mine,
        "figures": selectors.panel_figures(found), "may_convene": actor.holds(policies.CONVENE),
        "narrowed": bool(text or state or mine), "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "scrutiny/panels.html", context)


def _seats_said(row: Row) -> str:
    return "；".join(
        f"{seat.department.name}：{seat.attendee or seat.get_reply_display()}"
        + (f"，{seat.get_opinion_display()}" if seat.opinion else "")
        for seat in row.seats
    )


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.panel.matter.code, width=22),
    exports.Column("议题", lambda row: row.panel.subject, width=40),
    exports.Column("时间", lambda row: row.panel.planned_at),
    exports.Column("地点", lambda row: row.panel.place, width=24),
    exports.Column("主持人", lambda row: row.panel.host),
    exports.Column("办件数", lambda row: row.cases),
    exports.Column("部门和意见", _seats_said, width=80),
    exports.Column("到会", lambda row: sum(1 for seat in row.seats if seat.attended)),
    exports.Column("缺席", lambda row: sum(1 for seat in row.seats if seat.attended is False)),
    exports.Column("情况", lambda row: row.state),
    exports.Column("结论", lambda row: row.panel.get_conclusion_display()),
    exports.Column("结论内容", lambda row: row.panel.concluded, width=60),
    exports.Column("纪要", lambda row: row.panel.minutes_number, width=28),
)


def _units(panel: Panel | None = None) -> list[tuple[int, str]]:
    there = {seat.department_id for seat in panel.seats.all()} if panel else set()
    return [
        (unit.pk, unit.name) for unit in organisations.departments().order_by("order", "name") if unit.pk not in there
    ]


@requires(policies.CONVENE)
def new(request: HttpRequest) -> HttpResponseBase:
    """Convene one; from a case's page its number is there already."""
    actor, at = actor_of(request), moments.now()
    initial = {"cases": request.GET.get("case", "")[:60], "host": actor.name}
    form = asked.ConveneForm(request.POST or None, request.FILES or None, units=_units(), initial=initial)

    def act(given: dict[str, Any]) -> HttpResponseBase:
        made = services.convene_panel(
            subject=given["subject"], agenda=given["agenda"], planned_at=given["planned_at"], place=given["place"], host=given["host"],
            codes=asked.codes_in(given["cases"]), departments=form.invited(), actor=actor, at=at,
            papers=stored(request, actor, at),
        )  # fmt: skip
        return HttpResponseRedirect(reverse("scrutiny:panel", args=[made.matter.code]))

    return ask(
        request, heading="召集会审", verb="发出通知", back=reverse("scrutiny:panels"), form=form, frame="kit/desk.html", act=act,
        note="被邀请的部门会收到通知，回复谁来，可以在会前写好意见；会审不代替部门的决定，办件的期限不停。",
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "conclude": Act(
        asked.ConcludeForm, services.conclude_panel, "形成纪要", "纪要已形成，请到会部门签字。",
        "写明谁到会、谁缺席和原因；纪要盖中心的文号，不能再改。"
    ),
    "invite_more": Act(asked.MoreForm, services.invite_more, "增加", "已增加并通知。"),
    "postpone": Act(asked.PostponeForm, services.postpone_panel, "改期", "已改期，各部门要重新回复。",
        "改期后请各部门重新回复。"),
    "cancel": Act(asked.WhyForm, services.cancel_panel, "取消会审", "已取消，各部门会收到通知。", danger=True),
}  # fmt: skip
SEAT_ACTS: dict[str, Act] = {
    "reply": Act(asked.ReplyForm, services.reply, "回复", "已回复。"),
    "opinion": Act(asked.OpinionForm, services.say_opinion, "写入意见", "部门意见已写入，形成纪要前可以改。"),
    "sign": Act(asked.EndForm, services.sign_minutes, "签字", "已签字。", "以本人姓名在纪要上签字。"),
}
SEAT_LABELS = {"reply": "回复是否参加", "opinion": "写部门意见", "sign": "签字"}


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One joint review: over what, when, who comes and what they say, the conclusion."""
    return render(request, "scrutiny/panel.html", _context(request, code))


@staff
def printed(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same on a sheet of paper, for the table."""
    return render(request, "scrutiny/panel_print.html", _context(request, code))


def _context(request: HttpRequest, code: str) -> dict[str, Any]:
    actor, at = actor_of(request), moments.now()
    found = selectors.access_panel(actor, code)
    matter = found.matter
    seats = list(found.seats.select_related("department", "panel__matter").order_by("pk"))
    return {
        "panel": found,
        "matter": matter,
        "state": PANELS.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "seats": [(seat, _seat_acts(seat, matter.state) if speaks_for(actor, seat) else []) for seat in seats],
        "cases": list(found.cases.select_related("matter__department").order_by("pk")),
        "papers": list(found.papers.all()),
        "acts": [
            each.rule for each in matters.next_steps(matter, actor, moments.day_of(at)) if each.rule.action in ACTS
        ],
        "entries": entries(matters.timeline(matter), running=matter.closed_at is None),
    }


def _seat_acts(seat: Seat, state: str) -> list[tuple[str, str]]:
    if state == "convened":
        return [
            ("reply", "回复" if seat.reply == Seat.Reply.WAITING else "改回复"),
            ("opinion", "改意见" if seat.opinion else "写意见"),
        ]
    return [("sign", "签字")] if state == "concluded" and seat.attended and seat.signed_at is None else []


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act of the centre, or do it."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到会审页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = selectors.access_panel(actor, code)
    form = _form(request, chosen, found)

    def tell(given: dict[str, Any]) -> None:
        if isinstance(form, asked.ConcludeForm):
            given = {name: given[name] for name in ("minutes", "conclusion", "concluded", "seen")} | {
                "attendance": form.attendance()
            }
        elif isinstance(form, asked.MoreForm):
            given = {
                "departments": [(unit, "") for unit in given["departments"]], "codes": asked.codes_in(given["cases"]), "seen": given["seen"]
            }  # fmt: skip
        chosen.verb(panel=found, actor=actor, at=at, **given)

    return ask(
        request, heading=f"{PANELS.step(action).label}：{found.subject}", verb=chosen.press, form=form, act=tell,
        back=reverse("scrutiny:panel", args=[code]), said=chosen.done, note=chosen.note, danger=chosen.danger,
        frame="kit/desk.html",
    )  # fmt: skip


def _form(request: HttpRequest, chosen: Act, found: Panel) -> Any:
    initial: dict[str, Any] = {"seen": found.matter.version, "place": found.place, "planned_at": found.planned_at}
    if chosen.form is asked.MoreForm:
        return asked.MoreForm(request.POST or None, units=_units(found), initial=initial)
    if chosen.form is asked.ConcludeForm:
        seats = list(found.seats.select_related("department").order_by("pk"))
        for seat in seats:
            initial |= {
                f"there_{seat.pk}": seat.reply != Seat.Reply.DECLINED, f"attendee_{seat.pk}": seat.attendee,
                f"absent_{seat.pk}": seat.reply_note if seat.reply == Seat.Reply.DECLINED else "",
            }  # fmt: skip
        return asked.ConcludeForm(request.POST or None, seats=seats, initial=initial)
    return chosen.form(request.POST or None, initial=initial)


@staff
def seat(request: HttpRequest, code: str, pk: int, action: str) -> HttpResponseBase:
    """Reply, say the department's opinion, sign."""
    chosen = SEAT_ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到会审页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = selectors.access_panel(actor, code)
    held = selectors.seat_of(found, pk)
    if not speaks_for(actor, held):
        raise NotFound("没有这个参加部门。", next_step="请由被邀请部门的人员办理。")
    initial = {
        "answer": held.reply, "attendee": held.attendee or held.person or actor.name, "note": held.reply_note, "opinion": held.opinion,
        "text": held.text,
    }  # fmt: skip
    form = None if action == "sign" else chosen.form(request.POST or None, initial=initial)
    return ask(
        request, heading=f"{SEAT_LABELS[action]}：{held.department}", verb=chosen.press, form=form,
        act=lambda given: chosen.verb(seat=held, actor=actor, at=at, **given) and None, back=reverse("scrutiny:panel", args=[code]),
        said=chosen.done, note=chosen.note, frame="kit/desk.html",
    )  # fmt: skip


@staff
def paper(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A paper of it."""
    found = selectors.access_panel(actor_of(request), code)
    return documents.file_response(selectors.paper_of_panel(found, uid), inline=True)


@staff
def minutes(request: HttpRequest, code: str) -> HttpResponseBase:
    """The minutes as a letter."""
    found = selectors.access_panel(actor_of(request), code)
    letter = documents.letter_by_code(found.minutes_code) if found.minutes_code else None
    if letter is None:
        raise NotFound("还没有形成纪要。", next_step="会后由中心登记。")
    return documents.file_response(documents.letter_pdf(letter), inline=True)


@requires(policies.CONVENE)
def terms(request: HttpRequest) -> HttpResponseBase:
    """How soon after a joint review its minutes are due."""
    actor, at = actor_of(request), moments.now()
    centre = organisations.unit(actor.centre_id) if actor.centre_id else organisations.main_centre()
    if centre is None:
        raise NotFound("没有这个设置。", next_step="会审设置由政务服务中心办理。")
    form = asked.TermsForm(request.POST or None, initial={"minutes_workdays": terms_of(centre.pk).minutes_workdays})
    return ask(
        request, heading="会审设置", verb="保存", form=form, back=reverse("scrutiny:panel_terms"), said="已保存，下一次会审起用。",
        back_words="不改了", note=f"{centre.name}自定的规则；超过的会亮灯。",
        act=lambda given: services.set_panel_terms(actor=actor, centre=centre, at=at, **given) and None,
    )  # fmt: skip
