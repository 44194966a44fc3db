"""The registers on screen: one list, one form, one page for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies, services
from yimen.watch.efficiency.forms import EntryForm, EntryNoteForm, RefuseForm, SettingsForm, TextForm
from yimen.watch.efficiency.models import Correction, Entry
from yimen.watch.efficiency.registers import NOTE_LABELS, REGISTERS, Register
from yimen.watch.efficiency.selectors import settings_shown
from yimen.watch.efficiency.selectors.board import entries, register_counts
from yimen.watch.efficiency.views.asking import unit_choices

READERS = (policies.VIEW, policies.MANAGE)


def register_of(key: str) -> Register:
    """The register of an address; raises `NotFound`."""
    if key not in REGISTERS:
        raise NotFound("没有这个登记簿。", next_step="请从监督登记进入。")
    return REGISTERS[key]


def entry_of(actor: Actor, uid: UUID) -> Entry:
    """An entry one may see; to others there is none."""
    found = entries(actor).select_related("unit").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这条登记，或者不在您的权限范围内。", next_step="请从清单进入。")
    return found


def said(register: Register, entry: Entry) -> list[tuple[str, str]]:
    """What only this register asks, in words."""
    shown = []
    for field in register.fields:
        value = entry.details.get(field.name)
        words = say_yuan(Fen(int(value))) if field.kind == "yuan" and value is not None else field.said(value)
        shown.append((field.label, words))
    return shown


@requires(*READERS)
def registers(request: HttpRequest) -> HttpResponseBase:
    """All registers with their numbers."""
    counts = {key: (open_, whole) for key, open_, whole in register_counts(actor_of(request))}
    rows = [(each, *counts[each.key], reverse("efficiency:register", args=[each.key])) for each in REGISTERS.values()]
    return render(request, "efficiency/registers.html", {"rows": rows, "may_set": _may_set(actor_of(request))})


@requires(*READERS)
def register(request: HttpRequest, key: str) -> HttpResponseBase:
    """One register, newest first; narrowed by words, unit, days, stage, and by any choice of its own."""
    actor, at, kind = actor_of(request), moments.now(), register_of(key)
    found = entries(actor).filter(register=key).select_related("unit")
    if request.GET.get("all") != "yes":
        found = found.filter(withdrawn_at__isnull=True)
    if text := text_asked(request):
        found = found.filter(Q(title__icontains=text) | Q(text__icontains=text) | Q(number__iexact=text))
    if (unit := number_asked(request, "unit")) is not None:
        found = found.filter(unit=unit)
    if first := day_asked(request, "first"):
        found = found.filter(on_date__gte=first)
    if last := day_asked(request, "last"):
        found = found.filter(on_date__lte=last)
    if request.GET.get("open") == "yes":
        found = found.filter(closed_at__isnull=True)
    selects = [("stage", "进展", kind.stages)] if kind.stages else []
    selects += [(field.name, field.label, field.choices) for field in kind.fields if field.choices]
    for name, _, choices in selects:
        value = request.GET.get(name, "")
        if value in {each for each, _ in choices}:
            found = found.filter(stage=value) if name == "stage" else found.filter(**{f"details__{name}": value})
    order = ("-on_date", "-pk")
    if wants_file(request):
        return workbook(kind.label, _columns(kind), _rows(kind, found.order_by(*order)[:EXPORT_MOST]), at)
    shown = page_by_key(found, order=order, asked=request.GET, size=20)
    listed = [field for field in kind.fields if field.listed]
    context = {
        "kind": kind, "page": shown, "rows": _rows(kind, shown), "heads": [field.label for field in listed],
        "selects": [(name, label, choices, request.GET.get(name, "")) for name, label, choices in selects],
        "units": unit_choices(), "unit_asked": number_asked(request, "unit"), "asked": request.GET,
        "export_url": file_url(request), "may_add": actor.holds(policies.MANAGE),
        "zero": _zero(actor, at) if key == "incident" else None,
    }  # fmt: skip
    return render(request, "efficiency/register.html", context)


def _zero(actor: Actor, at: Any) -> tuple[int, int]:
    """零报告: how many incidents this year, and how many nil reports (R232: zero expected)."""
    rows = entries(actor).filter(register="incident", withdrawn_at__isnull=True, on_date__year=moments.local(at).year)
    nil = rows.filter(details__sort="nil").count()
    return rows.count() - nil, nil


def _rows(kind: Register, found: Iterable[Entry]) -> list[dict[str, Any]]:
    listed = {field.label for field in kind.fields if field.listed}
    return [
        {
            "entry": each,
            "url": reverse("efficiency:entry", args=[each.uid]),
            "cells": [(label, value) for label, value in said(kind, each) if label in listed],
            "all": dict(said(kind, each)),
            "stage": dict(kind.stages).get(each.stage, ""),
            "standing": "已撤销" if each.withdrawn_at else "已了结" if each.closed_at else "",
        }
        for each in found
    ]


def _columns(kind: Register) -> Sequence[exports.Column[dict[str, Any]]]:
    def own(label: str) -> exports.Column[dict[str, Any]]:
        return exports.Column(label, lambda row: row["all"].get(label, ""), width=20)

    return (
        exports.Column("编号", lambda row: row["entry"].number, width=24),
        exports.Column(kind.day_label, lambda row: row["entry"].on_date),
        exports.Column(kind.unit_label, lambda row: row["entry"].unit.name if row["entry"].unit else "", width=28),
        exports.Column(kind.title_label, lambda row: row["entry"].title, width=40),
        exports.Column(kind.text_label, lambda row: row["entry"].text, width=50),
        *(own(field.label) for field in kind.fields),
        exports.Column("进展", lambda row: row["stage"]),
        exports.Column("状态", lambda row: row["standing"]),
        exports.Column("登记人", lambda row: row["entry"].recorded_by),
        exports.Column("登记时间", lambda row: row["entry"].recorded_at),
    )


@requires(policies.MANAGE)
def new_entry(request: HttpRequest, key: str) -> HttpResponseBase:
    """A new entry."""
    actor, at, kind = actor_of(request), moments.now(), register_of(key)
    form = EntryForm(
        request.POST or None, request.FILES or None, register=kind, units=unit_choices(),
        initial={"on_date": moments.day_of(at)},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.record_entry(
                    actor=actor, register=key, on_date=given["on_date"], title=given["title"], text=given["text"],
                    unit=organisations.unit(given["unit"]) if given["unit"] else None, details=form.details(),
                    stage=given.get("stage", ""), linked_code=given.get("linked_code", ""), due_on=given.get("due_on"),
                    files=store_chosen(request.FILES.get("file"), actor=actor, at=at), at=at,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refusal.fields = {
                    name if name in form.fields else f"details_{name}": said for name, said in refusal.fields.items()
                }
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已登记。")
                return redirect("efficiency:entry", made.uid)
    context = {
        "form": form, "heading": f"{kind.add}：{kind.label}", "press": kind.add, "note": kind.says,
        "back_url": reverse("efficiency:register", args=[key]),
    }  # fmt: skip
    return render(request, "efficiency/form.html", context, status=status)


@requires(*READERS)
def entry(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One entry with all that was noted since."""
    actor = actor_of(request)
    found = entry_of(actor, uid)
    kind = register_of(found.register)
    orders = Correction.objects.filter(policies.seen(actor), source_code=found.number).select_related(
        "matter__department"
    )
    query = f"?kind={kind.source}&from={found.number}&unit={found.unit_id or ''}"
    context = {
        "entry": found, "kind": kind, "said": [pair for pair in said(kind, found) if pair[1]],
        "stage": dict(kind.stages).get(found.stage, ""), "orders": list(orders), "files": list(found.files.all()),
        "notes": [(NOTE_LABELS.get(note.kind, note.kind), dict(kind.stages).get(note.stage, ""), note)
                  for note in found.notes.order_by("-pk")],
        "may": actor.holds(policies.MANAGE) and found.withdrawn_at is None,
        "order_url": f"{reverse('efficiency:new_correction')}{query}" if kind.source else "",
        "linked": policies.shown_source(actor, found.linked_code),
    }  # fmt: skip
    return render(request, "efficiency/entry.html", context)


