"""What staff are told of their accounts and rights: stand-ins, emergencies, lost telephones, closings, reviews. In-site only."""

from __future__ import annotations

from yimen.ground.identity.events import SecondFactorReset
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations.events import (
    AccountClosingSoon,
    DelegationMoved,
    EmergencyOpened,
    EmergencyReviewed,
    ReviewOpened,
)
from yimen.ground.organisations.selectors import closing, reviewing, standing


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


@handles(AccountClosingSoon)
def warn_of_the_closing(event: AccountClosingSoon) -> None:
    """Who manages the unit learns in time that an account will be stopped; of an unused one the owner too."""
    row = closing.closing_of(event.account_id)
    if row is None:
        return
    why = "已没有岗位" if event.kind == "leaver" else "很久没有登录"
    told = closing.managers_of(event.account_id, event.on)
    if event.kind == "unused":
        told = [*told, event.account_id]
    for account_id in told:
        notify_account(
            key=f"closing:{row.pk}:{account_id}",
            account_id=account_id,
            subject=f"{row.account.name} 的账号将于 {event.on:%Y-%m-%d} 停用",
            body=f"{row.account.name}（{row.account.sign_in_name}）{why}。仍在工作的，请任命岗位或让本人登录一次。",
            link="/manage/accounts/closing/" if account_id != event.account_id else "/my/account/",
        )


@handles(ReviewOpened)
def ask_for_the_review(event: ReviewOpened) -> None:
    """The unit's head learns that the rights are to be looked through."""
    review = reviewing.review(event.review_id)
    for account_id in reviewing.reviewers_of(review.unit, day_of(event.at)):
        notify_account(
            key=f"review:{review.pk}:{account_id}",
            account_id=account_id,
            subject=f"请复核{review.unit.short_name}的权限（{review.period}）",
            body=f"请在 {review.due_on:%Y-%m-%d} 前逐项确认本部门人员的权限、委托书、接口密钥和代办，不需要的请收回。",
            link=f"/manage/reviews/{review.pk}/",
        )
