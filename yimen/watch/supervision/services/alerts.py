"""Raising an alert: one for each rule, object and due moment, with its evidence, to whoever is responsible (R216)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import numbering
from yimen.ground.kit.moments import local
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters import services as matters
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision.events import AlertRaised
from yimen.watch.supervision.lifecycle import ALERT, RAISE
from yimen.watch.supervision.models import Alert, RuleVersion, Terms, Violation

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter
    from yimen.ground.organisations.models import Unit, Window

LAW = "本地监察工作时限设定"


class AlreadyRaised(Conflict):
    """The same finding has its alert."""

    code = "already_raised"


@dataclass(frozen=True, slots=True)
class Found:
    """A finding before it becomes an alert. `key` names rule, object and moment; `person` is (account id, name)."""

    key: str
    text: str
    level: str
    violation: str
    department_id: int
    since: datetime
    about: Matter | None = None
    person: tuple[int, str] | None = None
    window: Window | None = None
    per: str = "person"
    version: RuleVersion | None = None
    clock_seq: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def terms_now() -> Terms:
    """The limits as they are set; the defaults where nobody set them."""
    return Terms.objects.order_by("pk").first() or Terms()


def clock(name: str, terms: Terms) -> ClockStart:
    """One clock of this procedure as it is set."""
    limit = {
        "explaining": terms.explain_workdays,
        "judging": terms.judge_workdays,
        "appealing": terms.appeal_workdays,
        "reviewing": terms.review_workdays,
    }[name]
    return ClockStart(name=name, limit=limit, law=LAW)


def detect(found: Found, at: datetime) -> Alert | None:
    """Raise what a rule found; None where it has its alert already, also where two found it at once."""
    if Alert.objects.filter(key=found.key).exists():
        return None
    try:
        with transaction.atomic():
            return _open(found, "detect", SYSTEM, at, {})
    except IntegrityError:
        if Alert.objects.filter(key=found.key).exists():
            return None
        raise


@transaction.atomic
def raise_alert(
    *, actor: Actor, violation: str, text: str, at: datetime, level: str = "notice", about: Matter | None = None,
    unit: Unit | None = None, window: Window | None = None, to_person: bool = True,
) -> Alert:  # fmt: skip
    """A supervisor's own finding, about a matter or about a unit. Raises `NotAllowed`, `Invalid`, `AlreadyRaised`."""
    require_permission(actor, RAISE)
    text = text.strip()
    if len(text) < 5:
        raise Invalid("请写明发现了什么问题。", fields={"text": "至少写 5 个字：时间、地点、事实"})
    if not Violation.objects.filter(code=violation, in_use=True).exists():
        raise Invalid("没有这种违规行为。", fields={"violation": "请重新选择"})
    if level not in (RuleVersion.Level.NOTICE, RuleVersion.Level.YELLOW, RuleVersion.Level.RED):
        raise Invalid("没有这种处置。", fields={"level": "请重新选择"})
    if about is None and unit is None and window is None:
        raise Invalid("请写明是哪件事、哪个单位或哪个窗口。", fields={"unit": "请选择责任单位，或填写办件编号"})
    person = (about.person_id, about.person_name) if about is not None and to_person and about.person_id else None
    where = about.department_id if about is not None else unit.pk if unit is not None else 0
    if window is not None and not where:
        where = window.centre_id
    subject = f"matter:{about.pk}" if about is not None else f"unit:{where}:{window.pk if window else 0}"
    found = Found(
        key=f"hand:{actor.uid}:{subject}:{violation}:{local(at):%Y%m%d%H%M}", text=text[:500], level=level,
        violation=violation, department_id=where, since=at, about=about, person=person, window=window,
        per="person" if person else "window" if window is not None else "unit", evidence={"said": text[:500]},
    )  # fmt: skip
    if Alert.objects.filter(key=found.key).exists():
        raise AlreadyRaised("刚才已经发出同样的预警。", next_step="请从预警清单查看。")
    return _open(found, "raise", actor, at, {"reason": text[:500]})


def _open(found: Found, action: str, actor: Actor, at: datetime, facts: Mapping[str, Any]) -> Alert:
    hall = organisations.hall_of_department(found.department_id)
    centre = found.about.centre_id if found.about is not None else hall.centre_id
    division = found.about.division_id if found.about is not None else hall.division
    window = found.window or (found.about.window if found.about is not None and found.about.window_id else None)
    name = Violation.objects.values_list("name", flat=True).get(code=found.violation)
    rule = found.version.label if found.version is not None else name
    code = numbering.place_number("JC", division, at)
    title = f"{rule}：{found.about.title if found.about is not None else found.text}"
    opened = matters.open_matter(
        procedure=ALERT.name, action=action, code=code, title=title[:200],
        subject="", actor=actor, at=at, applicant_id=None, applicant_name="", department_id=found.department_id,
        centre_id=centre, division=division, channel="web", window_id=window.pk if window is not None else None,
        clock=clock("explaining", terms_now()), facts={"rule": rule, "about": found.about.code if found.about else "", **facts},
        events=[AlertRaised(code=code, at=at)],
    )  # fmt: skip
    person_id, person_name = found.person or (None, "")
    return Alert.objects.create(
        matter_id=opened.matter_id, key=found.key, source="rule" if action == "detect" else "hand", version=found.version,
        level=found.level, violation_id=found.violation, about=found.about, clock_seq=found.clock_seq,
        department_id=found.department_id, person_id=person_id, person_name=person_name, window=window,
        per=found.per if found.per != "person" or person_id else "unit", text=found.text[:500],
        evidence=dict(found.evidence), since=found.since, found_at=at,
    )  # fmt: skip
