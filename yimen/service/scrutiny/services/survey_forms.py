"""The forms of surveys: what is asked on the spot, by item, in versions (R071)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.scrutiny import policies, rules_surveys
from yimen.service.scrutiny.models import SurveyForm

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem

DEFAULT_TITLE = "现场踏勘表（通用）"


class FormChanged(Conflict):
    """Somebody else made a version meanwhile."""

    code = "survey_form_changed"


def newest(item_id: int | None) -> SurveyForm | None:
    """The newest version for this item alone, or of the default (`item_id` None)."""
    return SurveyForm.objects.filter(item=item_id).order_by("-version").first()


def held_form(item_id: int | None, at: datetime) -> SurveyForm:
    """What is asked about this item now: its own form, else the default; the one that comes with the system is not kept yet."""
    own = newest(item_id) if item_id is not None else None
    if own is not None and own.questions:
        return own
    return newest(None) or SurveyForm(
        version=1,
        title=DEFAULT_TITLE,
        questions=rules_surveys.as_data(rules_surveys.DEFAULT),
        made_by="系统",
        made_at=at,
    )


def standing_form(item_id: int, at: datetime) -> SurveyForm:
    """The same, kept: the default is made when it is first needed."""
    held = held_form(item_id, at)
    if held.pk is not None:
        return held
    made, _ = SurveyForm.objects.get_or_create(
        item=None, version=1,
        defaults={"title": DEFAULT_TITLE, "questions": rules_surveys.as_data(rules_surveys.DEFAULT), "made_by": "系统",
                  "made_at": at},
    )  # fmt: skip
    return made


def may_edit(actor: Actor, item: ServiceItem | None) -> bool:
    """Whether the actor edits the form of this item; the default is the centre's."""
    for held in actor.held(policies.FORMS):
        if held.scope in ("all", "centre"):
            return True
        if item is not None and item.department_id == (held.scope_id or actor.department_id):
            return True
    return actor.kind == "system"


def save_survey_form(
    *, item: ServiceItem | None, title: str, rows: Sequence[Mapping[str, Any]], reason: str, seen: int, actor: Actor,
    at: datetime,
) -> SurveyForm:  # fmt: skip
    """Make the next version; records begun keep theirs. `seen` is the version the page showed (0: none). No questions: the default.

    Raises `NotAllowed`, `Invalid` (with fields by row), `FormChanged`.
    """
    if not may_edit(actor, item):
        raise NotAllowed("您没有编辑这张踏勘表的权限。", next_step="事项的踏勘表由其部门编辑，通用的由中心编辑。")
    questions = rules_surveys.read_questions(rows)
    if item is None and not questions:
        raise Invalid("通用的踏勘表至少要有一个问题。", fields={"label-0": "请填写问题。"})
    if not title.strip():
        raise Invalid("请填写名称。", fields={"title": "请填写名称。"})
    if seen and not reason.strip():
        raise Invalid("请写明为什么修改。", fields={"reason": "请写明为什么修改。"})
    held = newest(item.pk if item else None)
    stale = FormChanged("这张表刚刚有了新的一版。", next_step="请刷新页面，看过新的一版再修改。")
    if (held.version if held else 0) != seen:
        raise stale
    try:
        with transaction.atomic():
            made = SurveyForm.objects.create(
                item=item, version=seen + 1, title=title.strip()[:100], questions=rules_surveys.as_data(questions),
                reason=reason.strip()[:300], made_by=f"{actor.department} {actor.name}".strip(), made_at=at,
            )  # fmt: skip
            audit.record(
                "scrutiny.save_survey_form",
                actor=actor,
                target_kind="survey_form",
                target=f"{item.code if item else '通用'} v{made.version}",
            )
    except IntegrityError:
        raise stale from None
    return made
