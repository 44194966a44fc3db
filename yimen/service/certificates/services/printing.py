"""Each copy on paper is written down: which edition, the how manyth, why (reprint log)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.service.certificates import policies
from yimen.service.certificates.lifecycle import ISSUE
from yimen.service.certificates.models import Certificate, Edition, PrintRecord
from yimen.service.certificates.services.common import WrongState, locked

PRINTABLE = ("valid", "suspended")
FIRST = "首次打印"


@transaction.atomic
def record_print(*, certificate: Certificate, reason: str, actor: Actor, at: datetime, paper: str = "") -> PrintRecord:
    """One more copy of the edition in force; the first needs no reason. Raises `WrongState`, `Invalid`, `NotAllowed`."""
    row = locked(certificate)
    policies.require(actor, ISSUE, row)
    if row.state not in PRINTABLE:
        raise WrongState("这张证照现在不能打印。", next_step="挂失的请先补发；撤销、注销、过期的不再打印。")
    edition = Edition.objects.get(certificate=row, version=row.edition)
    last = PrintRecord.objects.filter(edition=edition).aggregate(last=Max("copy"))["last"] or 0
    reason = tidy(reason, "重打的原因", 200, field="reason", needed=last > 0) or FIRST
    made = PrintRecord.objects.create(
        edition=edition, copy=last + 1, reason=reason, paper=tidy(paper, "证照纸号", 40, field="paper", needed=False),
        printed_at=at, actor_uid=actor.uid, actor_name=actor.name,
    )  # fmt: skip
    audit.record(
        "certificates.print", actor=actor, target_kind="certificate", target=row.number, reason=reason,
        facts={"edition": edition.version, "copy": made.copy},
    )  # fmt: skip
    return made
