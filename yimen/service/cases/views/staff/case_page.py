"""One case on one page: what it is, what is in it, what may be done next, and why the date is the date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.lifecycle import StepRule
from yimen.ground.matters.policies import may
from yimen.service.cases import rules, telling
from yimen.service.cases import selectors as cases
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases.editions import EditionCard
from yimen.service.cases.lifecycle_asides import ASK, HOLD_HEARING
from yimen.service.cases.marks import has_mark
from yimen.service.cases.models import Case, CaseMaterial, Opinion
from yimen.service.cases.policies import may_judge
from yimen.service.cases.selectors import access_case, edition_of, kind_label, materials_of, opinions_of
from yimen.service.cases.selectors_revoking import last_revocation, may_propose
from yimen.service.cases.services.extending import ACTIONS, extension_terms
from yimen.service.cases.services.hearings import STATES as HEARD_IN
from yimen.service.cases.services.hearings import WITH_HEARINGS
from yimen.service.cases.services.opinions import ASKING
from yimen.service.cases.services.renewing import asked_in_time
from yimen.service.cases.views.staff import facts, thread
from yimen.service.cases.views.staff.acts import ACTS, Act, form_for, spoken_act
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.boxes import open_boxes
from yimen.service.cases.views.staff.papers import papers_of
from yimen.service.cases.views.staff.paths import more_of, path_of

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.matters.models import Matter

FULL_WIDTH = ("refuse",)
"""Buttons that stand alone in a row, though they are not the first."""


@dataclass(frozen=True, slots=True)
class Button:
    """One act on the page: its rule, how it is asked for, and why it cannot be pressed now."""

    rule: StepRule
    act: Act
    url: str
    closed_because: str = ""
    primary: bool = False
    form: Any = None

    @property
    def ident(self) -> str:
        """The dialog's id."""
        return f"ask-{self.rule.action}"


@dataclass(frozen=True, slots=True)
class Buttons:
    """The panel of next steps: one first, wide ones, then the small ones in pairs."""

    first: Button | None = None
    wide: Sequence[Button] = field(default_factory=list)
    small: Sequence[Button] = field(default_factory=list)

    def __iter__(self) -> Any:
        return iter([each for each in (self.first, *self.wide, *self.small) if each is not None])


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """A material with how it stands and what the actor may do to it."""

    material: CaseMaterial
    files: Sequence[Any]
    source: str
    settled: bool
    good: bool
    first_open: bool


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """The page of a case."""
    return case_page(request, code)


