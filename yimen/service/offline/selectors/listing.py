"""Lists: what came back, what waits, devices with their numbers, outages, faults."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet, Sum

from yimen.ground.identity.rules import Actor
from yimen.service.offline import policies, rules
from yimen.service.offline.models import Device, Entry, Fault, Outage


def entries(actor: Actor) -> QuerySet[Entry]:
    """The offline receipts an actor may see."""
    rows = Entry.objects.select_related("window__centre", "case__matter", "device")
    return rows.filter(policies.within(actor, *policies.SEERS))


def devices(actor: Actor) -> QuerySet[Device]:
    """The devices an actor may see, with how many numbers they hold and how many are used, and what waits."""
    rows = Device.objects.select_related("window__centre").filter(policies.within(actor, *policies.SEERS))
    return rows.annotate(
        held=Sum(F("blocks__last") - F("blocks__first") + 1, filter=Q(blocks__closed_at__isnull=True), default=0),
        used=Sum("blocks__used", filter=Q(blocks__closed_at__isnull=True), default=0),
    )


def outages(actor: Actor) -> QuerySet[Outage]:
    """Times without network, each with its receipts: all, merged, waiting."""
    rows = Outage.objects.select_related("device__window__centre")
    return rows.filter(policies.within(actor, *policies.SEERS, window="device__window")).annotate(
        receipts=Count("entries"),
        merged=Count("entries", filter=Q(entries__state="merged")),
        waiting=Count("entries", filter=Q(entries__state="waiting")),
        ended=Count("entries", filter=Q(entries__state__in=("declined", "voided"))),
    )


def faults(actor: Actor) -> QuerySet[Fault]:
    """Journals that were refused."""
    rows = Fault.objects.select_related("device__window__centre")
    return rows.filter(policies.within(actor, policies.MANAGE, policies.VIEW, window="device__window"))


def entry_of_case(case_id: int) -> Entry | None:
    """The offline receipt a case came from."""
    return Entry.objects.select_related("device").filter(case=case_id).first()


def by_proof(number: str, code: str) -> Entry | None:
    """The receipt with this number and proof code; None where they do not belong together."""
    found = Entry.objects.select_related("window__centre", "case__matter").filter(number=number).first()
    return found if found is not None and rules.proof_code(found.link) == code else None
