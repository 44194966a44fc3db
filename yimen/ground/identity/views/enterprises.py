"""单位人员: who acts for the enterprise, in which role; and the window's look at a new legal representative."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity import selectors, services
from yimen.ground.identity.forms import NATURAL_TYPES
from yimen.ground.identity.models import Membership, Party
from yimen.ground.identity.policies import citizens, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.views.acting import who
from yimen.ground.kit import asking, forms, moments
from yimen.ground.kit.masking import mask_name
from yimen.ground.kit.refusals import Invalid, NotFound

HERE, FRAME = "/my/enterprise/", "kit/portal.html"
ROLES = [("agent", "经办人\n办事，只看自己经手的办件"), ("admin", "管理员\n办事，看单位全部办件，邀请和移出经办人")]


def _enterprise(actor: Actor) -> Party:
    party = selectors.party(actor.party_id or 0)
    if party.kind != "legal":
        raise NotFound(
            "您现在是以个人身份办事。", next_step="要管理单位人员，请先在“切换办事身份”里选择单位，或用单位账号登录。"
        )
    return party


def _place(actor: Actor, uid: UUID) -> Membership:
    found = selectors.members(_enterprise(actor).pk).filter(uid=uid, ended_at__isnull=True).first()
    if found is None:
        raise NotFound("名单里没有这个人，可能刚刚离开。", next_step="请刷新名单。")
    return found


@citizens
def people(request: HttpRequest) -> HttpResponse:
    """The people of the enterprise, open invitations, the legal representative."""
    actor, _ = who(request)
    if actor.party_id is None or selectors.party(actor.party_id).kind != "legal":
        return render(request, "identity/no_enterprise.html", {"places": selectors.memberships(actor.account_id or 0)})
    party = _enterprise(actor)
    members = list(selectors.members(party.pk)[:400])
    manages = actor.may_manage_party(party.pk)
    return render(
        request,
        "identity/enterprise.html",
        {
            "party": selectors.masked(party),
            "members": [each for each in members if each.ended_at is None],
            "gone": [each for each in members if each.ended_at is not None][:20],
            "manages": manages,
            "owns": actor.standing is None or actor.standing.role == "owner",
            "role": actor.standing.role_label if actor.standing else "",
            "me": actor.account_id,
            "invitations": selectors.invitations(party.pk, moments.now()) if manages else (),
            "change": selectors.representative_changes(party.pk).filter(state="proposed").first() if manages else None,
        },
    )


class PersonForm(forms.Form):
    """Somebody by document."""

    name = forms.Line(label="姓名", max_length=100, help_text="与证件上的一致。")
    id_type = django_forms.ChoiceField(label="证件类型", choices=NATURAL_TYPES, initial="resident")
    id_number = django_forms.CharField(label="证件号码", max_length=40)


class InviteForm(PersonForm):
    """Somebody by document, in a role."""

    role = django_forms.ChoiceField(
        label="角色", choices=ROLES, initial="agent", widget=django_forms.RadioSelect(attrs={"class": "two"})
    )


@citizens
def invite(request: HttpRequest) -> HttpResponseBase:
    """Ask somebody in; the code is shown once."""
    actor, _ = who(request)
    party = _enterprise(actor)

    def act(given: dict[str, str]) -> HttpResponseBase:
        invitation, code = services.invite_member(actor=actor, at=moments.now(), **given)
        return render(
            request,
            "identity/code_shown.html",
            {
                "frame": FRAME, "heading": "邀请码", "code": code, "back": HERE,
                "note": f"请当面或打电话告诉{invitation.name}。对方用个人账号登录，在“切换办事身份”里输入；72 小时内有效，只显示这一次。",
            },
        )  # fmt: skip

    return asking.ask(
        request,
        heading=f"邀请人员为“{party.name}”办事",
        verb="生成邀请码",
        form=InviteForm(request.POST if request.method == "POST" else None),
        act=act,
        back=HERE,
        frame=FRAME,
    )


@citizens
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take an invitation back."""
    actor, _ = who(request)
    found = selectors.invitations(_enterprise(actor).pk, moments.now()).filter(uid=uid).first()
    if found is None:
        raise NotFound("这份邀请已经使用、收回或过期。")
    return asking.ask(
        request,
        heading=f"收回对{found.name}的邀请？",
        note="邀请码马上作废。",
        verb="收回邀请",
        danger=True,
        act=lambda _: services.withdraw_invitation(actor=actor, uid=uid, at=moments.now()),
        back=HERE,
        said="邀请已收回。",
        frame=FRAME,
    )


class RoleForm(forms.Form):
    """Administrator or agent."""

    role = django_forms.ChoiceField(
        label="角色", choices=ROLES, widget=django_forms.RadioSelect(attrs={"class": "two"})
    )


