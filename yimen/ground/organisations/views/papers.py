"""Authorisation letters and seals."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.policies import fresh_factor, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import policies, services
from yimen.ground.organisations.models import AuthorisationLetter, Seal, SealUse, Unit
from yimen.ground.organisations.policies import (
    DRAFT_LETTER,
    KEEP_SEALS,
    MANAGE,
    SIGN_LETTER,
    access_letter,
    access_unit,
)
from yimen.ground.organisations.selectors.history import course_of, name_on
from yimen.ground.organisations.services import POWERS
from yimen.ground.organisations.views.places import actor_of

sees_letters = requires(MANAGE, DRAFT_LETTER, SIGN_LETTER, "admin.system", "admin.security", "admin.audit")
sees_seals = requires(MANAGE, KEEP_SEALS, "admin.system", "admin.security", "admin.audit")
RUNS_OUT_DAYS = 30


def letter_url(letter_id: int) -> str:
    """The page of a letter."""
    return f"/manage/letters/{letter_id}/"


def departments_seen(actor: Actor, *codes: str) -> Q:
    """Units whose letters or seals the actor sees."""
    if policies.may_read_all(actor):
        return Q()
    found = policies.subtree(actor)
    for code in codes:
        found |= policies.subtree(actor, code)
    return found


def describe(letter: AuthorisationLetter, on: object) -> AuthorisationLetter:
    """Words for the page: what it grants, and how it stands on that day."""
    letter.power_words = "、".join(POWERS.get(power, power) for power in letter.powers)  # type: ignore[attr-defined]
    words, status = {
        "draft": ("待签署", "warning"),
        "revoked": ("已收回", "closed"),
        "signed": ("有效", "normal"),
    }[letter.state]
    if letter.state == "signed":
        ended = letter.department.dissolved_on
        if ended is not None and ended <= on:  # type: ignore[operator]
            words, status = "随机构撤销失效", "closed"
        elif letter.valid_to < on:  # type: ignore[operator]  # a date
            words, status = "已过期", "closed"
        elif letter.valid_from > on:  # type: ignore[operator]
            words, status = "未生效", "paused"
        elif letter.valid_to - on <= timedelta(days=RUNS_OUT_DAYS):  # type: ignore[operator]
            words, status = "即将到期", "warning"
    letter.state_words, letter.status = words, status  # type: ignore[attr-defined]
    return letter


@sees_letters
def letters(request: HttpRequest) -> HttpResponseBase:
    """Letters of the departments the actor sees; those that run out first."""
    actor = actor_of(request)
    today = day_of(moments.now())
    rows = AuthorisationLetter.objects.select_related("department", "post__unit", "post__account")
    units = departments_seen(actor, DRAFT_LETTER, SIGN_LETTER)
    if units:
        rows = rows.filter(department__in=Unit.objects.filter(units))
    state = request.GET.get("state", "")
    if state in AuthorisationLetter.State.values:
        rows = rows.filter(state=state)
    text = request.GET.get("q", "")[:60].replace("\x00", "")
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(department__name__icontains=text) | Q(post__title__icontains=text)
        )
    if request.GET.get("export"):
        shown = (describe(letter, today) for letter in rows.order_by("valid_to", "id"))
        return exports.download("授权委托书.xlsx", exports.xlsx(LETTER_COLUMNS, shown))
    page = page_by_key(rows, order=("valid_to", "id"), asked=request.GET, size=50)
    for letter in page.rows:
        describe(letter, today)
    own = Unit.objects.filter(policies.subtree(actor, DRAFT_LETTER), kind__in=our.SERVED, dissolved_on__isnull=True)
    return render(
        request,
        "organisations/letters.html",
        {"page": page, "text": text, "state": state, "departments": own.order_by("path")[:200]},
    )


LETTER_COLUMNS: list[exports.Column[AuthorisationLetter]] = [
    exports.Column("文号", lambda row: row.number, width=24),
    exports.Column("委托部门", lambda row: row.department.name, width=30),
    exports.Column("受托岗位", lambda row: f"{row.post.unit.name} {row.post.title}", width=40),
    exports.Column("任职人", lambda row: row.post.account.name if row.post.account else ""),
    exports.Column("权限", lambda row: row.power_words, width=30),  # type: ignore[attr-defined]
    exports.Column("生效", lambda row: row.valid_from),
    exports.Column("失效", lambda row: row.valid_to),
    exports.Column("签署人", lambda row: row.signer),
    exports.Column("状态", lambda row: row.state_words),  # type: ignore[attr-defined]
]


@requires(DRAFT_LETTER)
def new_letter(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Draft a letter of a department."""
    actor = actor_of(request)
    department = access_unit(actor, unit_id)
    policies.require(actor, department, DRAFT_LETTER)
    today = day_of(moments.now())
    form = our.LetterForm(
        request.POST if request.method == "POST" else None,
        department=department,
        on=today,
        initial={"valid_from": today, "valid_to": today.replace(month=12, day=31)},
    )
    return asking.ask(
        request,
        heading=f"起草{department.name}授权委托书",
        note="起草后由部门主要负责人签署才生效。同一部门给同一岗位的委托书，有效期不能重叠。",
        verb="起草",
        form=form,
        act=lambda given: services.draft_letter(actor=actor, department=department, at=moments.now(), **given),
        back="/manage/letters/",
        said="委托书已起草，等待负责人签署。",
    )


@staff
def letter(request: HttpRequest, letter_id: int) -> HttpResponseBase:
    """One letter, as paper; printed from here."""
    actor = actor_of(request)
    found = describe(access_letter(actor, letter_id), day_of(moments.now()))
    return render(
        request,
        "organisations/letter.html",
        {
            "letter": found,
            "course": course_of(found),
            "department": name_on(found.department, found.signed_on) if found.signed_on else found.department.name,
            "may_sign": policies.may(actor, found.department, SIGN_LETTER),
            "may_draft": policies.may(actor, found.department, DRAFT_LETTER),
        },
    )


