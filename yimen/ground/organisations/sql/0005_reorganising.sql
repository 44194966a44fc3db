-- Reorganisation: who goes on for whom, what an actor holds because of it, and no ring in the tree.
-- This file is part of migration 0005 and is not edited after release; a change is a new file and a new migration.

-- The units that a unit has wholly taken over, one after the other, however long ago.
create function organisations_predecessors(p_unit bigint) returns setof bigint stable language sql as $$
    with recursive back(id) as (
        select s.old_id from organisations_unitsuccession s where s.new_id = p_unit and s.whole and s.undone_at is null
        union
        select s.old_id from back join organisations_unitsuccession s on s.new_id = back.id
        where s.whole and s.undone_at is null
    )
    select id from back where id <> p_unit
$$;

-- Who goes on with a unit that was wholly taken over, to the last.
create function organisations_heirs(p_unit bigint) returns setof bigint stable language sql as $$
    with recursive onward(id) as (
        select s.new_id from organisations_unitsuccession s where s.old_id = p_unit and s.whole and s.undone_at is null
        union
        select s.new_id from onward join organisations_unitsuccession s on s.old_id = onward.id
        where s.whole and s.undone_at is null
    )
    select id from onward where id <> p_unit
$$;

-- The letters under which a post may act on a day, each with the department it speaks for. A letter dies with its
-- department. It speaks for what its department took over too; and as long as a takeover is still running, the letters of
-- the old department speak for the new one as well, so that no matter is without a hand between two batches.
create function organisations_letters_of(p_post bigint, p_day date)
returns table (id bigint, number text, speaks_for bigint, powers jsonb, items jsonb, valid_from date, valid_to date, own boolean)
stable language sql as $$
    with alive as (
        select l.* from organisations_authorisationletter l
        join organisations_unit d on d.id = l.department_id
        where l.post_id = p_post and l.state = 'signed' and l.valid_from <= p_day and l.valid_to >= p_day
          and (d.dissolved_on is null or d.dissolved_on > p_day)
    )
    select a.id, a.number, a.department_id, a.powers, a.items, a.valid_from, a.valid_to, true from alive a
    union all
    select a.id, a.number, old, a.powers, a.items, a.valid_from, a.valid_to, false
    from alive a, organisations_predecessors(a.department_id) old
    union all
    select a.id, a.number, s.new_id, a.powers, a.items, a.valid_from, a.valid_to, false
    from alive a
    join organisations_unitsuccession s on s.old_id = a.department_id
    where s.whole and s.undone_at is null and s.moved_at is null
$$;

-- The actor an account is at a moment, as the JSON of identity.rules.Actor; null when there is no such account or it is
-- disabled. p_post must be a post the account holds on that day, or null for none.
create or replace function organisations_actor(p_account bigint, p_post bigint, p_at timestamptz)
returns json stable language plpgsql as $$
declare
    today date := (p_at at time zone 'Asia/Shanghai')::date;
    who record;
    department record;
    centre bigint;
