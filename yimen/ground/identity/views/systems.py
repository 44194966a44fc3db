"""接入系统: departments' systems that sign in through Yimen, kept by the system administrator; a citizen's consents."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.models import Consent, RelyingSystem, SigningKey, SignOn
from yimen.ground.identity.policies import administrators, citizens
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services import sso, systems
from yimen.ground.kit import asking, forms, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound

HERE = "/manage/systems/"


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # the shape of our requests
    return actor


def _system(uid: UUID) -> RelyingSystem:
    found = RelyingSystem.objects.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个系统。")
    return found


@administrators("system", "audit")
def listed(request: HttpRequest) -> HttpResponse:
    """Every system, the latest first, with the key that signs."""
    page = page_by_key(RelyingSystem.objects.all(), order=("-registered_at", "-id"), asked=request.GET, size=30)
    for each in page.rows:
        each.told = "；".join(sso.SCOPES[scope] for scope in each.scopes if scope in sso.SCOPES)  # type: ignore[attr-defined]
    key = SigningKey.objects.filter(retired_at__isnull=True).first()
    mine = _actor(request).admin_role == "system"
    return render(request, "identity/systems.html", {"page": page, "key": key, "mine": mine})


class SystemForm(forms.Form):
    """A system: who built it, whom it serves, where people come back to, what it may know."""

    name = forms.Line(label="系统名称", max_length=100)
    owner = forms.Line(label="建设单位", max_length=100)
    audience = django_forms.ChoiceField(
        label="谁来登录", choices=RelyingSystem.Audience.choices, initial="staff",
        widget=django_forms.RadioSelect(attrs={"class": "two"}), help_text="登记后不能改。",
    )  # fmt: skip
    redirect_uris = forms.Paragraph(
        label="回调地址", rows=3, max_length=5000, help_text="每行一个，登录后只回到这里写的地址，一个字也不能差。"
    )
    logout_uri = forms.Line(
        label="注销通知地址", max_length=500, required=False, help_text="账号停用、退出时，本站通知这个地址；可以不填。"
    )
    scopes = django_forms.MultipleChoiceField(
        label="可以取得的信息", choices=list(sso.SCOPES.items()), initial=["openid", "profile"],
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}), help_text="只勾办事必需的；取得证件号码每次都记入审计。",
    )  # fmt: skip
    reads_changes = django_forms.BooleanField(label="可以读账号变更（开通、停用、注销）", required=False)

    def given(self) -> dict[str, object]:
        """What the services take."""
        said = self.cleaned_data
        return {**said, "redirect_uris": said["redirect_uris"].splitlines()}


@administrators("system")
def new(request: HttpRequest) -> HttpResponseBase:
    """Register a system; its secret is shown once."""
    form = SystemForm(request.POST if request.method == "POST" else None)

    def act(_: dict[str, object]) -> HttpResponseBase:
        system, secret = systems.register_system(actor=_actor(request), at=moments.now(), **form.given())  # type: ignore[arg-type]
        return _secret(request, system, secret)

    return asking.ask(request, heading="登记接入系统", verb="登记", form=form, act=act, back=HERE)


def _secret(request: HttpRequest, system: RelyingSystem, secret: str) -> HttpResponseBase:
    context = {
        "frame": "kit/manage.html", "heading": f"“{system.name}”的密钥", "code": secret, "back": HERE,
        "note": f"系统编号 {system.client_id}。密钥只显示这一次，本站只留摘要；请当面交给系统的管理单位，丢失后只能重新生成。",
    }  # fmt: skip
    response = render(request, "identity/code_shown.html", context)
    response["Cache-Control"] = "no-store"
    return response


@administrators("system")
def edit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Other addresses or scopes."""
    system = _system(uid)
    first = {
        "name": system.name, "owner": system.owner, "redirect_uris": "\n".join(system.redirect_uris),
        "logout_uri": system.logout_uri, "scopes": system.scopes, "reads_changes": system.reads_changes,
    }  # fmt: skip
    form = SystemForm(request.POST if request.method == "POST" else None, initial=first)
    del form.fields["audience"]
    return asking.ask(
        request,
        heading=f"修改“{system.name}”",
        verb="保存",
        form=form,
        act=lambda _: systems.change_system(actor=_actor(request), system=system, at=moments.now(), **form.given()),  # type: ignore[arg-type]
        back=HERE,
        said="已保存。",
    )


@administrators("system")
def secret(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A new secret."""
    system = _system(uid)
    return asking.ask(
        request,
        heading=f"重新生成“{system.name}”的密钥？",
        warning="原来的密钥马上作废，系统换上新密钥之前，没有人能登录它。",
        verb="重新生成",
        danger=True,
        act=lambda _: _secret(
            request, system, systems.renew_secret(actor=_actor(request), system=system, at=moments.now())
        ),
        back=HERE,
    )


@administrators("system")
def stop(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Stop a system, or let it in again."""
    system = _system(uid)
    on = system.disabled_at is not None
    return asking.ask(
        request,
        heading=f"{'启用' if on else '停用'}“{system.name}”？",
        note="" if on else "以后没有人能从本站登录它，已经登录的令牌马上失效。",
        verb="启用" if on else "停用",
        danger=not on,
        act=lambda _: systems.stop_system(actor=_actor(request), system=system, at=moments.now(), on=on),
        back=HERE,
        said="已启用。" if on else "已停用。",
    )


@administrators("system")
def rotate(request: HttpRequest) -> HttpResponseBase:
    """A new signing key."""
    return asking.ask(
        request,
        heading="更换签名密钥？",
        note="新密钥马上开始签名；旧密钥再公布 24 小时，各系统会自己读到新的，不用通知。",
        verb="更换",
        act=lambda _: systems.rotate_signing_key(actor=_actor(request), at=moments.now()),
        back=HERE,
        said="已更换签名密钥。",
    )


# What a citizen let systems know


@citizens
def consents(request: HttpRequest) -> HttpResponse:
    """The systems that one has let know something, and when one signed on last."""
    actor = _actor(request)
    held = list(
        Consent.objects.filter(account=actor.account_id, withdrawn_at__isnull=True)
        .select_related("system")
        .order_by("-given_at")
    )
    latest = {
        each.system_id: each.at
        for each in SignOn.objects.filter(account=actor.account_id, system__in=[c.system_id for c in held]).order_by(
            "at"
        )
    }
    rows = [
        (each, "、".join(sso.SCOPES[s] for s in each.scopes if s in sso.SCOPES), latest.get(each.system_id))
        for each in held
    ]
    return render(request, "identity/consents.html", {"rows": rows})


@citizens
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a consent back."""
    actor, system = _actor(request), _system(uid)
    if not Consent.objects.filter(account=actor.account_id, system=system, withdrawn_at__isnull=True).exists():
        raise NotFound("您没有同意过这个系统。")
    return asking.ask(
        request,
        heading=f"不再向“{system.name}”提供信息？",
        note="这个系统里由本站登录的状态马上失效；已经提供的信息由该系统依法处理。",
        verb="收回同意",
        danger=True,
        act=lambda _: sso.withdraw_consent(actor=actor, system=system, at=moments.now()),
        back="/my/consents/",
        said="已收回同意。",
        frame="kit/portal.html",
    )
