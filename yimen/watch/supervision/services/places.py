"""Reading out of the ledger where the steps of cases were taken, and raising what left the centre (R064)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.matters import selectors as reading
from yimen.service.residence import selectors as residence
from yimen.watch.supervision import policies
from yimen.watch.supervision.models import ItemPlaces, RuleVersion, StepPlace, Watermark
from yimen.watch.supervision.rules import chosen
from yimen.watch.supervision.rules import places as rules
from yimen.watch.supervision.selectors.rules import newest_versions
from yimen.watch.supervision.services.alerts import Found, detect

PORTION = 50_000
MOST = 500
NAME = "places"

_READ = """
insert into supervision_stepplace
    (step_id, matter_id, seq, action, "group", item_id, department_id, hall_id, place, how, inside, required, actor_name, at)
select s.id, m.id, s.seq, s.action, g.name, c.item_id, m.department_id,
       case when s."window" <> '' then m.centre_id when p.inside then coalesce(p.hall, m.centre_id) end,
       left(case when s."window" <> '' then s."window" else coalesce(p.place, '') end, 200),
       case when s."window" <> '' then 'window' when p.place is null then 'unknown' when p.named then 'post' else 'derived' end,
       case when s."window" <> '' then true else p.inside end,
       m.centre_id is not null and g.name = any(coalesce(
           (select array(select jsonb_array_elements_text(o.groups)) from supervision_itemplaces o where o.item_id = c.item_id),
           (select string_to_array(nullif(v.steps, ''), ',') from unnest(%s::bigint[], %s::text[]) v (place, steps)
             where v.place in (m.department_id, m.centre_id, 0)
             order by v.place = m.department_id desc, v.place = m.centre_id desc limit 1),
           '{}'::text[])),
       s.actor_name, s.happened_at
  from matters_step s
  join (select unnest(%s::text[]) as action, unnest(%s::text[]) as name) g on g.action = s.action
  join matters_matter m on m.id = s.matter_id
  join cases_case c on c.matter_id = m.id
  join identity_account a on a.uid = s.actor_uid
  left join lateral (
       select w.centre_id as hall, u.name || ' ' || o.title as place,
              w.id is not null or u.approval_section or u.kind in ('centre', 'subcentre') as inside,
              s.actor_post like '%%' || o.title as named
         from organisations_tenure t
         join organisations_post o on o.id = t.post_id
         join organisations_unit u on u.id = o.unit_id
         left join organisations_window w on w.id = o.window_id
        where t.account_id = a.id and t.held_from <= (s.happened_at at time zone 'Asia/Shanghai')::date
          and (t.held_to is null or t.held_to >= (s.happened_at at time zone 'Asia/Shanghai')::date)
        order by (s.actor_post like '%%' || o.title) desc, o.main desc, t.id desc limit 1) p on true
 where s.id > %s and s.id <= %s