begin
    select a.uid, a.name, a.kind, a.party_id, r.role, p.id as post_id, p.title, p.window_id, w.centre_id,
           w.name || ' ' || w.number || ' 号' as window_name, u.path
    into who
    from identity_account a
    left join organisations_adminrole r on r.account_id = a.id
    left join organisations_post p on p.id = p_post and p.account_id = a.id
        and p.held_from <= today and (p.held_to is null or p.held_to >= today)
    left join organisations_window w on w.id = p.window_id
    left join organisations_unit u on u.id = p.unit_id
    where a.id = p_account and a.is_active;
    if not found then
        return null;
    end if;
    if who.kind <> 'staff' then
        return json_build_object('uid', who.uid, 'name', who.name, 'kind', who.kind,
                                 'account_id', p_account, 'party_id', who.party_id);
    end if;

    -- The department is the nearest unit upwards that is no section; the centre the nearest that has a hall.
    centre := who.centre_id;
    if who.path is not null then
        select u.id, u.name::text, u.division_id::text into department from organisations_unit u
        where u.id = any(string_to_array(trim(both '/' from who.path), '/')::bigint[]) and u.kind <> 'section'
        order by length(u.path) desc limit 1;
        if centre is null then
            select u.id into centre from organisations_unit u
            where u.id = any(string_to_array(trim(both '/' from who.path), '/')::bigint[])
              and u.kind in ('centre', 'subcentre', 'town', 'village')
            order by length(u.path) desc limit 1;
        end if;
    else
        select null::bigint as id, null::text as name, null::text as division_id into department;
    end if;

    return json_build_object(
        'uid', who.uid, 'name', who.name, 'kind', who.kind, 'account_id', p_account,
        'post', coalesce(who.title, ''), 'post_id', who.post_id,
        'department_id', department.id, 'department', coalesce(department.name, ''),
        'window_id', who.window_id, 'window', coalesce(who.window_name, ''),
        'centre_id', centre, 'division', coalesce(department.division_id, ''), 'admin_role', coalesce(who.role, ''),
        'predecessors', (select coalesce(json_agg(old), '[]'::json) from organisations_predecessors(department.id) old),
        'permissions', (
            select coalesce(json_agg(json_build_object(
                       'code', held.code, 'scope', held.scope, 'scope_id', held.scope_id,
                       'scope_path', held.scope_path)), '[]'::json)
            from (
                with own as (
                select g.code, g.scope,
                       case g.scope
                           when 'window' then coalesce(g.scope_window_id, who.window_id)
                           when 'department' then coalesce(g.scope_unit_id, department.id)
                           when 'centre' then coalesce(g.scope_unit_id, centre)
                       end as scope_id,
                       case when g.scope = 'division'
                           then organisations_division_prefix(coalesce(g.scope_division_id, department.division_id))
                           else ''
                       end as scope_path
                from organisations_grant g
                where g.ended_at is null and g.post_id = who.post_id
                union all
                select g.code, g.scope,
                       case g.scope when 'window' then g.scope_window_id
                                    when 'department' then g.scope_unit_id when 'centre' then g.scope_unit_id end,
                       case when g.scope = 'division' then organisations_division_prefix(g.scope_division_id) else '' end
                from organisations_grant g
                where g.ended_at is null and g.account_id = p_account
                union all
                select 'admin.' || who.role, 'all', null, '' where who.role is not null
                )
                select * from own
                union
                -- What a department took over it sees and ends, as far as its own rights there reach.
                select own.code, own.scope, old, '' from own, organisations_predecessors(own.scope_id) old
                where own.scope = 'department'
            ) held
            -- A scope without a place (a window's for a post that stands at none) gives nothing.
            where held.scope in ('own', 'all') or held.scope_id is not null
               or (held.scope = 'division' and held.scope_path is not null)),
        'letters', (
            select coalesce(json_agg(json_build_object(
                       'letter_id', l.id, 'number', l.number, 'department_id', l.speaks_for, 'powers', l.powers,
                       'items', l.items, 'valid_from', l.valid_from, 'valid_to', l.valid_to) order by l.id, l.own desc),
                   '[]'::json)
            from organisations_letters_of(who.post_id, today) l));
end $$;

create constraint trigger organisations_unitsuccession_stamp
    after insert or update or delete on organisations_unitsuccession
    deferrable initially deferred for each row execute function organisations_new_stamp();

-- No unit hangs below itself. One change of the tree at a time (the lock of services.tree), and then look upwards: two moves
-- that would close a ring together wait for each other here, and the second one sees it.
create function organisations_no_ring() returns trigger language plpgsql as $$
begin
    if new.parent_id is null then
        return new;
    end if;
    perform pg_advisory_xact_lock(7101001);
    if new.parent_id = new.id or exists (
        with recursive up(id, parent_id) as (
            select u.id, u.parent_id from organisations_unit u where u.id = new.parent_id
            union
            select u.id, u.parent_id from up join organisations_unit u on u.id = up.parent_id
        )
        select from up where id = new.id) then
        raise exception 'unit % would hang below itself', new.id
            using errcode = 'check_violation', constraint = 'organisations_no_ring';
    end if;
    return new;
end $$;
create trigger organisations_no_ring before insert or update of parent_id on organisations_unit
    for each row execute function organisations_no_ring();
