"""Alerts and cards: the lists of the supervisors, what waits for me, one alert on one page, the register of cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision import forms as asked
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.lifecycle import ALERT, RAISE
from yimen.watch.supervision.models import Alert, Card
from yimen.watch.supervision.selectors.alerts import LEVELS, MARK_LABELS, MARKS, STATES, AlertFilters
from yimen.watch.supervision.views.acts import buttons_of
from yimen.watch.supervision.views.showing import derivation_rows, evidence_facts, note_of, state_of, what_of

PAGE = 20
CHIP = {"notice": "warning", "yellow": "yellow", "red": "red"}
NARROWED = {"open": "在办的", "judge": "待认定的", "review": "申诉待复核的"}


@dataclass(frozen=True, slots=True)
class Row:
    """An alert as a list shows it."""

    alert: Alert
    url: str
    state: str
    level: str
    status: str
    clock: matters.ClockFace
    card: Card | None


def rows_of(found: Iterable[Alert], at: datetime) -> list[Row]:
    """Alerts as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(
            each, reverse("supervision:alert", args=[each.matter.code]), state_of(each), LEVELS.get(each.level, ""),
            CHIP.get(each.level, "normal"), matters.clock_face(each.matter, at, calendar), getattr(each, "card", None),
        )
        for each in found
    ]  # fmt: skip


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.alert.matter.code, width=24),
    exports.Column("建议处置", lambda row: row.level),
    exports.Column("发现", lambda row: row.alert.text, width=60),
    exports.Column("规则", lambda row: row.alert.version.label if row.alert.version else "人工发出", width=24),
    exports.Column("违规行为", lambda row: row.alert.violation.name),
    exports.Column("所涉办件", lambda row: row.alert.about.code if row.alert.about else "", width=24),
    exports.Column("责任单位", lambda row: row.alert.department.name, width=28),
    exports.Column("责任人", lambda row: row.alert.person_name),
    exports.Column("发现时间", lambda row: row.alert.found_at),
    exports.Column("到哪一步", lambda row: row.state),
    exports.Column("期限", lambda row: row.clock.text),
    exports.Column("牌", lambda row: row.card.get_level_display() if row.card else ""),
    exports.Column("牌的效力", lambda row: row.card.get_standing_display() if row.card else ""),
    exports.Column("说明", lambda row: row.alert.explanation, width=50),
)


def filters_of(request: HttpRequest) -> AlertFilters:
    """What the address asks for; whatever is no such word narrows nothing."""
    get = request.GET.get
    state, level, mark = get("state", ""), get("level", ""), get("mark", "")
    known = {each.code for each in ALERT.states} | set(STATES)
    return AlertFilters(
        state=state if state in known else "", level=level if level in LEVELS else "", rule=text_asked(request, "rule"),
        violation=text_asked(request, "violation"), department=number_asked(request, "department"),
        first=day_asked(request, "first"), last=day_asked(request, "last"), text=text_asked(request),
        mark=mark if mark in MARKS else "", source="hand" if get("source") == "hand" else "",
    )  # fmt: skip


@requires(policies.WATCH)
def listing(request: HttpRequest) -> HttpResponseBase:
    """预警清单: every alert one may see, narrowed; a number's list too."""
    actor, at = actor_of(request), moments.now()
    narrowed = filters_of(request)
    found = selectors.alerts(actor, narrowed)
    if wants_file(request):
        return workbook("监察预警", COLUMNS, rows_of(found[:EXPORT_MOST], at), at)
    page = page_by_key(found, order=("-found_at", "-pk"), asked=request.GET, size=PAGE)
    context = {
        "page": page,
        "rows": rows_of(page, at),
        "asked": request.GET,
        "counted": MARK_LABELS.get(narrowed.mark, "") if narrowed.mark else "",
        "levels": LEVELS.items(),
        "states": [*NARROWED.items(), *((each.code, each.label) for each in ALERT.states)],
        "rules": list(
            {each.rule.code: each.label for each in selectors.rule_list(at) if each.level != "signal"}.items()
        ),
        "departments": selectors.departments_seen(actor),
        "may_raise": actor.holds(RAISE),
        "export_url": file_url(request),
    }
    return render(request, "supervision/alerts.html", context)


