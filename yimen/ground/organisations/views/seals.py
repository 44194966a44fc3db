"""The use log of seals and their course (R008)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.organisations import services
from yimen.ground.organisations.forms_registers import DestroyedForm, HandOverForm, LostForm
from yimen.ground.organisations.models import Seal, SealUse, Unit
from yimen.ground.organisations.policies import KEEP_SEALS
from yimen.ground.organisations.views.papers import access_seal, departments_seen, sees_seals
from yimen.ground.organisations.views.places import actor_of

USE_COLUMNS: list[exports.Column[SealUse]] = [
    exports.Column("时间", lambda row: row.used_at, width=20),
    exports.Column("印章", lambda row: row.seal.text, width=40),
    exports.Column("文书", lambda row: row.document, width=30),
    exports.Column("文号", lambda row: row.document_number, width=30),
    exports.Column("用印人", lambda row: row.actor_name),
    exports.Column("岗位", lambda row: row.actor_post, width=24),
    exports.Column("依据的委托书", lambda row: row.letter.number if row.letter else "", width=24),
]


@sees_seals
def seal_uses(request: HttpRequest) -> HttpResponseBase:
    """Every use of the seals the actor sees, the latest first; by words, seal and days."""
    rows = SealUse.objects.select_related("seal", "letter")
    seen = departments_seen(actor_of(request), KEEP_SEALS)
    seals = Seal.objects.select_related("unit").order_by("unit__path", "id")
    if seen:
        units = Unit.objects.filter(seen)
        rows, seals = rows.filter(seal__unit__in=units), seals.filter(unit__in=units)
    chosen = request.GET.get("seal", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
        rows = rows.filter(seal=int(chosen))
    text = request.GET.get("q", "")[:60].replace("\x00", "")
    if text:
        rows = rows.filter(
            Q(document__icontains=text) | Q(document_number__icontains=text) | Q(actor_name__icontains=text)
            | Q(letter__number__icontains=text)
        )  # fmt: skip
    first, last = _day(request.GET.get("first", "")), _day(request.GET.get("last", ""))
    if first:
        rows = rows.filter(used_at__gte=_start_of(first))
    if last:
        rows = rows.filter(used_at__lt=_start_of(date.fromordinal(last.toordinal() + 1)))
    if request.GET.get("export"):
        return exports.download(
            "用印记录.xlsx", exports.xlsx(USE_COLUMNS, rows.order_by("-id").iterator(chunk_size=2000))
        )
    return render(
        request,
        "organisations/seal_uses.html",
        {
            "page": page_by_key(rows, order=("-id",), asked=request.GET, size=50),
            "seals": seals[:500],
            "chosen": chosen,
            "text": text,
            "first": first,
            "last": last,
        },
    )


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=moments.CHINA)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


@requires(KEEP_SEALS)
def hand_over_seal(request: HttpRequest, seal_id: int) -> HttpResponseBase:
    """Give it to another keeper."""
    actor = actor_of(request)
    found = access_seal(request, seal_id)
    return asking.ask(
        request,
        heading=f"移交“{found.text}”？",
        note=f"现在由{found.keeper}保管。" if found.keeper else "现在没有登记保管人。",
        verb="移交",
        form=HandOverForm(request.POST if request.method == "POST" else None, unit=found.unit),
        act=lambda given: services.hand_over_seal(actor=actor, seal=found, at=moments.now(), **given),
        back=f"/manage/seals/{found.pk}/",
        said="已登记移交。",
    )


@requires(KEEP_SEALS)
def lose_seal(request: HttpRequest, seal_id: int) -> HttpResponseBase:
    """It is lost."""
    actor = actor_of(request)
    found = access_seal(request, seal_id)
    return asking.ask(
        request,
        heading=f"登记“{found.text}”遗失？",
        warning="今天起停用，不能恢复。请同时公开声明作废。",
        verb="登记遗失",
        danger=True,
        form=LostForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.lose_seal(actor=actor, seal=found, at=moments.now(), **given),
        back=f"/manage/seals/{found.pk}/",
        said="已登记遗失，印章停用。",
    )


@requires(KEEP_SEALS)
def destroy_seal(request: HttpRequest, seal_id: int) -> HttpResponseBase:
    """It is destroyed."""
    actor = actor_of(request)
    found = access_seal(request, seal_id)
    return asking.ask(
        request,
        heading=f"登记“{found.text}”销毁？",
        warning="登记后不能更改。以前盖过的文书照旧可以核验。",
        verb="登记销毁",
        danger=True,
        form=DestroyedForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.destroy_seal(actor=actor, seal=found, at=moments.now(), **given),
        back=f"/manage/seals/{found.pk}/",
        said="已登记销毁。",
    )
