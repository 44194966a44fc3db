"""Check-in at the kiosk: the code or the card of somebody with an appointment becomes a ticket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments, ratelimit
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.refusals import Refusal
from yimen.service.hall.forms import ArriveForm
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import booking as appointments
from yimen.service.hall.views.asking import staff_of
from yimen.service.hall.views.kiosk import who_prints


@public
def arrive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """For the kiosk and reception alone: type the code or put the card on the reader, and the ticket is printed."""
    at, hall = moments.now(), queue.hall_by_slug(slug)
    device, reception = who_prints(request, hall)
    form, status = ArriveForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        ratelimit.limit(f"hall.arrive:{device.uid if device else client_address(request)}", capacity=30, per_second=0.5)
        if form.is_valid():
            said = form.cleaned_data
            try:
                booking = appointments.find_at_hall(hall, said["code"], said["id_number"], at)
                way = "staff" if reception else "kiosk"
                ticket = appointments.arrive(
                    booking=booking, at=at, way=way, actor=staff_of(request), device=device, paper=True
                )
            except Refusal as refusal:
                refusal.fields = {"code": f"{refusal.message}{refusal.next_step}"}
                refuse_form(form, refusal)
                status = refusal.status
            else:
                return redirect("hall:slip", hall.slug, ticket.uid)
    context = {"hall": hall, "form": form, "low": request.GET.get("low") == "1"}
    return render(request, "hall/arrive.html", context, status=status)
