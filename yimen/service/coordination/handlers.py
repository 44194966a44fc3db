"""And afterwards? Who is told of an issue, of its limits, of a paper. Each may run twice: a notice has its key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.identity.selectors import account_name
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import CaseHandedAcross
from yimen.service.cases.selectors import case_by_code
from yimen.service.coordination import events, policies, services
from yimen.service.coordination.models import Issue, Receipt, ShiftChange
from yimen.service.coordination.models.papers import Dispatch
from yimen.service.coordination.selectors.papers import liaison_accounts
from yimen.service.coordination.services.reminders import SAID


def _issue(code: str) -> Issue:
    return Issue.objects.select_related("matter__department", "matter__centre", "raised_by").get(matter__code=code)


def _tell(accounts: Iterable[int], key: str, subject: str, body: str, link: str) -> None:
    for account in sorted(set(accounts)):
        notify_account(key=f"{key}:{account}", account_id=account, subject=subject, body=body, link=link)


def _tell_of(issue: Issue, accounts: Iterable[int], key: str, subject: str, body: str) -> None:
    code = issue.matter.code
    _tell(accounts, f"coordination:{code}:{key}", subject, body, f"/desk/coordination/{code}/")


def office(issue: Issue, on: date) -> list[int]:
    """Accounts of the management office that coordinates this issue."""
    matter = issue.matter
    place = organisations.Place(matter.department_id, None, matter.centre_id, matter.division_id)
    return [each.account_id for each in organisations.holders({policies.MANAGE}, place, on)]


def answering(unit_id: int, on: date) -> list[int]:
    """Accounts that answer for a unit: whoever holds the power there, and its liaisons."""
    place = organisations.Place(unit_id)
    return [each.account_id for each in organisations.holders({policies.ANSWER}, place, on)] + liaison_accounts(
        unit_id, on
    )


def speaking(unit_id: int, on: date) -> list[int]:
    """Accounts that sign for papers of a unit."""
    place = organisations.Place(unit_id, None, unit_id)
    return [each.account_id for each in organisations.holders({policies.CHANNEL}, place, on)] + liaison_accounts(
        unit_id, on
    )


def receiving(receipt: Receipt, on: date) -> list[int]:
    """Accounts that sign for this copy: of a window those who sit there, else those who speak for the unit."""
    if receipt.window_id is None:
        return speaking(receipt.unit_id, on)
    place = organisations.Place(0, receipt.window_id)
    return [each.account_id for each in organisations.holders({policies.VIEW}, place, on)]


@handles(events.IssueRaised)
def tell_raised(event: events.IssueRaised) -> None:
    """The office has to assign it."""
    issue = _issue(event.code)
    words = f"{issue.raised_by.name}{issue.raiser_name}提出“{issue.matter.title}”，请交办。"
    _tell_of(issue, office(issue, day_of(event.at)), "raised", "有新的协调事项", words)


@handles(events.IssueAssigned)
def tell_assigned(event: events.IssueAssigned) -> None:
    """The unit has to answer, by when."""
    issue = _issue(event.code)
    due = f"请在{say_date(issue.matter.due_on)}前答复。" if issue.matter.due_on else "请尽快答复。"
    subject = "协调事项退回重办" if event.why == "return_answer" else "有协调事项要答复"
    key = f"{event.why}:{event.at:%Y%m%d%H%M%S}"
    _tell_of(issue, answering(event.unit, day_of(event.at)), key, subject, f"“{issue.matter.title}”由您单位承办，{due}")


@handles(events.IssueUrged)
def tell_urged(event: events.IssueUrged) -> None:
    """The office asks again."""
    issue = _issue(event.code)
    key = f"urged:{event.at:%Y%m%d%H%M%S}"
    _tell_of(issue, answering(event.unit, day_of(event.at)), key, "催办", f"请尽快答复“{issue.matter.title}”。")


@handles(events.IssueAnswered)
def tell_answered(event: events.IssueAnswered) -> None:
    """The office confirms; the raiser may read."""
    issue = _issue(event.code)
    key = f"answered:{event.at:%Y%m%d%H%M%S}"
    words = f"{issue.matter.department.name}已答复“{issue.matter.title}”。"
    _tell_of(issue, office(issue, day_of(event.at)), key, "协调事项已答复，请确认", words)
    if issue.raiser_id is not None:
        _tell_of(issue, [issue.raiser_id], f"{key}:raiser", "您提出的协调事项已答复", words)


@handles(events.IssueReported)
def tell_reported(event: events.IssueReported) -> None:
    """The leaders of the government and whoever raised it."""
    issue = _issue(event.code)
    matter = issue.matter
    place = organisations.Place(matter.department_id, None, None, matter.division_id)
    readers = [
        each.account_id
        for each in organisations.holders({policies.VIEW}, place, day_of(event.at))
        if each.account_id not in answering(matter.department_id, day_of(event.at))
    ]
    words = f"“{matter.title}”已以{event.number}报政府。"
    raiser = [issue.raiser_id] if issue.raiser_id is not None else []
    _tell_of(issue, [*readers, *raiser], f"reported:{event.number}", "协调事项报政府", words)


@handles(events.IssueClosed)
def tell_closed(event: events.IssueClosed) -> None:
    """Whoever raised it, and the unit that answered."""
    issue = _issue(event.code)
    said = {"solved": "已解决", "closed": "已结案", "withdrawn": "已撤回"}.get(event.outcome, "已结束")
    words = f"“{issue.matter.title}”{said}：{issue.result}"[:500]
    raiser = [issue.raiser_id] if issue.raiser_id is not None else []
    _tell_of(
        issue, [*raiser, *answering(issue.matter.department_id, day_of(event.at))], "closed", f"协调事项{said}", words
    )


@handles(events.LimitNear)
def tell_limit(event: events.LimitNear) -> None:
    """The post that has to act; when late one step further up the responsibility chain each time (R011)."""
    issue = _issue(event.code)
    matter, on = issue.matter, day_of(event.at)
    acting = answering(matter.department_id, on) if matter.state == "assigned" else office(issue, on)
    told = [*acting, *above(matter.department_id, event.level, on)] if event.level else acting
    when = "今天到期" if event.due_on == on else f"{say_date(event.due_on)}到期"
    words = f"“{matter.title}”{when}，现在由{matter.department.name}办理。{SAID[event.level]}。"
    _tell_of(issue, told, f"limit:{event.due_on}:{event.level}", "协调事项期限提醒", words)


def above(unit_id: int, level: int, on: date) -> list[int]:
    """Accounts up the responsibility chain (R011): team and deputy in charge, from the second level the principal, from the
    third the leaders of the government. Whoever is lacking below is stood in for by the heads.
    """
    unit = organisations.unit(unit_id)
    rungs = organisations.responsibility_chain(unit, on)
    found = [each.account_id for each in rungs if each.account_id and (level >= 2 or each.rung != "principal")]
    found = found or [account.pk for account in organisations.heads_of(unit, on)]
    if level >= 3:
        for over in reversed(organisations.ancestors(unit)):
            if over.kind == "government":
                place = organisations.Place(over.pk, None, None, over.division_id)
                found += [each.account_id for each in organisations.holders({policies.VIEW}, place, on)]
                break
    return found


@handles(events.DispatchSent)
def tell_sent(event: events.DispatchSent) -> None:
    """Every unit that received it; a notice to liaisons goes to the liaisons alone, where there is one."""
    dispatch = Dispatch.objects.select_related("sender").get(pk=event.dispatch)
    on = day_of(event.at)
    due = f"请在{say_date(dispatch.answer_by)}前回复。" if dispatch.answer_by else "请签收。"
    for receipt in Receipt.objects.filter(dispatch=dispatch):
        liaisons = liaison_accounts(receipt.unit_id, on) if dispatch.kind == "liaison" else []
        _tell(
            liaisons or receiving(receipt, on), f"dispatch:{dispatch.uid}",
            f"{dispatch.get_kind_display()}：{dispatch.subject}", f"{dispatch.sender.name}发来{dispatch.number}。{due}",
            f"/desk/channel/{dispatch.uid}/",
        )  # fmt: skip


@handles(CaseHandedAcross)
def send_with_the_case(event: CaseHandedAcross) -> None:
    """The paper that goes with a case to another tier (R002): the counterpart signs for it, the sender sees that it did."""
    case = case_by_code(event.code)
    window = [organisations.window(event.window)] if event.window else []
    services.send_dispatch(
        actor=SYSTEM, sender=organisations.unit(event.source), receivers=[] if window else [organisations.unit(event.target)],
        windows=window, kind=Dispatch.Kind.CASE, subject=f"移送办件：{case.matter.title}"[:120], about=event.code, at=event.at,
        body=f"{account_name(event.account)}移送办件 {event.code}，请签收后接着办理。办理期限不变。\n移送理由：{event.reason}",
        key=f"case:{event.matter_id}:{event.at.isoformat()}",
    )  # fmt: skip


@handles(events.DispatchUrged)
def tell_dispatch_urged(event: events.DispatchUrged) -> None:
    """The unit, again."""
    receipt = Receipt.objects.select_related("dispatch__sender").get(pk=event.receipt)
    dispatch = receipt.dispatch
    _tell(
        receiving(receipt, day_of(event.at)), f"dispatch:{dispatch.uid}:urged:{event.turn}",
        f"催办：{dispatch.subject}", f"{dispatch.sender.name}请您单位尽快办理{dispatch.number}。",
        f"/desk/channel/{dispatch.uid}/",
    )  # fmt: skip


@handles(events.DispatchAnswered)
def tell_dispatch_answered(event: events.DispatchAnswered) -> None:
    """Whoever sent it."""
    receipt = Receipt.objects.select_related("dispatch", "unit").get(pk=event.receipt)
    dispatch = receipt.dispatch
    author = [dispatch.author_id] if dispatch.author_id else speaking(dispatch.sender_id, day_of(event.at))
    _tell(
        author, f"dispatch:{dispatch.uid}:answered:{receipt.pk}", f"已回复：{dispatch.subject}",
        f"{receipt.unit.name}回复了{dispatch.number}。", f"/desk/channel/{dispatch.uid}/",
    )  # fmt: skip


@handles(events.ShiftSwapped)
def tell_swap(event: events.ShiftSwapped) -> None:
    """Both leaders, where they have an account."""
    from yimen.service.coordination.models import Leader

    change = ShiftChange.objects.get(pk=event.change)
    people = Leader.objects.filter(department=change.department_id, name__in=(change.before, change.after))
    accounts = [account for account in people.values_list("account_id", flat=True) if account is not None]
    who = f"改由{change.after}带班" if change.after else "撤下"
    words = f"{say_date(change.day)}原由{change.before}带班，{who}。原因：{change.reason}"
    _tell(accounts, f"shift:{change.uid}", "带班有变动", words, "/manage/leaders/")
