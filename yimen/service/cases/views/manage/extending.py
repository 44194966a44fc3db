"""What other laws say about extending an item's limit (市场主体登记管理条例 art. 19 …): the list, one entry, taking it off."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import forms, moments
from yimen.ground.kit.asking import ask
from yimen.service.cases import services
from yimen.service.cases.models import ExtensionTerms
from yimen.service.cases.services.extending import APPROVERS, BY_GOVERNMENT, BY_HEAD, MOST_DAYS
from yimen.service.cases.views.manage.setting_up import SET_UP
from yimen.service.cases.views.staff.asking import actor_of


class ExtensionForm(forms.Form):
    """One item's terms."""

    item_code = forms.Line(label="事项编码", max_length=40, help_text="在事项目录里查看。")
    days = django_forms.IntegerField(
        label="最多延长几个工作日", min_value=0, max_value=MOST_DAYS, help_text="0 表示不能延长。"
    )
    by = django_forms.ChoiceField(label="由谁批准", choices=list(APPROVERS.items()), widget=django_forms.RadioSelect)
    law = forms.Line(label="依据", max_length=120, help_text="例如：《市场主体登记管理条例》第十九条。")


@requires(SET_UP)
def listed(request: HttpRequest) -> HttpResponseBase:
    """What holds for every item, and the items for which another law says otherwise."""
    rows = ExtensionTerms.objects.select_related("item").order_by("item__name", "pk")
    return render(
        request, "cases/manage/extension_terms.html", {"rows": rows, "usual": BY_HEAD, "joint": BY_GOVERNMENT}
    )


@requires(SET_UP)
def new(request: HttpRequest) -> HttpResponseBase:
    """Register another law's terms for an item, or change them."""
    actor = actor_of(request)
    held = ExtensionTerms.objects.select_related("item").filter(item__code=request.GET.get("item", "")[:40]).first()
    initial = (
        {"item_code": held.item.code, "days": held.days, "by": held.by, "law": held.law} if held else {"by": "head"}
    )

    def act(given: dict[str, Any]) -> None:
        services.set_extension_terms(actor=actor, at=moments.now(), **given)

    return ask(
        request, heading="登记延长规定", verb="保存", back=reverse("cases:extension_terms"), act=act,
        form=ExtensionForm(request.POST or None, initial=initial), said="已保存，以后的延长按它办。",
        note="只登记法律、法规另有规定的事项；没有登记的按《行政许可法》第四十二条。",
    )  # fmt: skip


@requires(SET_UP)
def drop(request: HttpRequest, code: str) -> HttpResponseBase:
    """Let art. 42 govern the item again."""
    actor = actor_of(request)

    def act(given: dict[str, Any]) -> None:
        services.drop_extension_terms(actor=actor, item_code=code, at=moments.now())

    return ask(
        request, heading="撤下延长规定", verb="撤下", back=reverse("cases:extension_terms"), act=act, danger=True,
        said="已撤下，按《行政许可法》第四十二条。", note="撤下以后，这个事项的延长按《行政许可法》第四十二条。",
    )  # fmt: skip
