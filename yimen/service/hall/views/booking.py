"""For citizens: book a time, one's bookings, check in by telephone, appeal."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import actor_of, citizens
from yimen.ground.kit import moments, ratelimit
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import day_asked, number_asked
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.hall.forms import AppealForm, BookForm
from yimen.service.hall.models import Ban, Booking
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services import booking as appointments
from yimen.service.hall.services import watching_slots
from yimen.service.hall.views.kiosk import picture


@citizens
def book(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Choose business, day and time; the place is taken for oneself."""
    actor, at, hall = actor_of(request), moments.now(), queue.hall_by_slug(slug)
    form, status = BookForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        ratelimit.limit(f"hall.book:{actor.uid}", capacity=10, per_second=0.2)
        if form.is_valid():
            group = queue.groups_of(hall).select_related("hall__centre").filter(pk=form.cleaned_data["group"]).first()
            if group is None:
                raise NotFound("没有这个业务，或者不再预约。", next_step="请重新选择。")
            way = "phone" if "Mobi" in request.headers.get("user-agent", "") else "web"
            begins = form.cleaned_data["begins"].replace(tzinfo=moments.CHINA)
            try:
                made = appointments.book(actor=actor, group=group, begins_at=begins, at=at, way=way)
            except Refusal as refusal:
                refusal.fields = refusal.fields or {"begins": f"{refusal.message}{refusal.next_step}"}
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "预约成功。")
                return redirect("hall:my_booking", made.uid)
    groups = slots.groups_to_book(hall, at)
    asked = number_asked(request, "group")
    chosen = next((each for each in groups if each.pk == asked), groups[0] if len(groups) == 1 else None)
    days: list[date] = []
    day, offers = None, []
    if chosen is not None:
        chosen.hall = hall
        days = slots.bookable_days([each for each in slots.plans_of(hall) if each.group_id == chosen.pk], at)
        day = day_asked(request, "day")
        day = day if day in days else days[0] if days else None
        offers = [each for each in slots.offers_of(chosen, day, at) if each.begins_at > at] if day else []
    context = {
        "hall": hall, "groups": groups, "chosen": chosen, "days": days, "day": day, "offers": offers, "form": form,
        "ban": slots.open_ban(actor.home_party_id or 0, hall, at), "closed": slots.blacked_out(chosen, day) if chosen and day else "",
    }  # fmt: skip
    return render(request, "hall/book.html", context, status=status)


@citizens
def my_bookings(request: HttpRequest) -> HttpResponseBase:
    """What the person has booked; whether booking is suspended, and the appeal."""
    actor, at = actor_of(request), moments.now()
    party = actor.home_party_id or 0
    context = {
        "page": page_by_key(slots.bookings_of(party), order=("-begins_at", "-pk"), asked=request.GET, size=20),
        "bans": slots.bans_on(party, at), "halls": [each for each in queue.open_halls() if slots.takes_bookings(each, at)],
        "form": AppealForm(),
    }  # fmt: skip
    return render(request, "hall/my_bookings.html", context)


@citizens
def my_booking(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One booking with its code, how to come, and until when it can be given back."""
    at = moments.now()
    found = slots.own_booking(actor_of(request), uid)
    return render(request, "hall/my_booking.html", _facts(found, at))


def _facts(found: Booking, at: datetime) -> dict[str, object]:
    hall = found.hall
    cancel_by = found.begins_at - timedelta(hours=hall.book_cancel_hours)
    from_when = found.begins_at - timedelta(minutes=hall.book_early_minutes)
    waits = found.state == "booked"
    return {
        "booking": found, "cancel_by": cancel_by, "from_when": from_when, "may_cancel": waits and at <= cancel_by,
        "may_arrive": waits and found.day == moments.day_of(at) and at >= from_when, "picture": picture(found.code) if waits else "",
        "on_time": found.begins_at + timedelta(minutes=hall.book_grace_minutes),
    }  # fmt: skip


@citizens
@require_POST
def booking_act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """Give the place back, or say by telephone that one has come."""
    actor, at = actor_of(request), moments.now()
    found = slots.own_booking(actor, uid)
    if action == "cancel":
        appointments.cancel(actor=actor, uid=uid, at=at)
        messages.success(request, "已取消，名额已放给别人。")
        return redirect("hall:my_bookings")
    if action != "arrive":
        raise NotFound("没有这个操作。", next_step="请从“我的预约”进入。")
    ticket = appointments.arrive(booking=found, at=at, way="phone", actor=actor)
    return redirect("hall:ticket", ticket.uid)


@citizens
@require_POST
def appeal(request: HttpRequest, ban_id: int) -> HttpResponseBase:
    """Say why one did not come."""
    actor, at = actor_of(request), moments.now()
    found = Ban.objects.filter(pk=ban_id, party=actor.home_party_id or 0).first()
    if found is None:
        raise NotFound("没有这次暂停，或者不是您本人的。", next_step="请从“我的预约”进入。")
    watching_slots.appeal(actor=actor, ban=found, text=request.POST.get("appeal", ""), at=at)
    messages.success(request, "申诉已提交，中心答复后会通知您。")
    return redirect("hall:my_bookings")
