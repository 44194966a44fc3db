-- Standing in for a colleague, and emergencies: what the session tells of them, and what the database holds.
-- This file is part of its migration and is not edited after release; a change is a new file and a new migration.

-- Of a post only one delegation stands open at a time, and of an account one emergency. Ranges of one number stand for
-- equality, as with the letters.
alter table organisations_delegation add constraint organisations_one_stand_in exclude using gist (
    int8range(post_id, post_id, '[]') with &&, tstzrange(begins_at, ends_at) with &&
) where (revoked_at is null and declined_at is null);
alter table organisations_emergency add constraint organisations_one_emergency exclude using gist (
    int8range(account_id, account_id, '[]') with &&, tstzrange(opened_at, least(ended_at, ends_at)) with &&
);

-- An administrator (三员) stands in for nobody and opens no emergency.
create trigger organisations_delegation_apart before insert or update of account_id on organisations_delegation
    for each row execute function organisations_keep_apart();
create trigger organisations_emergency_apart before insert or update of account_id on organisations_emergency
    for each row execute function organisations_keep_apart();

-- What was opened stays as it was opened; it is ended once and reviewed once.
create or replace function organisations_emergency_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.account_id <> old.account_id or new.post_id <> old.post_id or new.codes <> old.codes
       or new.places <> old.places or new.reason <> old.reason or new.opened_at <> old.opened_at
       or new.ends_at <> old.ends_at or (old.ended_at is not null and new.ended_at is distinct from old.ended_at)
       or (old.reviewed_at is not null and (new.reviewed_at, new.verdict, new.review_note)
           is distinct from (old.reviewed_at, old.verdict, old.review_note)) then
        raise exception 'emergency % stays as it was', old.id
            using errcode = 'check_violation', constraint = 'organisations_emergency_stays';
    end if;
    return new;
end $$;
create trigger organisations_emergency_stays before update or delete on organisations_emergency
    for each row execute function organisations_emergency_stays();

do $$
declare
    name text;
begin
    foreach name in array array['delegation', 'emergency'] loop
        execute format(
            'create constraint trigger organisations_%1$s_stamp after insert or update or delete on organisations_%1$s '
            'deferrable initially deferred for each row execute function organisations_new_stamp()', name);
    end loop;
end $$;

-- For whom an account may stand in now or within the day, as [{id, name, post, begins_at, ends_at}].
create function organisations_stand_ins(p_account bigint, p_at timestamptz) returns json stable language sql as $$
    select coalesce(json_agg(json_build_object(
               'id', d.id, 'name', a.name, 'post', p.title, 'unit', u.short_name,
               'begins_at', d.begins_at, 'ends_at', d.ends_at) order by d.begins_at, d.id), '[]'::json)
    from organisations_delegation d
    join identity_account a on a.id = d.holder_id and a.is_active
    join organisations_post p on p.id = d.post_id and p.account_id = d.holder_id
    join organisations_unit u on u.id = p.unit_id
    where d.account_id = p_account and d.accepted_at is not null and d.revoked_at is null
      and d.ends_at > p_at and d.begins_at < p_at + interval '1 day'
$$;

drop function organisations_session(text, timestamptz, boolean, uuid, bigint);

-- As 0004_stamp.sql, and besides the second factor of the session: `own` is the post of one's own; `stand_ins` for whom one may stand in; `standing`
-- the delegation one acts under, with the actor that its holder is in that post; `stood_down` says that it has ended since;
-- `emergency` the one that stands open. How these make one actor is said in `capacities.py`.
create function organisations_session(
    p_key text, p_at timestamptz, p_passive boolean, p_stamp uuid, p_post bigint, p_standing bigint)
returns json language plpgsql as $$
declare
    held record;
    chosen bigint;
    ended text;
    actor json;
    theirs json;
    delegation record;
    standing json;
    stood_down boolean := false;
    emergency json;
    stand_ins json;
    kept boolean := false;
begin
    select s.uid, s.account_id, s.epoch, s.post_id, s.seen_at, s.ends_at, s.idle_minutes, s.factor_due, s.factor_at,
           s.standing_in, a.is_active, a.session_epoch, a.kind, a.must_change_password, a.elder_mode,
           (select stamp from organisations_stamp where id = 1) as stamp
    into held
    from identity_session s join identity_account a on a.id = s.account_id
    where s.key_hash = p_key;
    if not found then
        return null;
    end if;

    ended := case
        when not held.is_active then 'disabled'
        when held.epoch <> held.session_epoch then 'ended'
        when p_at >= held.ends_at then 'absolute'
        when p_at >= held.seen_at + held.idle_minutes * interval '1 minute' then 'idle'
    end;
    if ended is null then
        chosen := held.post_id;
        kept := held.stamp = p_stamp and chosen is not distinct from p_post
            and held.standing_in is not distinct from p_standing;
        if not coalesce(kept, false) then
            if chosen is null and held.kind = 'staff' then
                chosen := organisations_main_post(held.account_id, (p_at at time zone 'Asia/Shanghai')::date);
            end if;
            actor := organisations_actor(held.account_id, chosen, p_at);
            if held.post_id is not null and actor ->> 'post_id' is null then
                ended := 'post';
            end if;
        end if;
    end if;
    if ended is not null then
        delete from identity_session where key_hash = p_key;
        return json_build_object('ended', ended);
    end if;

    if not coalesce(kept, false) and held.kind = 'staff' then
        stand_ins := organisations_stand_ins(held.account_id, p_at);
        if held.standing_in is not null then
            select d.id, d.holder_id, d.post_id, d.codes, d.ends_at into delegation
            from organisations_delegation d
            where d.id = held.standing_in and d.account_id = held.account_id and d.accepted_at is not null
              and d.revoked_at is null and d.begins_at <= p_at and d.ends_at > p_at;
            if found and chosen is not null then
                theirs := organisations_actor(delegation.holder_id, delegation.post_id, p_at);
            end if;
            if theirs ->> 'post_id' is null then
                stood_down := true;
                update identity_session set standing_in = null where key_hash = p_key;
            else
                standing := json_build_object('id', delegation.id, 'codes', delegation.codes,
                                              'ends_at', delegation.ends_at, 'actor', theirs);
            end if;
        end if;
        select json_build_object('id', e.id, 'codes', e.codes, 'places', e.places, 'ends_at', e.ends_at) into emergency
        from organisations_emergency e
        where e.account_id = held.account_id and e.post_id = chosen and e.ended_at is null
          and e.opened_at <= p_at and e.ends_at > p_at;
    end if;

    -- Written at most twice a minute, so that a clerk's clicks do not each write a row.
    if (not p_passive and p_at > held.seen_at + interval '30 seconds') or chosen is distinct from held.post_id then
        update identity_session
        set seen_at = case when p_passive then seen_at else greatest(seen_at, p_at) end, post_id = chosen
        where key_hash = p_key;
    end if;
    return json_build_object(
        'actor', actor, 'kept', coalesce(kept, false), 'stamp', held.stamp,
        'stand_ins', coalesce(stand_ins, '[]'::json), 'standing', standing, 'stood_down', stood_down,
        'emergency', emergency,
        'sign_in', json_build_object('session', held.uid, 'must_change_password', held.must_change_password,
                                     'elder_mode', held.elder_mode, 'factor_due', held.factor_due,
                                     'factor_at', held.factor_at));
end $$;