@fresh_factor
@requires(SIGN_LETTER)
def sign(request: HttpRequest, letter_id: int) -> HttpResponseBase:
    """The head signs."""
    actor = actor_of(request)
    found = describe(access_letter(actor, letter_id), day_of(moments.now()))
    policies.require(actor, found.department, SIGN_LETTER)
    return asking.ask(
        request,
        heading=f"签署 {found.number}？",
        note=f"授权“{found.post.title}”自 {found.valid_from} 至 {found.valid_to} {found.power_words}。"  # type: ignore[attr-defined]
        "签署后该岗位即可以本部门名义办理，您对其办理承担领导责任；可随时收回。",
        verb="签署",
        act=lambda _: services.sign_letter(actor=actor, letter=found, at=moments.now()),
        back=letter_url(found.pk),
        said="已签署，即时生效。",
    )


@requires(SIGN_LETTER)
def revoke(request: HttpRequest, letter_id: int) -> HttpResponseBase:
    """The head takes it back."""
    actor = actor_of(request)
    found = access_letter(actor, letter_id)
    policies.require(actor, found.department, SIGN_LETTER)
    return asking.ask(
        request,
        heading=f"收回 {found.number}？",
        warning="立即生效：该岗位不能再以本部门名义办理；此前作出的决定继续有效。",
        verb="收回委托书",
        danger=True,
        form=our.ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.revoke_letter(actor=actor, letter=found, at=moments.now(), **given),
        back=letter_url(found.pk),
        said="委托书已收回。",
    )


@requires(DRAFT_LETTER)
def discard(request: HttpRequest, letter_id: int) -> HttpResponseBase:
    """Throw a draft away."""
    actor = actor_of(request)
    found = access_letter(actor, letter_id)
    return asking.ask(
        request,
        heading=f"删除草稿 {found.number}？",
        verb="删除草稿",
        danger=True,
        act=lambda _: services.discard_letter(actor=actor, letter=found, at=moments.now()),
        back=letter_url(found.pk),
        then="/manage/letters/",
        said="草稿已删除。",
    )


@sees_seals
def seals(request: HttpRequest) -> HttpResponseBase:
    """The register of seals."""
    actor = actor_of(request)
    rows = Seal.objects.select_related("unit", "keeper__account").order_by("unit__path", "id")
    units = departments_seen(actor, KEEP_SEALS)
    if units:
        rows = rows.filter(unit__in=Unit.objects.filter(units))
    own = Unit.objects.filter(policies.subtree(actor, KEEP_SEALS), dissolved_on__isnull=True).exclude(kind="section")
    return render(request, "organisations/seals.html", {"seals": rows[:1000], "units": own.order_by("path")[:200]})


@requires(KEEP_SEALS)
def new_seal(request: HttpRequest, unit_id: int) -> HttpResponseBase:
    """Enter a seal."""
    actor = actor_of(request)
    unit = access_unit(actor, unit_id)
    return asking.ask(
        request,
        heading=f"登记{unit.name}的印章",
        verb="登记",
        form=our.SealForm(request.POST if request.method == "POST" else None, unit=unit),
        act=lambda given: services.register_seal(actor=actor, unit=unit, at=moments.now(), **given),
        back="/manage/seals/",
        said="印章已登记。",
    )


def access_seal(request: HttpRequest, seal_id: int) -> Seal:
    """A seal of a unit that the actor sees; raises `NotFound`."""
    found = Seal.objects.select_related("unit", "keeper__account").filter(pk=seal_id).first()
    if found is None:
        raise NotFound("没有这枚印章。")
    access_unit(actor_of(request), found.unit_id)
    return found


@sees_seals
def seal(request: HttpRequest, seal_id: int) -> HttpResponseBase:
    """One seal and its uses, the latest first."""
    found = access_seal(request, seal_id)
    uses = SealUse.objects.filter(seal=found).select_related("letter")
    events = list(found.events.select_related("from_keeper", "to_keeper").order_by("-id"))
    if request.GET.get("export"):
        columns: list[exports.Column[SealUse]] = [
            exports.Column("时间", lambda row: row.used_at, width=20),
            exports.Column("用印人", lambda row: row.actor_name),
            exports.Column("岗位", lambda row: row.actor_post, width=24),
            exports.Column("文书", lambda row: row.document, width=30),
            exports.Column("文号", lambda row: row.document_number, width=30),
            exports.Column("依据的委托书", lambda row: row.letter.number if row.letter else "", width=24),
        ]
        return exports.download("用印记录.xlsx", exports.xlsx(columns, uses.order_by("-id").iterator(chunk_size=2000)))
    return render(
        request,
        "organisations/seal.html",
        {
            "seal": found,
            "page": page_by_key(uses, order=("-id",), asked=request.GET, size=50),
            "may_keep": policies.may(actor_of(request), found.unit, KEEP_SEALS),
            "events": events,
            "destroyed": any(event.kind in ("destroyed", "lost") for event in events),
        },
    )


@requires(KEEP_SEALS)
def end_seal(request: HttpRequest, seal_id: int) -> HttpResponseBase:
    """Take a seal out of use."""
    actor = actor_of(request)
    found = access_seal(request, seal_id)
    return asking.ask(
        request,
        heading=f"停用“{found.text}”？",
        warning="明天起不能再用这枚印章；用印记录保留。",
        verb="停用印章",
        danger=True,
        act=lambda _: services.end_seal(actor=actor, seal=found, at=moments.now()),
        back=f"/manage/seals/{found.pk}/",
        said="印章已停用。",
    )
