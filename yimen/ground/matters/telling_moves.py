"""Who is told that a date has moved: each applicant of their own matter, each handler once of all of theirs."""

from __future__ import annotations

from collections import Counter

from django.db.models import F

from yimen.ground.kit.moments import say_date
from yimen.ground.matters.models import MovedMatter, Recalculation
from yimen.ground.notices import services as notices
from yimen.ground.notices.rules import Template

DATE_MOVED = Template(
    "matters.date_moved",
    "办理期限有变化：最晚 {due}",
    "您的“{title}”（{code}）原来最晚 {old}，现在最晚 {due}。{cause}：{why}逐日账目可在办件页查看。",
    kind="progress",
    sms="您的“{title}”放假安排有变，最晚{due}办结，原因见办件页。",
    gaps_of={"due": "day"},
)
DATES_MOVED = Template(
    "matters.dates_moved",
    "您经办的 {count} 件期限有变化",
    "{cause}。您经办的 {count} 件重新计算了期限，其中最早到期的是 {first}。收件箱已按新期限排序。",
    kind="work",
)
AT_ONCE = 500


def tell_people(held: Recalculation) -> bool:
    """Tell the next people; False when all know. A message has a key of its own, so that nobody is told twice."""
    told = list(
        held.items.filter(state=MovedMatter.State.TAKEN, kind=MovedMatter.Kind.MOVED, told=False)
        .select_related("matter")
        .order_by("id")[:AT_ONCE]
    )
    if not told:
        _tell_handlers(held)
        return False
    cause = _cause(held)
    notices.notify_many(
        "matters.date_moved",
        [
            notices.Telling(
                key=f"date-moved:{held.uid}:{item.matter_id}",
                party_id=item.matter.applicant_id,
                facts={
                    "title": item.matter.title, "code": item.matter.code, "cause": cause, "why": item.why,
                    "old": say_date(item.old_due_on) if item.old_due_on else "未定",
                    "due": say_date(item.new_due_on) if item.new_due_on else "未定",
                },
                link=f"/my/matters/{item.matter.code}/",
            )
            for item in told
            if item.matter.applicant_id is not None and _seen(item)
        ],
    )  # fmt: skip
    MovedMatter.objects.filter(pk__in=[item.pk for item in told]).update(told=True)
    return True


def _tell_handlers(held: Recalculation) -> None:
    mine: Counter[int] = Counter()
    first: dict[int, str] = {}
    rows = (
        held.items.filter(state=MovedMatter.State.TAKEN, kind=MovedMatter.Kind.MOVED, matter__person__isnull=False)
        .exclude(old_due_on=F("new_due_on"))
        .order_by("new_due_on", "id")
        .values_list("matter__person_id", "matter__title", "new_due_on")
    )
    for person, title, due in rows.iterator(chunk_size=2000):
        mine[person] += 1
        first.setdefault(person, f"“{title[:40]}”" + (f"（{say_date(due)}）" if due else ""))
    cause = _cause(held)
    notices.notify_many(
        "matters.dates_moved",
        [
            notices.Telling(
                key=f"dates-moved:{held.uid}:{person}",
                account_id=person,
                facts={"count": count, "cause": cause, "first": first[person]},
                link="/desk/inbox/",
            )
            for person, count in mine.items()
        ],
    )


def _seen(item: MovedMatter) -> bool:
    """Whether the day that the applicant was told has moved; where it stays and only the legal one moves, nobody is bothered."""
    return item.old_due_on is None or item.old_due_on != item.new_due_on


def _cause(held: Recalculation) -> str:
    said = f"《{held.change.title}》（{held.change.document_number}）"
    return f"{said}已撤销" if held.undo else f"依据{said}"