def _back(found: Entry) -> str:
    return reverse("efficiency:entry", args=[found.uid])


@requires(policies.MANAGE)
def note_entry(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """续记."""
    actor = actor_of(request)
    found = entry_of(actor, uid)
    form = EntryNoteForm(request.POST if request.method == "POST" else None, register=register_of(found.register))
    return ask(
        request, heading=f"续记：{found.title}", verb="记下", back=_back(found), form=form, said="已记下。",
        act=lambda given: services.note_entry(entry=found, actor=actor, at=moments.now(), **given),
    )  # fmt: skip


@requires(policies.MANAGE)
def notice_entry(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """监察通知."""
    actor = actor_of(request)
    found = entry_of(actor, uid)
    form = TextForm(request.POST if request.method == "POST" else None)
    receiver = found.details.get("command") or (found.unit.name if found.unit else "")
    return ask(
        request, heading=f"发监察通知：{found.title}", verb="发出", back=_back(found), form=form, said="已发出，通知书在续记里。",
        act=lambda given: services.issue_notice(entry=found, actor=actor, at=moments.now(), **given),
        note=f"发给{receiver}。",
    )  # fmt: skip


@requires(policies.MANAGE)
def close_entry(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """了结."""
    actor = actor_of(request)
    found = entry_of(actor, uid)
    form = TextForm(request.POST if request.method == "POST" else None)
    return ask(
        request, heading=f"了结：{found.title}", verb="了结", back=_back(found), form=form, said="已了结。",
        act=lambda given: services.close_entry(entry=found, actor=actor, at=moments.now(), **given),
    )  # fmt: skip


@requires(policies.MANAGE)
def withdraw_entry(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """撤销 an entry made by mistake."""
    actor = actor_of(request)
    found = entry_of(actor, uid)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    return ask(
        request, heading=f"撤销登记：{found.title}", verb="撤销", back=_back(found), form=form, said="已撤销。", danger=True,
        act=lambda given: services.withdraw_entry(entry=found, actor=actor, at=moments.now(), **given),
        warning="撤销后不再统计，记录仍能查到。",
    )  # fmt: skip


@requires(*READERS)
def entry_file(request: HttpRequest, uid: UUID, file_uid: UUID) -> HttpResponseBase:
    """A file of an entry."""
    found = entry_of(actor_of(request), uid).files.filter(uid=file_uid).first()
    if found is None:
        raise NotFound("这条登记没有这个附件。")
    return documents.file_response(found, inline=True)


@requires(*READERS)
def entry_letter(request: HttpRequest, uid: UUID, code: str) -> HttpResponseBase:
    """A notice of supervision as PDF."""
    found = entry_of(actor_of(request), uid)
    letter = documents.letter_by_code(code) if found.notes.filter(letter_code=code).exists() else None
    if letter is None:
        raise NotFound("没有这份监察通知。")
    return documents.file_response(documents.letter_pdf(letter), inline=True)


def _may_set(actor: Actor) -> bool:
    return any(held.scope in ("division", "all") for held in actor.held(policies.MANAGE))


@requires(policies.MANAGE)
def settings(request: HttpRequest) -> HttpResponseBase:
    """Every number a place sets."""
    actor = actor_of(request)
    initial = {each.key: value for each, value in settings_shown()}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    return ask(
        request, heading="期限和金额设定", verb="保存", back=reverse("efficiency:board"), form=form, said="已保存，以后开始的按新的算。",
        act=lambda given: services.set_settings(actor=actor, given=given, at=moments.now()),
        note="已经开始的事按原来的期限办。",
    )  # fmt: skip
