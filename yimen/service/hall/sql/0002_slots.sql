-- A place in a slot, by one statement: the slot's row counts, and is held until the caller's commit. This file is part of migration
-- 0002 and is not edited after release; a change is a new file and a new migration.
--
-- Nothing is released by an event: a slot may be booked once its moment has come by the caller's clock AND by the database's, so a
-- server whose clock has jumped ahead releases nothing early, and nothing can be released twice.
-- Verdicts: booked; early (not released); over (has begun); has_one (an open booking in this group); banned; full.
create or replace function hall_book(
    p_uid uuid, p_hall bigint, p_group bigint, p_party bigint, p_day date, p_begins timestamptz, p_ends timestamptz, p_quota integer,
    p_opens timestamptz, p_code text, p_way text, p_at timestamptz, p_actor_uid uuid, p_actor_name text, p_actor_post text,
    p_request_id text, p_ip text
) returns table (verdict text, booking_id bigint) language plpgsql as $$
declare
    held bigint;
    made bigint;
begin
    if p_opens > least(p_at, clock_timestamp()) then
        return query select 'early'::text, 0::bigint;
        return;
    end if;
    if p_begins <= p_at then
        return query select 'over'::text, 0::bigint;
        return;
    end if;
    if exists (select 1 from hall_booking b where b.party_id = p_party and b.group_id = p_group and b.state = 'booked') then
        return query select 'has_one'::text, 0::bigint;
        return;
    end if;
    if exists (select 1 from hall_ban b where b.party_id = p_party and b.hall_id = p_hall and b.lifted_at is null and b.until > p_at) then
        return query select 'banned'::text, 0::bigint;
        return;
    end if;
    insert into hall_slot as s (group_id, begins_at, ends_at, booked) values (p_group, p_begins, p_ends, 1)
    on conflict (group_id, begins_at) do update set booked = s.booked + 1 where s.booked < p_quota
    returning s.id into held;
    if held is null then
        return query select 'full'::text, 0::bigint;
        return;
    end if;
    insert into hall_booking (uid, code, hall_id, group_id, slot_id, party_id, day, begins_at, ends_at, state, way, booked_at, late, why)
    values (p_uid, p_code, p_hall, p_group, held, p_party, p_day, p_begins, p_ends, 'booked', p_way, p_at, false, '')
    returning id into made;
    perform kit_audit(p_actor_uid, p_actor_name, p_actor_post, 'hall.book', 'booking', p_uid::text, 'ok', '', p_request_id,
                      nullif(p_ip, '')::inet, jsonb_build_object('group', p_group, 'begins', p_begins)::text);
    return query select 'booked'::text, made;
end $$;
