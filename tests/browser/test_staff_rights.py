"""The second factor, stand-ins, emergencies, closings and reviews, looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.db import transaction

from tests.cast import INSTALLER, PASSWORD
from tests.rooms import staffid
from yimen.ground.identity.models import Account, SecondFactor
from yimen.ground.kit.moments import now
from yimen.ground.organisations import services


@pytest.mark.parametrize("phone", [False, True])
def test_the_second_factor(browse: Any, look: Any, site: Any, phone: bool) -> None:
    tail = "-phone" if phone else ""
    page = browse("wang", phone=phone)
    page.goto("/my/second-factor/")
    look(page, f"staff-factor-none{tail}")
    page.goto("/my/second-factor/bind/")
    look(page, f"staff-factor-bind{tail}")
    secret = SecondFactor.objects.get(account=site.cast.accounts["wang"]).secret
    page.get_by_label("验证器上的 6 位数字").fill(pyotp.TOTP(secret).at(now() - timedelta(seconds=30)))
    page.get_by_role("button", name="绑定").click()
    page.get_by_role("link", name="我已收好，继续").wait_for()
    look(page, f"staff-factor-codes{tail}")
    page.get_by_role("link", name="我已收好，继续").click()
    page.get_by_text("还有 10 个没用过").wait_for()
    look(page, f"staff-factor-bound{tail}")
    door = browse(phone=phone)
    door.goto("/staff/sign-in/")
    door.get_by_label("登录名").fill("wang")
    door.get_by_label("密码").fill(PASSWORD)
    door.get_by_role("button", name="登录").click()
    door.get_by_label("动态验证码").wait_for()
    look(door, f"staff-factor-prove{tail}")
    door.get_by_label("动态验证码").fill(pyotp.TOTP(secret).at(now()))
    door.get_by_role("button", name="登录").click()
    door.wait_for_url("**/desk/**")


@pytest.mark.parametrize("phone", [False, True])
def test_rights_beside_the_ordinary(browse: Any, look: Any, site: Any, phone: bool) -> None:
    cast, tail = site.cast, "-phone" if phone else ""
    with transaction.atomic():
        delegation, review = staffid._delegation(cast), staffid._review(cast)
        emergency, closing = staffid._emergency(cast), staffid._closing(cast)
        services.accept_delegation(actor=cast.actor("zhou"), delegation=delegation, at=now())
        some = list(review.lines.filter(holder__startswith="陈静").values_list("pk", flat=True))
        services.confirm_lines(actor=cast.actor("he"), review=review, lines=some, at=now())
        staffid._taken(cast, review)
        services.end_post(actor=INSTALLER, post=cast.posts["agent"], at=now())
        services.close_due(at=now(), unused=False)
        Account.objects.filter(pk=closing.account_id).update(last_login=now())
    pages = {
        "he": (
            ("/desk/emergencies/", "emergencies"),
            ("/desk/emergencies/new/", "emergency-new"),
            ("/manage/reviews/", "reviews"),
            (f"/manage/reviews/{review.pk}/", "review"),
            (f"/manage/reviews/{review.pk}/print/", "review-print"),
            (f"/manage/posts/{cast.posts['zhao'].pk}/stand-in/", "stand-in-for"),
        ),
        "chen": (
            ("/desk/standing/", "standing"),
            ("/desk/standing/new/", "standing-new"),
            (f"/desk/standing/{delegation.uid}/", "standing-one"),
        ),
        "audit": (
            (f"/desk/emergencies/{emergency.pk}/", "emergency"),
            ("/manage/accounts/closing/?which=all", "closings"),
        ),
        "security": (("/manage/staff-rules/", "staff-rules"), ("/manage/reviews/open/", "reviews-open")),
    }
    for who, addresses in pages.items():
        page = browse(who, phone=phone)
        for path, name in addresses:
            page.goto(path)
            look(page, f"staff-{name}{tail}", silent=False)
    page = browse("zhou", phone=phone)
    page.goto("/desk/inbox/")
    look(page, f"staff-inbox-may{tail}")
    page.goto(f"/desk/standing/{delegation.pk}/begin/")
    page.get_by_role("button", name="开始代办").click()
    page.goto("/desk/inbox/")
    page.get_by_text("代 陈静 办理").first.wait_for()
    look(page, f"staff-inbox-standing{tail}")
