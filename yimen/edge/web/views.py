"""The site's own pages. They compose what modules offer and own nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from yimen.edge.web import centre, gallery
from yimen.ground.identity.policies import public, staff
from yimen.ground.kit import moments
from yimen.ground.kit.pages import ELDER_COOKIE, Shell, address_of

YEAR = 365 * 24 * 3600
THEMES = {
    "person": (
        ("baby", "生育收养", ("出生登记", "生育登记", "产假津贴")),
        ("school", "教育就学", ("小学入学", "转学", "助学金")),
        ("work", "就业创业", ("失业登记", "创业担保贷款")),
        ("rings", "婚姻登记", ("结婚预约", "离婚预约")),
        ("home", "住房不动产", ("房屋过户", "公积金提取")),
        ("shield", "社会保障", ("社保卡", "养老待遇", "灵活参保")),
        ("health", "医疗卫生", ("异地就医备案", "医保转移")),
        ("car", "交通出行", ("驾驶证换领", "机动车年检")),
        ("user", "户籍身份", ("身份证补领", "户口迁移")),
        ("pass", "出境入境", ("护照", "港澳通行证")),
        ("users", "养老助残", ("高龄津贴", "残疾人证")),
        ("leaf", "身后事务", ("死亡登记", "遗属待遇")),
    ),
    "enterprise": (
        ("store", "企业开办", ("设立登记", "公章刻制", "税务领用")),
        ("stamp", "准营准办", ("食品经营", "公共场所卫生许可")),
        ("home", "项目建设", ("立项", "规划", "施工许可")),
        ("users", "用工社保", ("用工登记", "社保开户")),
        ("scale", "经营变更", ("地址变更", "法定代表人变更")),
        ("leaf", "注销退出", ("简易注销", "清税")),
    ),
}
HOT = ("公共场所卫生许可", "社保卡补领", "房屋过户", "异地就医备案")


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The door: one question, one box, and the things people usually come for."""
    who = "enterprise" if request.GET.get("for") == "enterprise" else "person"
    context: dict[str, Any] = {
        "search_url": address_of("catalogue:search") or "/items/",
        "track_url": address_of("cases:track") or "/track/",
        "hot": HOT,
        "hall": centre.hall(moments.now()),
        "who": who,
        "themes": THEMES[who],
    }
    return render(request, "web/home.html", context)


@public
def elder(request: HttpRequest) -> HttpResponse:
    """Turn elder mode on or off (`on=1`) and go back to where one was. It changes how pages look, nothing else."""
    asked = request.POST if request.method == "POST" else request.GET
    back = asked.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        ELDER_COOKIE, "1" if asked.get("on") == "1" else "0", max_age=YEAR, samesite="Lax", secure=request.is_secure()
    )
    return response


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the site does for people who see, hear or move differently."""
    return render(request, "web/accessibility.html")


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The maintenance page as it will look; a proxy serves its copy while the site is down."""
    response = render(request, "kit/maintenance.html", status=503)
    response["Retry-After"] = "600"
    return response


@staff
@require_safe
def desk_home(request: HttpRequest) -> HttpResponse:
    """The inbox for those who handle matters, administration for those who only administer, else what one may open."""
    frame = Shell(request)
    entries = [entry for group in frame.desk_menu for entry in group.entries]
    inbox = address_of("cases:inbox")
    if inbox and any(entry.url == inbox for entry in entries):
        return HttpResponseRedirect(inbox)
    if not entries and frame.manage_menu:
        return HttpResponseRedirect(address_of("web:manage_home"))
    return render(request, "web/tiles.html", {"frame": "kit/desk.html", "area": "desk", "heading": "工作台"})


@staff
@require_safe
def manage_home(request: HttpRequest) -> HttpResponse:
    """What an administrator may look after, by heading."""
    return render(request, "web/tiles.html", {"frame": "kit/manage.html", "area": "manage", "heading": "管理"})


@staff
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """Every component once, in the frame it is used in: `?frame=portal`, or the workbench's."""
    frame = "kit/portal.html" if request.GET.get("frame") == "portal" else "kit/manage.html"
    return render(request, "web/look.html", gallery.context(frame))
