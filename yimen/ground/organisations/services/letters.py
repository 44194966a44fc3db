"""Authorisation letters (R006, R007) and seals (R008)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations.models import AuthorisationLetter, Post, Seal, SealEvent, SealUse, Unit
from yimen.ground.organisations.policies import DRAFT_LETTER, KEEP_SEALS, SIGN_LETTER, require
from yimen.ground.organisations.rules import POWERS
from yimen.ground.organisations.selectors import SealCard
from yimen.ground.organisations.services.guarding import guarded

LONGEST_YEARS = 5


@transaction.atomic
def draft_letter(
    *,
    actor: Actor,
    number: str,
    department: Unit,
    post: Post,
    powers: Iterable[str],
    valid_from: date,
    valid_to: date,
    at: datetime,
    items: Iterable[str] | None = None,
    seal: Seal | None = None,
) -> AuthorisationLetter:
    """Write a letter for the head to sign. `powers` are keys of `POWERS`; `items` implementation codes, None for all of
    the department's. The seal, when given, is the department's own."""
    require(actor, department, DRAFT_LETTER)
    if department.dissolved_on is not None:
        raise Conflict("部门已经撤销，不能再委托。", next_step="请由承接的机构委托。")
    chosen = sorted(set(powers))
    if not chosen or not set(chosen) <= POWERS.keys():
        raise Invalid("请至少选一项委托权限。", fields={"powers": "请至少选一项：受理、审核、签发决定、出件。"})
    codes = None if items is None else sorted({tidy(code, "实施编码", 40, field="items") for code in items})
    if codes == []:
        raise Invalid("请至少填一个事项编码，或选“全部事项”。", fields={"items": "请至少填一个事项编码。"})
    if valid_to < valid_from:
        raise Invalid("失效日期早于生效日期。", fields={"valid_to": "不能早于生效日期。"})
    if (valid_to - valid_from).days > LONGEST_YEARS * 366:
        raise Invalid(f"委托期限最长 {LONGEST_YEARS} 年。", fields={"valid_to": f"最长 {LONGEST_YEARS} 年。"})
    if post.abolished_on is not None:
        raise Conflict("受托岗位已经撤销。")
    if seal is not None and seal.unit_id != department.pk:
        raise Invalid("只能用本部门的印章。", fields={"seal": "请选择本部门的印章。"})
    with guarded():
        letter = AuthorisationLetter.objects.create(
            number=tidy(number, "文号", 60, field="number"),
            department=department,
            post=post,
            powers=chosen,
            items=codes,
            seal=seal,
            valid_from=valid_from,
            valid_to=valid_to,
            drafted_by=actor.uid,
            drafted_at=at,
        )
    _note("organisations.draft_letter", actor, letter, powers=chosen, valid_from=valid_from, valid_to=valid_to)
    return letter


@transaction.atomic
def discard_letter(*, actor: Actor, letter: AuthorisationLetter, at: datetime) -> None:
    """Throw away a draft."""
    require(actor, letter.department, DRAFT_LETTER)
    if not AuthorisationLetter.objects.filter(pk=letter.pk, state="draft").delete()[0]:
        raise Conflict("委托书已签署，不能删除；可以收回。")
    _note("organisations.discard_letter", actor, letter)


@transaction.atomic
def sign_letter(
    *, actor: Actor, letter: AuthorisationLetter, at: datetime, signer_title: str = ""
) -> AuthorisationLetter:
    """The department's head signs (`organisations.sign_letter`), never for himself. Of two who sign at once one wins,
    the other gets `Conflict`; so does a letter that overlaps one in force."""
    require(actor, letter.department, SIGN_LETTER)
    post = Post.objects.select_for_update(of=("self",)).get(pk=letter.post_id)
    if post.account_id is not None and post.account_id == actor.account_id:
        raise NotAllowed("不能给自己签署授权委托书。", next_step="请由部门主要负责人签署。")
    if letter.valid_to < day_of(at):
        raise Conflict("委托书的失效日期已过。", next_step="请重新起草。")
    with guarded():
        won = AuthorisationLetter.objects.filter(pk=letter.pk, state="draft").update(
            state="signed",
            signer=actor.name,
            signer_title=tidy(signer_title or actor.post, "职务", 60, needed=False),
            signed_by=actor.uid,
            signed_at=at,
            signed_on=day_of(at),
        )
    if not won:
        raise Conflict("这份委托书已经签署或收回。", next_step="请刷新页面查看。")
    letter = AuthorisationLetter.objects.select_related("department", "post", "seal").get(pk=letter.pk)
    if letter.seal is not None:
        use_seal(seal=letter.seal, actor=actor, at=at, document="授权委托书", document_number=letter.number, own=True)
    _note("organisations.sign_letter", actor, letter)
    return letter


@transaction.atomic
def revoke_letter(*, actor: Actor, letter: AuthorisationLetter, reason: str, at: datetime) -> AuthorisationLetter:
    """Take a signed letter back; decisions made under it stand, new ones are impossible with the next request."""
    require(actor, letter.department, SIGN_LETTER)
    reason = tidy(reason, "收回原因", 200, field="reason")
    if not AuthorisationLetter.objects.filter(pk=letter.pk, state="signed").update(
        state="revoked", revoked_at=at, revoked_by=actor.uid, revoked_reason=reason
    ):
        raise Conflict("这份委托书没有签署，或已经收回。", next_step="请刷新页面查看。")
    _note("organisations.revoke_letter", actor, letter, reason=reason)
    return AuthorisationLetter.objects.get(pk=letter.pk)


@transaction.atomic
def register_seal(
    *,
    actor: Actor,
    unit: Unit,
    kind: str,
    text: str,
    number: str,
    valid_from: date,
    at: datetime,
    keeper: Post | None = None,
) -> Seal:
    """Enter a seal into the register with its keeper."""
    require(actor, unit, KEEP_SEALS)
    if kind not in Seal.Kind.values:
        raise Invalid("没有这种印章。", fields={"kind": "请选择印章种类。"})
    with guarded():
        seal = Seal.objects.create(
            unit=unit,
            kind=kind,
            text=tidy(text, "印文", 60, field="text"),
            number=tidy(number, "印章编号", 20, field="number"),
            keeper=keeper,
            valid_from=valid_from,
        )
    audit.record("organisations.register_seal", actor=actor, target_kind="seal", target=str(seal.uid))
    return seal


@transaction.atomic
def end_seal(*, actor: Actor, seal: Seal, at: datetime) -> Seal:
    """Take a seal out of use from tomorrow on."""
    require(actor, seal.unit, KEEP_SEALS)
    if not Seal.objects.filter(pk=seal.pk, ended_on__isnull=True).update(ended_on=max(day_of(at), seal.valid_from)):
        raise Conflict("这枚印章已经停用。")
    SealEvent.objects.create(
        seal=seal, kind=SealEvent.Kind.ENDED, happened_at=at, actor_uid=actor.uid, actor_name=actor.name, reason="停用"
    )
    audit.record("organisations.end_seal", actor=actor, target_kind="seal", target=str(seal.uid))
    return Seal.objects.get(pk=seal.pk)


@transaction.atomic
def use_seal(
    *,
    seal: Seal,
    actor: Actor,
    at: datetime,
    document: str,
    document_number: str = "",
    letter_id: int | None = None,
    own: bool = False,
) -> SealUse:
    """Write one use of a seal, if `may_use_seal` lets it pass; raises as that does."""
    letter_id = may_use_seal(seal, actor, at, letter_id=letter_id, own=own)
    return SealUse.objects.create(
        seal=seal,
        letter_id=letter_id,
        used_at=at,
        actor_uid=actor.uid,
        actor_name=actor.name,
        actor_post=actor.post,
        document=tidy(document, "文书", 200),
        document_number=tidy(document_number, "文号", 80, needed=False),
    )


def may_use_seal(
    seal: Seal | SealCard, actor: Actor, at: datetime, *, letter_id: int | None = None, own: bool = False
) -> int | None:
    """The letter under which the actor uses the seal at this moment; None where none is needed.

    A department's approval seal needs a valid letter of that department (`letter_id`, or any that the actor has), unless
    its `own` head signs a letter; the acceptance seal is used in its own centre. Raises `NotAllowed`, and `Conflict` for a
    seal that is not in use that day.
    """
    day = day_of(at)
    if seal.valid_from > day or (seal.ended_on is not None and seal.ended_on < day):
        raise Conflict(f"“{seal.text}”当日不在启用期内，不能用印。", next_step="请联系印章管理人员。")
    if actor.kind == "system" or own:
        return letter_id
    if seal.kind == Seal.Kind.ACCEPTANCE and actor.centre_id != seal.unit_id:
        raise NotAllowed("只能在本中心使用受理专用章。")
    if seal.kind == Seal.Kind.APPROVAL:
        held = [letter for letter in actor.letters if letter.department_id == seal.unit_id]
        held = [letter for letter in held if letter_id in (None, letter.letter_id)]
        if not any(letter.valid_from <= day <= letter.valid_to for letter in held):
            raise NotAllowed(
                "没有该部门有效的授权委托书，不能使用其审批专用章。", next_step="请先由部门负责人签署授权委托书。"
            )
        return letter_id or held[0].letter_id
    return letter_id


def _note(action: str, actor: Actor, letter: AuthorisationLetter, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="letter", target=letter.number, reason=reason, facts=facts)