@staff
def mine(request: HttpRequest) -> HttpResponseBase:
    """我的预警: what concerns me or the unit I speak for; what waits for my answer first."""
    actor, at = actor_of(request), moments.now()
    everything = request.GET.get("box") == "all"
    found = selectors.mine(actor) if everything else selectors.waiting_for(actor)
    page = page_by_key(found, order=("-found_at", "-pk"), asked=request.GET, size=PAGE)
    context = {
        "page": page,
        "rows": rows_of(page, at),
        "tabs": [("待我处理", "?"), ("全部", "?box=all")],
        "here": "?box=all" if everything else "?",
        "everything": everything,
    }
    return render(request, "supervision/mine.html", context)


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One alert: what was found, on what evidence, what was said, what comes next, what became of the card."""
    actor, at = actor_of(request), moments.now()
    alert = policies.access_alert(actor, code)
    card = getattr(alert, "card", None)
    matter = alert.matter
    context = {
        "alert": alert,
        "matter": matter,
        "card": card,
        "changes": selectors.changes_of(card) if card else [],
        "state": state_of(alert),
        "level": LEVELS.get(alert.level, ""),
        "level_status": CHIP.get(alert.level, "normal"),
        "clock": matters.clock_face(matter, at),
        "facts": evidence_facts(alert),
        "derivation": derivation_rows(alert.evidence.get("derivation")),
        "history": selectors.colour_history(alert.about) if alert.about else [],
        "buttons": buttons_of(alert, actor, at),
        "entries": entries(matters.timeline(matter), running=matter.closed_at is None, what=what_of, note=note_of),
        "mine": policies.concerns(actor, alert),
        "about_url": alert.about.page if alert.about is not None and _may_open(actor, alert) else "",
        "watches": actor.holds(policies.WATCH),
    }
    return render(request, "supervision/alert.html", context)


def _may_open(actor: Actor, alert: Alert) -> bool:
    return alert.about is not None and matters.visible(actor).filter(pk=alert.about.pk).exists()


# --- By hand


@requires(RAISE)
def raise_alert(request: HttpRequest) -> HttpResponseBase:
    """A supervisor's own finding."""
    actor, at = actor_of(request), moments.now()
    form = asked.RaiseForm(
        request.POST or None,
        violations=[(each.code, each.name) for each in selectors.violations()],
        units=[(unit.pk, unit.name) for unit in organisations.units("department", "town", "centre", "subcentre")],
        initial={"about": text_asked(request, "about")},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                alert = _raised(actor, form.cleaned_data, at)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                refuse_form(form, refusal)
                status = refusal.status if refusal.status != 404 else 422
            else:
                messages.success(request, "预警已发出，责任岗位会收到通知。")
                return redirect("supervision:alert", alert.matter.code)
    return render(request, "supervision/raise.html", {"form": form}, status=status)


def _raised(actor: Actor, given: dict[str, Any], at: datetime) -> Alert:
    about = None
    if given["about"]:
        try:
            about = matters.access_matter(actor, given["about"])
        except NotFound as refusal:
            refusal.fields = {"about": "没有这个编号的办件"}
            raise
    unit = organisations.unit(given["unit"]) if given["unit"] and about is None else None
    return services.raise_alert(
        actor=actor,
        violation=given["violation"],
        text=given["text"],
        level=given["level"],
        about=about,
        unit=unit,
        at=at,
    )


# --- Cards


CARD_COLUMNS: Sequence[exports.Column[Card]] = (
    exports.Column("编号", lambda card: card.number, width=24),
    exports.Column("牌", lambda card: card.get_level_display()),
    exports.Column("原牌", lambda card: card.get_given_level_display()),
    exports.Column("效力", lambda card: card.get_standing_display()),
    exports.Column("给谁", lambda card: card.alert.whose, width=24),
    exports.Column("责任单位", lambda card: card.alert.department.name, width=28),
    exports.Column("违规行为", lambda card: card.alert.violation.name),
    exports.Column("事实", lambda card: card.alert.text, width=60),
    exports.Column("理由", lambda card: card.reason, width=50),
    exports.Column("规则", lambda card: str(card.version) if card.version else "人工认定", width=28),
    exports.Column("发牌人", lambda card: card.given_by),
    exports.Column("发牌时间", lambda card: card.given_at),
    exports.Column("撤销时间", lambda card: card.withdrawn_at),
)


@requires(policies.WATCH)
def cards(request: HttpRequest) -> HttpResponseBase:
    """红黄牌登记: every card one may see, with what it says now."""
    actor, at = actor_of(request), moments.now()
    level, standing = request.GET.get("level", ""), request.GET.get("standing", "")
    found = selectors.cards(
        actor,
        level=level if level in Card.Level.values else "",
        standing=standing if standing in Card.Standing.values else "",
        department=number_asked(request, "department"),
        text=text_asked(request),
        violation=text_asked(request, "violation"),
    )
    if wants_file(request):
        return workbook("红黄牌", CARD_COLUMNS, found[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(found, order=("-given_at", "-pk"), asked=request.GET, size=PAGE),
        "asked": request.GET,
        "levels": Card.Level.choices,
        "standings": Card.Standing.choices,
        "violations": [(each.code, each.name) for each in selectors.violations()],
        "departments": selectors.departments_seen(actor),
        "export_url": file_url(request),
    }
    return render(request, "supervision/cards.html", context)


@staff
def card(request: HttpRequest, code: str) -> HttpResponseBase:
    """The card as a paper: fact, rule and version, the derivation as it was, reason, what became of it."""
    alert = policies.access_alert(actor_of(request), code)
    found = getattr(alert, "card", None)
    if found is None:
        raise NotFound("这条预警没有发牌。", next_step="请回到预警页查看办理情况。")
    context = {
        "alert": alert,
        "card": found,
        "changes": selectors.changes_of(found),
        "facts": evidence_facts(alert),
        "derivation": derivation_rows(found.evidence.get("derivation")),
        "rejudged": next((each for each in selectors.changes_of(found) if each.by_itself and each.evidence), None),
    }
    return render(request, "supervision/card.html", context)
