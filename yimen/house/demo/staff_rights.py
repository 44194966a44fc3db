"""Staff of the county between themselves: who stands in for whom, who broke the glass, whose rights are looked through."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from yimen.ground.identity.rules import SYSTEM, SignIn
from yimen.ground.kit.moments import day_of
from yimen.ground.organisations import services
from yimen.house.demo.acting import Stage


def tell(stage: Stage) -> None:
    """An approver on leave, a reviewer who asks, two emergencies, three reviews of rights, one who has left."""
    _stand_ins(stage)
    _emergencies(stage)
    _reviews(stage)
    _leaver(stage)


def _stand_ins(stage: Stage) -> None:
    at, today = stage.days.now, day_of(stage.days.now)
    for holder, stand_in, days, reason, accepted in (
        ("chenwangshu", "shenyanqiu", 4, "年休假", True),
        ("zhaolinchuan", "gunanzhou", 2, "参加业务培训", False),
    ):
        post = stage.county.posts[holder]
        codes = {grant.code for grant in post.grants.filter(ended_at__isnull=True)}
        offered = services.offer_delegation(
            actor=stage.actor(holder), post=post, stand_in=stage.county.staff[stand_in],
            codes=[code for code in codes if not code.startswith("organisations.")], begins_on=today,
            ends_on=today + timedelta(days=days), reason=reason, at=at,
        )  # fmt: skip
        if accepted:
            services.accept_delegation(actor=stage.actor(stand_in), delegation=offered, at=at)


def _emergencies(stage: Stage) -> None:
    told = (
        (
            "hezhinian",
            6,
            17,
            40,
            "机房断电恢复后，两个窗口的受理人员都不在岗，群众在等。",
            ["cases.accept"],
            "justified",
        ),
        (
            "xuweiyue",
            1,
            18,
            5,
            "首席代表和审查人员同时外出处置突发公共卫生事件，须当晚办完一件审查。",
            ["cases.review"],
            "",
        ),
    )
    for who, back, hour, minute, reason, codes, verdict in told:
        at = stage.days.at(stage.days.back(back), hour, minute)
        opened = services.open_emergency(
            actor=stage.actor(who), session=SignIn(session=uuid4(), factor_at=at), codes=codes, reason=reason, hours=2,
            at=at,
        )  # fmt: skip
        if verdict:
            services.end_emergency(actor=stage.actor(who), emergency=opened, at=at + timedelta(minutes=35))
            services.review_emergency(
                actor=stage.actor("shenji"), emergency=opened, verdict=verdict, note="情况属实。权限开启后窗口人员已经赶到，没有用它受理。",
                at=at + timedelta(days=1),
            )  # fmt: skip


def _reviews(stage: Stage) -> None:
    for unit, back, head in (("health", 6, "xuweiyue"), ("market", 20, ""), ("centre", 6, "")):
        at = stage.days.at(stage.days.back(back), 9, 30)
        review = services.open_review(actor=SYSTEM, unit=stage.county.units[unit], at=at)
        if head:
            others = review.lines.exclude(account=stage.county.staff[head]).order_by("holder", "pk")
            chosen = list(others.values_list("pk", flat=True))
            services.confirm_lines(
                actor=stage.actor(head), review=review, lines=chosen[: len(chosen) * 2 // 3], at=at + timedelta(days=1)
            )


def _leaver(stage: Stage) -> None:
    who = stage.county.by_duty["supervision", "supervisor"][-1]
    at = stage.days.at(stage.days.back(18), 17, 0)
    services.end_post(actor=SYSTEM, post=stage.county.posts[who], at=at, reason="调任")
    services.close_due(at=stage.days.now, unused=False)
