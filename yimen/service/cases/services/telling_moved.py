"""Who is told of a move: each applicant whose date changed, each handler once of all of theirs."""

from __future__ import annotations

from collections import Counter

from yimen.ground.kit.moments import say_date
from yimen.ground.notices import services as notices
from yimen.ground.notices.rules import Template, register_template
from yimen.service.cases.models import MovedCase, MovePlan

MOVED = Template(
    "cases.date_moved",
    "办理期限有变化：最晚 {due}",
    "您的“{title}”（{code}）原来最晚 {old}，现在最晚 {due}。{why}逐日账目可在办件页查看。",
    kind="progress",
    sms="您的“{title}”办理期限有变，最晚{due}办结，原因见办件页。",
    gaps_of={"due": "day"},
)
HANDLERS = Template(
    "cases.moved_to_version",
    "您经办的 {count} 件已{verb}",
    "{target}。您经办的 {count} 件已{verb}，其中 {dates} 件期限有变。理由：{reason}。收件箱已按新期限排序。",
    kind="work",
)
AT_ONCE = 500
for _template in (MOVED, HANDLERS):
    register_template(_template)


def tell_people(plan: MovePlan, *, back: bool) -> bool:
    """Tell the next people; False when all know. A message has a key of its own, so that nobody is told twice."""
    state, flag = (MovedCase.State.BACK, "told_back") if back else (MovedCase.State.TAKEN, "told")
    found = plan.cases.filter(state=state, fate=MovedCase.Fate.DATE, **{flag: False})
    told = list(found.select_related("matter").order_by("id")[:AT_ONCE])
    if not told:
        _tell_handlers(plan, state, back=back)
        return False
    notices.notify_many(
        MOVED.code,
        [
            notices.Telling(
                key=f"case-moved{'-back' if back else ''}:{plan.uid}:{item.matter_id}",
                party_id=item.matter.applicant_id,
                facts={
                    "title": item.matter.title, "code": item.matter.code,
                    "why": f"期限恢复为原来的，因为移动已撤销：{plan.undo_reason}。" if back else item.why,
                    "old": _day(item.new_due_on if back else item.old_due_on),
                    "due": _day(item.old_due_on if back else item.new_due_on),
                },
                link=f"/my/matters/{item.matter.code}/",
            )
            for item in told
            if item.matter.applicant_id is not None and item.old_due_on != item.new_due_on
        ],
    )  # fmt: skip
    MovedCase.objects.filter(pk__in=[item.pk for item in told]).update(**{flag: True})
    return True


def _tell_handlers(plan: MovePlan, state: str, *, back: bool) -> None:
    mine: Counter[int] = Counter()
    dates: Counter[int] = Counter()
    rows = plan.cases.filter(state=state, matter__person__isnull=False).values_list("matter__person_id", "fate")
    for person, fate in rows.iterator(chunk_size=2000):
        mine[person] += 1
        dates[person] += fate == MovedCase.Fate.DATE
    notices.notify_many(
        HANDLERS.code,
        [
            notices.Telling(
                key=f"cases-moved{'-back' if back else ''}:{plan.uid}:{person}",
                account_id=person,
                facts={
                    "count": count, "dates": dates[person], "verb": "移回原版本" if back else "移到新版本",
                    "target": plan.target, "reason": plan.undo_reason if back else plan.reason,
                },
                link="/desk/inbox/",
            )
            for person, count in mine.items()
        ],
    )  # fmt: skip


def _day(day: object) -> str:
    return say_date(day) if day else "未定"  # type: ignore[arg-type]
