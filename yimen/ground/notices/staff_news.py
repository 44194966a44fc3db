"""What staff are told of their accounts and rights: stand-ins, emergencies, lost telephones, closings, reviews. In-site only."""

from __future__ import annotations

from yimen.ground.identity.events import SecondFactorReset
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations.events import DelegationMoved, EmergencyOpened, EmergencyReviewed
from yimen.ground.organisations.selectors import standing


@handles(SecondFactorReset)
def tell_of_the_reset(event: SecondFactorReset) -> None:
    """The owner learns that the second factor was taken away: if it was not asked for, somebody is at the account."""
    notify_account(
        key=f"factor-reset:{event.account_id}:{event.at.isoformat()}",
        account_id=event.account_id,
        subject="您的动态验证码已解除",
        body=f"安全管理员于 {say_moment(event.at)} 解除了您账号的动态验证码。如果不是您本人请求的，请马上联系安全管理员。",
        link="/my/second-factor/",
    )


@handles(DelegationMoved)
def tell_of_the_delegation(event: DelegationMoved) -> None:
    """The other side of a delegation learns what was done; both, where a manager did it."""
    held = standing.delegation(event.delegation_id)
    days = f"{say_moment(held.begins_at)} 至 {say_moment(held.ends_at)}"
    post = f"{held.post.unit.name} {held.post.title}"
    reason = f"原因：{held.end_reason}" if held.end_reason else ""
    said = {
        "offered": (
            f"请您代 {held.holder.name} 办理",
            f"岗位：{post}。时间：{days}。事由：{held.reason}。请接受或谢绝。",
        ),
        "accepted": (f"{held.account.name} 已接受代办", f"岗位：{post}。时间：{days}。"),
        "declined": (f"{held.account.name} 谢绝了代办", f"岗位：{post}。{reason}请另选一位同事。"),
        "revoked": ("代办已提前结束", f"{held.account.name} 代 {held.holder.name}，岗位：{post}。{reason}"),
    }.get(event.what)
    if said is None:
        return
    for account in (held.holder, held.account):
        if str(account.uid) != event.by and not (event.what == "offered" and account == held.holder):
            notify_account(
                key=f"delegation:{held.pk}:{event.what}:{account.pk}",
                account_id=account.pk,
                subject=said[0],
                body=said[1],
                link=f"/desk/standing/{held.uid}/",
            )


@handles(EmergencyOpened)
def tell_the_watchers(event: EmergencyOpened) -> None:
    """The three administrators and supervision learn of it at once."""
    found = standing.emergency(event.emergency_id)
    for account_id in standing.watchers(day_of(event.at)):
        if account_id != found.account_id:
            notify_account(
                key=f"emergency:{found.pk}:opened:{account_id}",
                account_id=account_id,
                subject=f"{found.account.name} 启用了应急授权",
                body=f"{found.post.unit.name} {found.post.title}，至 {say_moment(found.ends_at)}。理由：{found.reason}",
                link=f"/desk/emergencies/{found.pk}/",
            )


@handles(EmergencyReviewed)
def tell_of_the_judgement(event: EmergencyReviewed) -> None:
    """Who used it learns how it was judged."""
    found = standing.emergency(event.emergency_id)
    notify_account(
        key=f"emergency:{found.pk}:reviewed",
        account_id=found.account_id,
        subject=f"应急授权第 {found.pk} 号已复核：{found.get_verdict_display()}",
        body=f"{say_moment(event.at)}，{found.reviewer} 复核。{found.review_note or '没有另附意见。'}",
        link=f"/desk/emergencies/{found.pk}/",
    )
