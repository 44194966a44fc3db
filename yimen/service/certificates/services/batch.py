"""Issue all that wait of a type, with their files: one transaction a certificate.

Nothing is remembered of a batch but what it did: a certificate that was made waits no longer and a file that was drawn is there.
So a batch that was killed is begun again and goes on where it stood, two at once take turns, and none is made twice. Why one
could not be made stands on it (`lacking`), and the next batch tries it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.refusals import Refusal
from yimen.service.certificates.models import Certificate, CertificateFile, CertificateType, Edition
from yimen.service.certificates.selectors.listing import case_of, known_of
from yimen.service.certificates.services.common import WrongState
from yimen.service.certificates.services.files import file_of
from yimen.service.certificates.services.issuing import issue, suggested

FORMS = ("pdf", "ofd")
AT_ONCE = 200
"""Rows read at a time."""


@dataclass
class Batch:
    """What was done: certificates made, files drawn, and (holder or number, why) of those that were not."""

    issued: int = 0
    drawn: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def issue_waiting(
    kind: CertificateType,
    *,
    clock: Callable[[], datetime],
    limit: int = 0,
    say: Callable[[Batch], None] = lambda done: None,
) -> Batch:
    """Make every certificate of the type that waits (`limit`: at most so many, 0 all) and draw the files that are not there
    yet; `clock` gives the moment of each, `say` hears how far it is."""
    done = Batch()
    for draft in _waiting(kind, limit):
        _make(draft, done, clock())
        say(done)
    for edition in _undrawn(kind):
        for form in FORMS:
            if not CertificateFile.objects.filter(edition=edition, form=form).exists():
                file_of(edition, form, clock())
                done.drawn += 1
        say(done)
    return done


def _make(draft: Certificate, done: Batch, at: datetime) -> None:
    try:
        values = suggested(draft.type, draft.holder, known_of(case_of(draft)))
        issue(certificate=draft, values=values, actor=SYSTEM, at=at)
    except WrongState:
        return  # somebody made or discarded it meanwhile
    except Refusal as refusal:
        Certificate.objects.filter(pk=draft.pk, state="draft").update(lacking=refusal.message[:300])
        done.failed.append((draft.matter.code if draft.matter else draft.holder.name, refusal.message))
        return
    done.issued += 1


def _waiting(kind: CertificateType, limit: int) -> Iterator[Certificate]:
    """The drafts of the type, the oldest first, those that are made meanwhile left out; each is met once."""
    last, left = 0, limit or 10_000_000
    rows = Certificate.objects.filter(type=kind, state="draft").select_related("type", "holder", "issuer", "matter")
    while left and (some := list(rows.filter(pk__gt=last).order_by("pk")[: min(AT_ONCE, left)])):
        yield from some
        last, left = some[-1].pk, left - len(some)


def _undrawn(kind: CertificateType) -> Iterator[Edition]:
    """The editions in force of the type that lack a file."""
    last = 0
    rows = (
        Edition.objects.filter(certificate__type=kind, certificate__state="valid", version=F("certificate__edition"))
        .annotate(drawn=Count("files"))
        .filter(drawn__lt=len(FORMS))
        .select_related("seal__unit")
        .order_by("pk")
    )
    while some := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield from some
        last = some[-1].pk
