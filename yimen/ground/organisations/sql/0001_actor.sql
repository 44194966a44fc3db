-- Who acts: post, rights and letters of an account. The calls for a session and a token stand in 0004_stamp.sql.
-- This file is part of migration 0002 and is not edited after release; a change is a new file and a new migration.

-- The leading digits of a division code that its whole subtree shares: 511602000000 -> 511602, 510000000000 -> 51.
create or replace function organisations_division_prefix(p_code text) returns text immutable language sql as $$
    select case
        when p_code ~ '^0*$' then ''
        when p_code ~ '0{10}$' then left(p_code, 2)
        when p_code ~ '0{8}$' then left(p_code, 4)
        when p_code ~ '0{6}$' then left(p_code, 6)
        when p_code ~ '0{3}$' then left(p_code, 9)
        else p_code
    end
$$;

-- The posts an account holds on a day, the main one first, as [{post_id, title, unit, window}].
create or replace function organisations_posts(p_account bigint, p_day date) returns json stable language sql as $$
    select coalesce(json_agg(json_build_object(
               'post_id', p.id, 'title', p.title, 'unit', u.name,
               'window', case when w.id is null then '' else w.name || ' ' || w.number || ' 号' end
           ) order by p.main desc, p.id), '[]'::json)
    from organisations_post p
    join organisations_unit u on u.id = p.unit_id
    left join organisations_window w on w.id = p.window_id
    where p.account_id = p_account and p.held_from <= p_day and (p.held_to is null or p.held_to >= p_day)
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
        'permissions', (
            select coalesce(json_agg(json_build_object(
                       'code', held.code, 'scope', held.scope, 'scope_id', held.scope_id,
                       'scope_path', held.scope_path)), '[]'::json)
            from (
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
            ) held
            -- A scope without a place (a window's for a post that stands at none) gives nothing.
            where held.scope in ('own', 'all') or held.scope_id is not null
               or (held.scope = 'division' and held.scope_path is not null)),
        'letters', (
            select coalesce(json_agg(json_build_object(
                       'letter_id', l.id, 'number', l.number, 'department_id', l.department_id, 'powers', l.powers,
                       'items', l.items, 'valid_from', l.valid_from, 'valid_to', l.valid_to) order by l.id), '[]'::json)
            from organisations_authorisationletter l
            where l.post_id = who.post_id and l.state = 'signed' and l.valid_from <= today and l.valid_to >= today));
end $$;

-- The post in which an account works when none was chosen: its main one of that day.
create or replace function organisations_main_post(p_account bigint, p_day date) returns bigint stable language sql as $$
    select p.id from organisations_post p
    where p.account_id = p_account and p.held_from <= p_day and (p.held_to is null or p.held_to >= p_day)
    order by p.main desc, p.id limit 1
$$;
