"""Publishing the texts of the four rules (R221)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.kit.text import clean_text
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.models import SupervisionPaper
from yimen.watch.efficiency.papers import SUBJECTS

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile


@transaction.atomic
def publish_paper(
    *, actor: Actor, subject: str, title: str, number: str, in_force_from: date, text: str, at: datetime,
    file: StoredFile | None = None,
) -> SupervisionPaper:  # fmt: skip
    """Publish the next version of a rule; it holds from its day on, the one before until then.

    Raises `NotAllowed`, `Invalid`, `Conflict`.
    """
    require_permission(actor, policies.PAPERS)
    if subject not in SUBJECTS:
        raise Invalid("请选择是哪项制度。", fields={"subject": "请选择"})
    text = clean_text(text, label="正文", limit=50_000)
    if len(text) < 10:
        raise Invalid("请写制度正文。", fields={"text": "至少 10 个字；全文可以另附文件"})
    last = SupervisionPaper.objects.filter(subject=subject).order_by("-version").first()
    if last is not None and in_force_from < last.in_force_from:
        raise Invalid(
            "新版本不能早于上一版施行。", fields={"in_force_from": f"不早于 {last.in_force_from.isoformat()}"}
        )
    version = (SupervisionPaper.objects.filter(subject=subject).aggregate(most=Max("version"))["most"] or 0) + 1
    try:
        with transaction.atomic():
            made = SupervisionPaper.objects.create(
                subject=subject, version=version, title=tidy(title, "标题", 200, field="title"),
                number=tidy(number, "文号", 100, field="number"), in_force_from=in_force_from, text=text, file=file,
                published_at=at, published_by=actor.name,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("刚才有人公布了新的一版。", next_step="请刷新页面，看过那一版再公布。") from None
    audit.record(
        "efficiency.publish_paper", actor=actor, target_kind="paper", target=f"{subject} {version}",
        facts={"number": made.number, "in_force_from": in_force_from.isoformat()},
    )  # fmt: skip
    return made