on conflict (step_id) do nothing
"""


@transaction.atomic
def read_places(at: datetime) -> int:
    """Read the places of what is new in the ledger, and raise what the rules say of it; returns how many alerts are new.

    A step that names its window was taken there. Else the post counts that the person held that day: one at a window, in a section
    for approvals or of the centre itself is inside. Whoever held none then is said to be nowhere, and counts as neither.
    """
    mark, _ = Watermark.objects.select_for_update().get_or_create(name=NAME)
    last, raised = reading.last_step(), 0
    left, ends = (newest_versions(at, kind=kind.code) for kind in (rules.LEFT, rules.TWO_ENDS))
    asked = [each for each in left if not each.lifted]
    where = [each.place_id or 0 for each in asked]
    steps = [",".join(each.params["steps"]) if each.in_use else "" for each in asked]
    while mark.step_id < last:
        upto = min(mark.step_id + PORTION, last)
        with connection.cursor() as cursor:
            cursor.execute(_READ, [where, steps, list(rules.ACTIONS), list(rules.ACTIONS.values()), mark.step_id, upto])
        raised += _raise_left(mark.step_id, upto, left, at) + _raise_ends(mark.step_id, upto, ends, at)
        mark.step_id = upto
        mark.save(update_fields=["step_id"])
    return raised


def _raise_left(after: int, upto: int, newest: Sequence[RuleVersion], at: datetime) -> int:
    rows = StepPlace.objects.filter(step_id__gt=after, step_id__lte=upto, required=True, inside=False)
    raised = 0
    for each in rows.select_related("matter__window", "matter__department").order_by("step_id")[:MOST]:
        version = next(iter(chosen(newest, each.matter.department_id, each.matter.centre_id)), None)
        if version is None:
            continue
        label = rules.GROUPS[each.group]
        text = f"“{each.matter.title}”的{label}应当在中心办理，由{each.place}的{each.actor_name}在中心以外办理。"
        found = Found(
            key=f"{version.rule.code}:{each.matter_id}:{each.group}", text=text[:500], level=version.level,
            violation=rules.LEFT.violation, department_id=each.matter.department_id, since=each.at, about=each.matter,
            per="unit", version=version,
            evidence={"version": version.number, "step": each.seq, "by": each.actor_name, "where": each.place,
                      "known": rules.HOW[each.how], "happened_at": each.at.isoformat()},
        )  # fmt: skip
        raised += detect(found, at) is not None
    return raised


def _raise_ends(after: int, upto: int, newest: Sequence[RuleVersion], at: datetime) -> int:
    new = StepPlace.objects.filter(step_id__gt=after, step_id__lte=upto, group__in=rules.IN_PERSON).values("matter")
    raised = 0
    for matter in reading.by_ids(two_ended(list(new.distinct().values_list("matter", flat=True)))[:MOST]):
        version = next(iter(chosen(newest, matter.department_id, matter.centre_id)), None)
        if version is None:
            continue
        steps = StepPlace.objects.filter(matter=matter, group__in=rules.IN_PERSON, inside__isnull=False).order_by("seq")
        where = [f"{each.get_group_display()}在{each.place}" for each in steps]
        found = Found(
            key=f"{version.rule.code}:{matter.pk}", text=f"“{matter.title}”要申请人跑两处：{'，'.join(where)}。"[:500],
            level=version.level, violation=rules.TWO_ENDS.violation, department_id=matter.department_id, since=at,
            about=matter, per="unit", version=version, evidence={"version": version.number, "where": where},
        )  # fmt: skip
        raised += detect(found, at) is not None
    return raised


def two_ended(matter_ids: Sequence[int]) -> list[int]:
    """Which of these cases made the applicant come to two places; what was delivered by post or online made nobody come."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select p.matter_id from supervision_stepplace p join cases_case c on c.matter_id = p.matter_id
                where p.matter_id = any(%s) and p."group" = any(%s) and p.inside is not null
                  and (p."group" <> 'deliver' or c.delivery_method = 'window')
                group by 1 having count(distinct coalesce(p.hall_id, -p.department_id)) > 1 order by 1""",
            [list(matter_ids), list(rules.IN_PERSON)],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def set_item_places(*, actor: Actor, code: str, groups: Sequence[str], why: str, at: datetime) -> ItemPlaces:
    """Say for one item which steps belong in the centre; what was read before keeps what held then. Raises `NotAllowed`, `Invalid`."""
    require_permission(actor, policies.RULES)
    item = residence.items_by_code([code.strip()]).get(code.strip())
    if item is None:
        raise NotFound("没有这个编码的事项。", fields={"code": "请填写在用事项的编码"})
    if not set(groups) <= set(rules.GROUPS):
        raise Invalid("没有这样的环节。", fields={"groups": "请重新选择"})
    made, _ = ItemPlaces.objects.update_or_create(
        item=item,
        defaults={"groups": [each for each in rules.GROUPS if each in groups], "why": tidy(why, "依据", 200, field="why"),
                  "changed_at": at, "changed_by": actor.name},
    )  # fmt: skip
    audit.record(
        "supervision.set_item_places", actor=actor, target_kind="item", target=item.code, reason=made.why,
        facts={"groups": list(made.groups), "day": day_of(at).isoformat()},
    )  # fmt: skip
    return made