@citizens
def role(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Make an agent an administrator, or the other way round."""
    actor, _ = who(request)
    place = _place(actor, uid)
    return asking.ask(
        request,
        heading=f"{place.account.name}的角色",
        verb="保存",
        form=RoleForm(request.POST if request.method == "POST" else None, initial={"role": place.role}),
        act=lambda given: services.change_role(actor=actor, uid=uid, role=given["role"], at=moments.now()),
        back=HERE,
        said="角色已变更，对方下一次操作时生效。",
        frame=FRAME,
    )


class RemoveForm(forms.Form):
    """Who goes on with what runs, and why."""

    successor = django_forms.ChoiceField(label="没办完的办件由谁接着办")
    reason = forms.Line(label="原因", max_length=200, required=False)


@citizens
def remove(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Somebody acts for the enterprise no more."""
    actor, _ = who(request)
    place = _place(actor, uid)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    heirs = selectors.members(place.enterprise_id).filter(ended_at__isnull=True).exclude(pk=place.pk)
    field = form.fields["successor"]
    assert isinstance(field, django_forms.ChoiceField)  # noqa: S101 - declared above
    field.choices = [(str(each.uid), f"{each.account.name}（{each.get_role_display()}）") for each in heirs]
    return asking.ask(
        request,
        heading=f"移出{place.account.name}？",
        note="马上生效：对方的下一次操作就会被拒绝。",
        verb="移出单位",
        danger=True,
        form=form,
        act=lambda given: services.remove_member(
            actor=actor, uid=uid, at=moments.now(), successor=UUID(given["successor"]), reason=given["reason"]
        ),
        back=HERE,
        said="已移出，没办完的办件已转交。",
        frame=FRAME,
    )


@citizens
def representative(request: HttpRequest) -> HttpResponseBase:
    """Propose a new legal representative."""
    actor, _ = who(request)
    party = _enterprise(actor)
    return asking.ask(
        request,
        heading="变更法定代表人",
        note=f"现在登记的是{party.legal_representative or '（没有登记）'}。先在这里提出，"
        "再由新的法定代表人带新的营业执照和本人证件到窗口核验；"
        "核验以后才变更，原法定代表人的权限同时终止。",
        verb="提出变更",
        form=PersonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.propose_representative(actor=actor, at=moments.now(), **given),
        back=HERE,
        said="已提出，请新的法定代表人带执照和证件到窗口核验。",
        frame=FRAME,
    )


@citizens
def drop_representative(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take the proposal back."""
    actor, _ = who(request)
    if not selectors.representative_changes(_enterprise(actor).pk).filter(uid=uid, state="proposed").exists():
        raise NotFound("没有这项等待核验的变更。")
    return asking.ask(
        request,
        heading="收回变更法定代表人的申请？",
        verb="收回",
        act=lambda _: services.drop_change(actor=actor, uid=uid, at=moments.now()),
        back=HERE,
        said="已收回。",
        frame=FRAME,
    )


# At the window


class EnterpriseForm(PersonForm):
    """Which enterprise, and who represents it now."""

    credit_code = django_forms.CharField(label="统一社会信用代码", max_length=40, help_text="新的营业执照上的。")
    field_order = ["credit_code", "name", "id_type", "id_number"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "新法定代表人姓名"


@requires("identity.verify")
def verify_representative(request: HttpRequest) -> HttpResponseBase:
    """With the new licence and the new representative's document on the counter: change it, and hand over the code."""
    actor, _ = who(request)

    def act(given: dict[str, str]) -> HttpResponseBase:
        enterprise = selectors.find_party("credit", given["credit_code"])
        if enterprise is None:
            raise Invalid(
                "没有这个单位的档案。", next_step="请核对执照上的代码；新单位请先在接待登记里建档。",
                fields={"credit_code": "没有这个单位的档案。"},
            )  # fmt: skip
        invitation, code = services.change_representative(
            actor=actor, enterprise=enterprise, name=given["name"], id_type=given["id_type"],
            id_number=given["id_number"], at=moments.now(),
        )  # fmt: skip
        return render(
            request,
            "identity/code_shown.html",
            {
                "frame": "kit/desk.html", "heading": f"“{enterprise.name}”的法定代表人已变更为{mask_name(invitation.name)}",
                "code": code, "back": "/desk/representative/",
                "note": "请把这个码交给新的法定代表人本人：用个人账号登录，在“切换办事身份”里输入，"
                "即接管单位账号，原法定代表人的权限同时终止。72 小时内有效，只显示这一次。",
            },
        )  # fmt: skip

    return asking.ask(
        request,
        heading="核验法定代表人变更",
        note="请核对新的营业执照原件，以及新法定代表人的证件原件；单位事先在网上提出的，与提出的一致即可。",
        verb="执照和证件一致，变更",
        form=EnterpriseForm(request.POST if request.method == "POST" else None),
        act=act,
        back="/desk/",
        frame="kit/desk.html",
    )