def case_page(
    request: HttpRequest, code: str, *, revealed: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a case, with the covered values that were just revealed laid open."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    matter, edition = case.matter, edition_of(case)
    materials, opinions = list(materials_of(case)), list(opinions_of(case))
    steps = matters.timeline(matter)
    explanation = matters.explain(matter)
    shown = facts.of(case, edition, actor, revealed or {})
    today = moments.day_of(at)
    papers = papers_of(case)
    buttons, writing = _buttons(case, edition, materials, actor, at)
    before, after = neighbours(actor, case)
    mine = matter.person_id is not None and matter.person_id == actor.account_id
    # Whoever asks others or holds a hearing holds the decision until it is over: a case that was never held has neither.
    beside = any(step.action == "place_hold" for step in steps)
    context = {
        "case": case,
        "matter": matter,
        "edition": edition,
        "short": rules.short_code(matter.code),
        "state": matters.procedure_of(matter).state(matter.state),
        "clock": matters.clock_face(matter, at),
        "kind_label": kind_label(case.matter.centre_id, case.kind),
        "form_version": case.form_version.rpartition("/")[2],
        "links": thread.links(case, steps, edition, at),
        "materials": material_rows(materials),
        "checked": sum(1 for each in materials if each.state in SETTLED),
        "may_check": may_judge(actor, case.matter),
        "open_count": sum(1 for each in materials if each.state == CaseMaterial.State.PROVIDED),
        "facts": shown,
        "reveals": [fact for fact in shown.all() if fact.field] if shown.may_reveal else [],
        "opinions": [_opinion(each, edition.power.say) for each in opinions],
        "opinion_form": writing,
        "buttons": buttons,
        "dialogs": [each for each in buttons if each.act.dialog and not each.closed_because and not each.act.direct],
        "claim": _claim(case, actor, at),
        "hand_over": _hand_over(case, actor, at),
        "across": _across(case, actor, at),
        "path": path_of(case, at),
        "more": more_of(case, actor),
        "came": matters.effect_standing(matter) if any(step.action in EFFECT_STEPS for step in steps) else None,
        "undo": _undo(matter, actor),
        "renewal_in_time": case.renewal_asked_by and asked_in_time(case, matter.opened_at),
        "comes": matters.takes_effect_at(matter),
        "mine": mine,
        "asked_others": list(asides.requests_of(case)) if beside else [],
        "may_ask": matter.state in ASKING and may(actor, ASK, matter),
        "hearings": list(asides.hearings_of(case)) if beside else [],
        "may_hear": matter.state in HEARD_IN
        and matter.procedure_version >= WITH_HEARINGS
        and may(actor, HOLD_HEARING, matter),
        "revocation": (revocation := last_revocation(case)),
        "may_revoke": may_propose(actor, matter, case, revocation),
        "special_over": _special_over(case, at),
        "reminders": list(cases.reminders_of(case)),
        "may_urge": matter.closed_at is None and matter.stopped_since is None and may(actor, "cases.urge", matter),
        "holds": list(matters.open_holds(matter)),
        "account": explanation.current,
        "used": telling.used_of(explanation.current, telling.book(explanation, today), today),
        "skipped": _skipped(explanation),
        "spent": explanation.durations(at),
        "date_changes": matters.deadline_history(matter),
        "entries": thread.entries(case, steps, papers, at),
        "papers": papers,
        "before": before,
        "after": after,
        "print_first": next((paper for paper in reversed(papers) if paper.fresh(at)), None),
    }
    return render(request, "cases/staff/case.html", context, status=status)


EFFECT_STEPS = frozenset({"deem_accepted", "deem_renewed", "deem_abandoned"})
"""Steps by which the law acted."""
UNDOING = {"reviewing": "undo_deemed", "granted": "undo_renewed", "abandoned": "undo_abandoned"}
"""What takes back the effect under which a case stands in a state."""


def _special_over(case: Case, at: datetime) -> int:
    """By how many working days a special procedure has overrun the time that was told for it; 0 for none."""
    matter = case.matter
    if matter.state != "suspended" or case.special_until is None:
        return 0
    calendar = work_calendar().at(matter.division_id, matter.centre_id)
    today = moments.day_of(at)
    return calendar.workdays_between(case.special_until, today) if today > case.special_until else 0


def _undo(matter: Matter, actor: Actor) -> str:
    """The step by which this actor may take back the effect that came; empty for none."""
    action = UNDOING.get(matter.state, "")
    open_now = action and matters.procedure_of(matter).knows(action) and may(actor, "cases.undo_effect", matter)
    return action if open_now else ""


SETTLED = (CaseMaterial.State.ACCEPTED, CaseMaterial.State.PAPER, CaseMaterial.State.EXEMPT)


# --- Materials


def material_rows(materials: Sequence[CaseMaterial]) -> list[MaterialRow]:
    """Materials in order; the first that nobody has judged is marked, since the keys act on it."""
    rows: list[MaterialRow] = []
    found = False
    for each in materials:
        settled = each.state in SETTLED or each.state == CaseMaterial.State.RETURNED
        first = each.state == CaseMaterial.State.PROVIDED and not found
        found = found or first
        rows.append(MaterialRow(each, list(each.files.all()), _source(each), settled, each.state in SETTLED, first))
    return rows


def _source(material: CaseMaterial) -> str:
    match material.state:
        case CaseMaterial.State.EXEMPT:
            return "免提交，由本中心核验"
        case CaseMaterial.State.PAPER:
            return "窗口收取纸质件"
        case CaseMaterial.State.MISSING:
            return "必须提交" if material.required else "可以不交"
    files = material.files.all()
    if any(hasattr(each, "spared") for each in files):
        return "免提交：由电子证照代替"
    return "已上传" if files else "已交"


# --- Buttons


def _buttons(
    case: Case, edition: EditionCard, materials: Sequence[CaseMaterial], actor: Actor, at: datetime
) -> tuple[Buttons, Any]:
    """The panel, and apart from it the form for an opinion, which stands with the opinions."""
    found: list[Button] = []
    writing = None
    for step in matters.next_steps(case.matter, actor, moments.day_of(at)):
        rule = step.rule
        act = spoken_act(case, rule.action) if rule.action in ACTS else None
        if act is None or (rule.action == "grant_at_once" and not decided_at_once(case)):
            continue
        if step.closed_because and not may(actor, rule.permission, case.matter):
            continue  # not this actor's affair at all; what only lacks a letter or waits for a hold is shown with its reason
        if rule.action == "record_survey":
            continue  # a survey is appointed, filled in on the spot and signed (`scrutiny`); this step follows from it
        if rule.action == "record_opinion":
            if not step.closed_because:
                writing = form_for(rule.action, case, actor, at)
            continue
        why = step.closed_because or closed_by_case(rule.action, case, edition, materials)
        url = reverse("cases:desk_act", args=[case.matter.code, rule.action])
        form = form_for(rule.action, case, actor, at) if act.dialog and not why else None
        found.append(Button(rule, act, url, why, form=form))
    if not found:
        return Buttons(), writing
    # The first in the order of the procedure is the one that moves the case on; it stays first while it is closed,
    # because why it is closed is what one must know. What only ends the case is never the first.
    usual = "grant_at_once" if decided_at_once(case) else found[0].rule.action
    first = next((each for each in found if each.rule.action == usual and not each.rule.danger), None)
    if first is None and not found[0].rule.danger:
        first = found[0]
    rest = [each for each in found if each is not first]
    if first is not None:
        first = replace(first, primary=True)
    return Buttons(
        first,
        [each for each in rest if each.rule.action in FULL_WIDTH],
        [each for each in rest if each.rule.action not in FULL_WIDTH],
    ), writing


def decided_at_once(case: Case) -> bool:
    """即办件, and what was promised instead of proved (R050, R069)."""
    return case.kind == rules.IMMEDIATE or has_mark(case.marks, "promised")


def closed_by_case(action: str, case: Case, edition: EditionCard, materials: Sequence[CaseMaterial]) -> str:
    """What in the case itself stands against an act; the services refuse for the same reasons."""
    lines = [rules.MaterialLine(each.order, each.name, each.required, each.state) for each in materials]
    match action:
        case "accept":
            lacking = rules.lacking(lines)
            return f"还有 {len(lacking)} 份必须提交的材料不齐，请一次告知补正。" if lacking else ""
        case "pass_review" | "grant_at_once":
            left = rules.unchecked(lines)
            return f"还有 {len(left)} 份材料没核对。" if left else ""
        case "request_correction" | "request_review_correction":
            once = "已经一次告知过补正内容，不能再告知第二次（《行政许可法》第三十二条）。"
            return edition.power.say(once) if case.corrections else ""
        case "extend_limit" | "extend_joint":
            if case.extended_days:
                return f"已经延长过 {case.extended_days} 个工作日，只能延长一次。"
            terms = extension_terms(case.item_id, case.kind)
            return "" if ACTIONS[terms.by] == action else f"由{terms.approver}批准（{terms.law}）。"
        case "refuse":
            known = edition.review_body and edition.suit_court
            return "" if known else "实施清单没有写明复议机关和诉讼法院，不能作出不予决定；请事项管理员补齐。"
    return ""


def _claim(case: Case, actor: Actor, at: datetime) -> str:
    """`claim`, `release` or nothing: what the actor may do about whose case this is."""
    matter = case.matter
    if matter.closed_at is not None or not may(actor, "matters.claim", matter):
        return ""
    if matter.person_id is None:
        return "claim"
    return "release" if matter.person_id == actor.account_id else ""


def _hand_over(case: Case, actor: Actor, at: datetime) -> Button | None:
    matter = case.matter
    if matter.closed_at is not None or not may(actor, "matters.hand_over", matter):
        return None
    rule = matters.procedure_of(matter).step("hand_over")
    url = reverse("cases:desk_act", args=[matter.code, "hand_over"])
    return Button(rule, ACTS["hand_over"], url, form=form_for("hand_over", case, actor, at))


def _across(case: Case, actor: Actor, at: datetime) -> Button | None:
    matter = case.matter
    table = matters.procedure_of(matter)
    rule = table.step("hand_across")
    if matter.state not in table.origins(rule) or not may(actor, rule.permission, matter):
        return None
    form = form_for("hand_across", case, actor, at)
    if len(form.fields["to"].choices) < 2:  # type: ignore[attr-defined]  # a choice field
        return None  # nobody of another tier answers to this department
    url = reverse("cases:desk_act", args=[matter.code, "hand_across"])
    return Button(rule, ACTS["hand_across"], url, form=form)


# --- Opinions, clock, neighbours


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    """An opinion as it is read."""

    kind: str
    people: str
    conclusion: str
    text: str
    written_at: datetime
    files: Sequence[StoredFile]


CONCLUSIONS = {
    "agree": "同意", "disagree": "不同意", "note": "", "grant": "建议准予", "refuse": "建议不予",
    "pass": "符合", "rectify": "整改后复查", "fail": "不符合", "granted": "准予", "refused": "不予",
}  # fmt: skip


def _opinion(opinion: Opinion, say: Callable[[str], str]) -> ShownOpinion:
    return ShownOpinion(
        kind=opinion.get_kind_display(),
        people=opinion.people or opinion.author,
        conclusion=say(CONCLUSIONS.get(opinion.conclusion, opinion.conclusion)),
        text=opinion.text,
        written_at=opinion.written_at,
        files=list(opinion.files.all()),
    )


def _skipped(explanation: matters.Explanation) -> str:
    """Which days off the running clock has passed over, `中秋、国庆、周末`."""
    account = explanation.current
    derivation = (account.promised or account.legal) if account else None
    if derivation is None:
        return ""
    reasons = [run.why.removesuffix("放假") for run in derivation.runs() if run.rule == "day_off"]
    return "、".join(dict.fromkeys(reasons))


def neighbours(actor: Actor, case: Case) -> tuple[str, str]:
    """Addresses of the case before and after this one in the actor's usual box; empty where there is none."""
    boxes, matter = open_boxes(actor), case.matter
    if not boxes or matter.closed_at is not None:
        return "", ""
    found = cases.box(actor, boxes[0])
    # Equal due moments are told apart by id, exactly as the inbox sorts them.
    level = Q(sort_at=matter.sort_at)
    earlier = found.filter(Q(sort_at__lt=matter.sort_at) | level & Q(pk__lt=matter.pk), sort_at__lte=matter.sort_at)
    later = found.filter(Q(sort_at__gt=matter.sort_at) | level & Q(pk__gt=matter.pk), sort_at__gte=matter.sort_at)
    before = earlier.order_by("-sort_at", "-id").values_list("code", flat=True).first()
    after = later.values_list("code", flat=True).first()
    return _url(before), _url(after)


def _url(code: str | None) -> str:
    return reverse("cases:desk_case", args=[code]) if code else ""


def require_may_check(actor: Actor, case: Case) -> None:
    """Raise `NotAllowed` where the actor does not judge materials of this case now."""
    if not may_judge(actor, case.matter):
        raise NotAllowed("现在不能核对这件办件的材料。", next_step="待受理时由窗口核对，审查中由审查人员核对。")
