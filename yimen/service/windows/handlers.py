"""And afterwards? Who is told. Each may run twice: a notice has its key. Nobody is told what a citizen's name is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import events, policies, rules
from yimen.service.windows.models import Activation, FirstAsk, HandOver, Paper, Pull
from yimen.service.windows.selectors.papers import staff_to_read


def _tell(accounts: Iterable[int], key: str, subject: str, body: str, link: str) -> None:
    for account in sorted(set(accounts)):
        notify_account(key=f"windows:{key}:{account}", account_id=account, subject=subject, body=body[:500], link=link)


def _at(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S%f}"


# --- Pulls


def _pull(code: str) -> Pull:
    return Pull.objects.select_related("matter", "section", "window", "asker_unit").get(matter__code=code)


def section_people(pull: Pull, on: date) -> list[int]:
    """Who answers for the section: those who may in the department and work in the section or above it."""
    place = organisations.Place(pull.matter.department_id)
    may = {each.account_id for each in organisations.holders({policies.ANSWER}, place, on)}
    if pull.section.kind != "section":
        return sorted(may)
    theirs = set(organisations.staff_of(pull.section, on).values_list("pk", flat=True))
    return sorted(may & theirs) or sorted(may)


def window_people(pull: Pull, on: date) -> list[int]:
    """Who asked, and whoever sits at the same window."""
    found = [pull.asker_id] if pull.asker_id is not None else []
    if pull.window_id is not None:
        place = organisations.Place(0, pull.window_id)
        found += [each.account_id for each in organisations.holders({policies.ASK}, place, on)]
    return found


def _by(pull: Pull) -> str:
    moment = pull.answer_by
    if moment is not None:
        return f"请在{say_moment(moment)}前答复。"
    return f"请在{say_date(pull.matter.due_on)}前答复。" if pull.matter.due_on else "请尽快答复。"


@handles(events.SectionAsked)
def tell_asked(event: events.SectionAsked) -> None:
    """The section has to answer, by when."""
    pull = _pull(event.code)
    words = f"{pull.window or pull.asker_unit.name}请{pull.section.name}办：{pull.matter.title}。{_by(pull)}"
    _tell(section_people(pull, day_of(event.at)), f"{event.code}:asked", "窗口要求协办", words, _pull_url(event.code))


TO_SECTION = {
    "send_back": "协办被退回，请重办", "urge": "催办：请尽快答复窗口", "grant_extension": "同意延期",
    "deny_extension": "不同意延期，期限不变", "confirm": "窗口已确认", "accept_decline": "窗口同意不办", "withdraw": "窗口撤回了协办",
}  # fmt: skip
TO_WINDOW = {
    "answer": "股室已答复，请确认",
    "decline": "股室说明不能办，请处理",
    "ask_extension": "股室申请延期，请答复",
}


@handles(events.PullMoved)
def tell_pull(event: events.PullMoved) -> None:
    """Each side of what the other did."""
    pull, on = _pull(event.code), day_of(event.at)
    key = f"{event.code}:{event.action}:{_at(event.at)}"
    if event.action in TO_SECTION:
        words = f"{pull.matter.title}。{_by(pull) if pull.matter.state == 'asked' else ''}"
        _tell(section_people(pull, on), key, TO_SECTION[event.action], words, _pull_url(event.code))
    elif event.action in TO_WINDOW:
        _tell(window_people(pull, on), key, TO_WINDOW[event.action], pull.matter.title, _pull_url(event.code))


def _pull_url(code: str) -> str:
    return f"/desk/pulls/{code}/"


# --- First contacts


def _first_ask(code: str) -> FirstAsk:
    return FirstAsk.objects.select_related("matter").get(matter__code=code)


def receivers(link: HandOver, on: date) -> list[int]:
    """Who may take a hand-over: whoever sits at the window, or holds the power in the unit."""
    if link.to_window_id is not None:
        place = organisations.Place(0, link.to_window_id)
    else:
        place = organisations.Place(link.to_unit_id or 0, None, link.to_unit_id)
    return [each.account_id for each in organisations.holders({policies.FIRST}, place, on)]


TO_FIRST = {
    "take": "您转交的首问已接收",
    "refuse": "您转交的首问没有被接收",
    "answer": "您首问的事已答复",
    "note": "您首问的事有进展",
}


@handles(events.FirstAskMoved)
def tell_first_ask(event: events.FirstAskMoved) -> None:
    """The receivers of a hand-over, the holder of an urging, the first-asked of everything others do with it."""
    asked, on = _first_ask(event.code), day_of(event.at)
    key, link = f"{event.code}:{event.action}:{_at(event.at)}", f"/desk/first-asks/{event.code}/"
    title = asked.matter.title
    pending = asked.hand_overs.filter(outcome=HandOver.Outcome.PENDING).first()
    if event.action == "offer" and pending is not None:
        words = f"{asked.first_name}首问的“{title}”转给您，请接收或说明为什么不接收。期限不变。"
        _tell(receivers(pending, on), key, "首问转交，请接收", words, link)
    elif event.action == "urge":
        to = receivers(pending, on) if pending is not None else [asked.holder_id]
        _tell(to, key, "首问责任人催办", f"{title}，请尽快办理。", link)
    elif event.action in TO_FIRST:
        to = [asked.first_id, asked.holder_id] if event.action == "refuse" else [asked.first_id]
        if event.action in ("answer", "note") and asked.first_id == asked.holder_id:
            return
        _tell(to, key, TO_FIRST[event.action], title, link)


# --- Limits


@handles(events.WindowLimit)
def tell_limit(event: events.WindowLimit) -> None:
    """Whoever has to act; once late those above, one step further up the responsibility chain each time (R011)."""
    on = day_of(event.at)
    pull = Pull.objects.select_related("matter", "section", "window", "asker_unit").filter(pk=event.matter_id).first()
    if pull is not None:
        acting = section_people(pull, on) if pull.matter.state == "asked" else window_people(pull, on)
        matter, link = pull.matter, _pull_url(event.code)
    else:
        asked = _first_ask(event.code)
        pending = asked.hand_overs.filter(outcome=HandOver.Outcome.PENDING).first()
        acting = [asked.first_id, asked.holder_id] + (receivers(pending, on) if pending is not None else [])
        matter, link = asked.matter, f"/desk/first-asks/{event.code}/"
    told = [*acting, *above(matter.department_id, event.level, on)] if event.level else acting
    words = f"“{matter.title}”{say_moment(event.due_at)}到期。{rules.LEVELS[event.level]}。"
    _tell(told, f"{event.code}:limit:{_at(event.due_at)}:{event.level}", "期限提醒", words, link)


def above(unit_id: int, level: int, on: date) -> list[int]:
    """Accounts up the responsibility chain: team and deputy in charge, from the second level the principal too."""
    unit = organisations.unit(unit_id)
    rungs = organisations.responsibility_chain(unit, on)
    found = [each.account_id for each in rungs if each.account_id and (level >= 2 or each.rung != "principal")]
    return found or [account.pk for account in organisations.heads_of(unit, on)]


# --- Papers


@handles(events.PaperApproved)
def tell_approved(event: events.PaperApproved) -> None:
    """Whoever has to read it."""
    paper = Paper.objects.select_related("window", "department").get(pk=event.paper)
    told = [pk for pk, _ in staff_to_read(paper, day_of(event.at))]
    words = f"{paper}自{say_date(paper.in_force_from)}起施行，请阅知。" if paper.in_force_from else f"{paper}，请阅知。"
    _tell(told, f"paper:{paper.uid}", f"请阅知{paper.get_kind_display()}", words, f"/desk/window-papers/{paper.uid}/")


@handles(events.ContingencyMoved)
def tell_contingency(event: events.ContingencyMoved) -> None:
    """The centre's managers, of a beginning and of an end."""
    held = Activation.objects.select_related("window__centre", "paper").get(pk=event.activation)
    centre = held.window.centre
    place = organisations.Place(centre.pk, None, centre.pk, centre.division_id)
    told = [each.account_id for each in organisations.holders({policies.APPROVE}, place, day_of(event.at))]
    said = f"已结束：{held.done}" if event.ended else f"已启动：{held.reason}"
    key = f"contingency:{held.uid}:{'ended' if event.ended else 'started'}"
    _tell(told, key, "窗口预案", f"{held.window} {said}", "/desk/contingencies/")
