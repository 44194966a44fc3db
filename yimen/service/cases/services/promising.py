"""告知承诺 (R069): a signed promise stands for named materials, the decision is made at once, the truth is checked afterwards."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.services import Taken, take_step
from yimen.service.cases import rules
from yimen.service.cases.events import PromiseChecked
from yimen.service.cases.models import Case, CaseMaterial, ItemPathTerms, SignedPromise
from yimen.service.cases.selectors_paths import bar_of
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.priority import set_mark


class NoPromiseHere(Conflict):
    """The item lets no lacking material be replaced by a promise."""

    code = "no_promise_here"


class PromisedAlready(Conflict):
    """The promise is signed."""

    code = "promised_already"


class PromiseBarred(Conflict):
    """Whoever promised what was not true is not offered a promise for a time (国办发〔2020〕42号)."""

    code = "promise_barred"


class CheckedAlready(Conflict):
    """The promise was checked."""

    code = "checked_already"


def promisable(found: OpenCase) -> tuple[ItemPathTerms | None, list[rules.MaterialLine]]:
    """The item's terms and the lacking materials that a promise may stand for."""
    terms = ItemPathTerms.objects.filter(pk=found.case.item_id).first()
    names = set(terms.by_promise) if terms else set()
    return terms, [line for line in rules.lacking(found.lines()) if line.name in names]


def sign_promise(*, code: str, signer: str, agreed: bool, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Sign the item's promise in one's own name; the lacking materials it stands for need not be handed in.

    At the window staff enter what was signed on paper before them. Raises `NoPromiseHere`, `PromisedAlready`, `Invalid`.
    """
    name = tidy(signer, "签署人", 100, field="signer")
    if not agreed:
        raise Invalid("请先阅读并同意承诺内容。", fields={"agreed": "同意才能签署；不同意的，请提交材料。"})
    with transaction.atomic():
        found = open_case(code)
        found.admit("sign_promise", actor, at, seen)
        bar = bar_of(found.party.id, day_of(at))
        if bar is not None:
            raise PromiseBarred(
                f"因以前的承诺不属实，{say_date(bar.until)} 以前不适用告知承诺。", next_step="请按清单提交材料。"
            )
        terms, lines = promisable(found)
        if terms is None or not lines:
            raise NoPromiseHere("这件办件没有可以承诺代替的材料。", next_step="请按清单提交材料。")
        letter = issue(
            "promise_letter", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, promise=terms.promise_text, signer=name,
            items=[{"order": line.order, "name": line.name, "problem": "以承诺代替"} for line in lines],
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action="sign_promise", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": f"{name}承诺代替：" + "、".join(line.name for line in lines)}, documents=[letter.code],
        )  # fmt: skip
        try:
            with transaction.atomic():
                SignedPromise.objects.create(
                    case_id=found.matter_id, materials=[[line.order, line.name] for line in lines], text=terms.promise_text,
                    signer=name, signed_at=at,
                )  # fmt: skip
        except IntegrityError as refused:
            raise PromisedAlready("承诺书已经签过了。", next_step="请刷新页面。") from refused
        CaseMaterial.objects.filter(case=found.matter_id, order__in=[line.order for line in lines]).update(
            state=CaseMaterial.State.PROMISED, note="以书面承诺代替"
        )
        set_mark(found.matter_id, "promised")
        return taken


def note_decided(matter_id: int, at: datetime) -> None:
    """From the decision on the days until the check are counted. Twice does no harm."""
    held = (
        SignedPromise.objects.filter(case=matter_id, check_due_on__isnull=True).select_related("case__matter").first()
    )
    if held is None:
        return
    case: Case = held.case
    terms = ItemPathTerms.objects.filter(pk=case.item_id).first()
    calendar = work_calendar().at(case.matter.division_id, case.matter.centre_id)
    days = terms.check_workdays if terms else ItemPathTerms._meta.get_field("check_workdays").default
    SignedPromise.objects.filter(pk=held.pk).update(check_due_on=calendar.nth_workday_after(day_of(at), days))


def check_promise(
    *, code: str, outcome: str, found_out: str, actor: Actor, at: datetime, proposal: str = "", seen: int | None = None
) -> Taken:
    """Write down what the later check found. A broken promise needs the proposal: revoke, set right (行政许可法第六十九条).

    Raises `CheckedAlready`, `Invalid`.
    """
    if outcome not in SignedPromise.Outcome.values:
        raise Invalid("请选择核查结论。", fields={"outcome": "属实或不属实。"})
    words = found_out.strip()[:2000]
    if not words:
        raise Invalid("请写明核查情况。", fields={"found_out": "怎样核查的、看到什么。"})
    proposal = proposal.strip()[:2000]
    if outcome == SignedPromise.Outcome.BROKEN and not proposal:
        raise Invalid(
            "承诺不属实的，要提出处理建议。", fields={"proposal": "例如：限期整改；以欺骗手段取得的，建议撤销决定。"}
        )
    with transaction.atomic():
        found = open_case(code)
        found.admit("check_promise", actor, at, seen)
        checked = SignedPromise.objects.filter(case=found.matter_id, checked_at__isnull=True).update(
            outcome=outcome, found=words, proposal=proposal, checked_at=at,
            checked_by=f"{actor.department} {actor.name}".strip(),
        )  # fmt: skip
        if not checked:
            raise CheckedAlready("这份承诺已经核查过，或者没有签过承诺。", next_step="请刷新页面。")
        return take_step(
            matter=found.matter_id, action="check_promise", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": words, "outcome": outcome, "proposal": proposal},
            events=[PromiseChecked(matter_id=found.matter_id, code=found.code, outcome=outcome, at=at)],
        )  # fmt: skip
