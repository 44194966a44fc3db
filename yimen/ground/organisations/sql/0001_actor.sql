-- Who acts: one call per request answers session, account, post, rights and letters.
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
    account record;
    post record;
    place record;
    role text;
    rights json;
    papers json;
begin
    select a.id, a.uid, a.name, a.kind, a.party_id into account
    from identity_account a where a.id = p_account and a.is_active;
    if not found then
        return null;
    end if;
    if account.kind <> 'staff' then
        return json_build_object('uid', account.uid, 'name', account.name, 'kind', account.kind,
                                 'account_id', account.id, 'party_id', account.party_id);
    end if;

    select r.role into role from organisations_adminrole r where r.account_id = p_account;
    select p.id, p.title, p.window_id, w.name as window_name, w.number as window_number, w.centre_id,
           string_to_array(trim(both '/' from u.path), '/')::bigint[] as chain, u.division_id
    into post
    from organisations_post p
    join organisations_unit u on u.id = p.unit_id
    left join organisations_window w on w.id = p.window_id
    where p.id = p_post and p.account_id = p_account
      and p.held_from <= today and (p.held_to is null or p.held_to >= today);

    -- The department is the nearest unit upwards that is no section; the centre the nearest that has a hall.
    select d.id as department_id, d.name as department, d.division_id, c.id as centre_id
    into place
    from (select u.id, u.name, u.division_id from organisations_unit u
          where u.id = any(post.chain) and u.kind <> 'section' order by length(u.path) desc limit 1) d
    left join lateral (select u.id from organisations_unit u
          where u.id = any(post.chain) and u.kind in ('centre', 'subcentre', 'town', 'village')
          order by length(u.path) desc limit 1) c on true;

    select coalesce(json_agg(json_build_object(
               'code', held.code, 'scope', held.scope, 'scope_id', held.scope_id, 'scope_path', held.scope_path)), '[]')
    into rights
    from (
        select g.code, g.scope,
               case g.scope
                   when 'window' then coalesce(g.scope_window_id, post.window_id)
                   when 'department' then coalesce(g.scope_unit_id, place.department_id)
                   when 'centre' then coalesce(g.scope_unit_id, post.centre_id, place.centre_id)
               end as scope_id,
               case when g.scope = 'division'
                   then organisations_division_prefix(coalesce(g.scope_division_id, place.division_id)) else ''
               end as scope_path
        from organisations_grant g
        where g.ended_at is null and (g.post_id = post.id or g.account_id = p_account)
        union all
        select 'admin.' || role, 'all', null, '' where role is not null
    ) held
    where case held.scope when 'division' then held.scope_path is not null
                          when 'own' then true when 'all' then true else held.scope_id is not null end;

    select coalesce(json_agg(json_build_object(
               'letter_id', l.id, 'number', l.number, 'department_id', l.department_id, 'powers', l.powers,
               'items', l.items, 'valid_from', l.valid_from, 'valid_to', l.valid_to) order by l.id), '[]')
    into papers
    from organisations_authorisationletter l
    where l.post_id = post.id and l.state = 'signed' and l.valid_from <= today and l.valid_to >= today;

    return json_build_object(
        'uid', account.uid, 'name', account.name, 'kind', account.kind, 'account_id', account.id,
        'post', coalesce(post.title, ''), 'post_id', post.id,
        'department_id', place.department_id, 'department', coalesce(place.department, ''),
        'window_id', post.window_id,
        'window', case when post.window_id is null then '' else post.window_name || ' ' || post.window_number || ' 号' end,
        'centre_id', coalesce(post.centre_id, place.centre_id),
        'division', coalesce(place.division_id, ''),
        'permissions', rights, 'letters', papers, 'admin_role', coalesce(role, ''));
end $$;

-- One request's session: {"actor": …, "sign_in": …}, or {"ended": reason} and the session is gone, or null if unknown.
-- A request that the person did not make (a page polling by itself) is passive and keeps no session alive.
create or replace function organisations_session(p_key text, p_at timestamptz, p_passive boolean)
returns json language plpgsql as $$
declare
    held record;
    today date := (p_at at time zone 'Asia/Shanghai')::date;
    posts json := '[]';
    chosen bigint;
    ended text;
    actor json;
begin
    select s.uid, s.account_id, s.epoch, s.post_id, s.seen_at, s.ends_at, s.idle_minutes,
           a.is_active, a.session_epoch, a.kind, a.must_change_password, a.elder_mode
    into held
    from identity_session s join identity_account a on a.id = s.account_id
    where s.key_hash = p_key;
    if not found then
        return null;
    end if;

    if held.kind = 'staff' then
        posts := organisations_posts(held.account_id, today);
        chosen := coalesce(held.post_id, (posts -> 0 ->> 'post_id')::bigint);
    end if;
    ended := case
        when not held.is_active then 'disabled'
        when held.epoch <> held.session_epoch then 'ended'
        when p_at >= held.ends_at then 'absolute'
        when p_at >= held.seen_at + held.idle_minutes * interval '1 minute' then 'idle'
        when held.post_id is not null
             and not exists (select from json_array_elements(posts) e where (e ->> 'post_id')::bigint = held.post_id)
        then 'post'
    end;
    if ended is not null then
        delete from identity_session where key_hash = p_key;
        return json_build_object('ended', ended);
    end if;

    -- Written at most twice a minute, so that a clerk's clicks do not each write a row.
    if (not p_passive and p_at > held.seen_at + interval '30 seconds') or chosen is distinct from held.post_id then
        update identity_session
        set seen_at = case when p_passive then seen_at else greatest(seen_at, p_at) end, post_id = chosen
        where key_hash = p_key;
    end if;
    return json_build_object(
        'actor', organisations_actor(held.account_id, chosen, p_at),
        'sign_in', json_build_object('session', held.uid, 'must_change_password', held.must_change_password,
                                     'elder_mode', held.elder_mode, 'posts', posts));
end $$;

-- One request's API token: as above; null when it is unknown, revoked, expired, or its account disabled.
-- A member of staff acts in the main post.
create or replace function organisations_token(p_hash text, p_at timestamptz) returns json language plpgsql as $$
declare
    token record;
    actor json;
begin
    select t.id, t.account_id, t.scopes, t.last_used_at into token
    from identity_apitoken t
    where t.hash = p_hash and t.revoked_at is null and t.expires_at > p_at;
    if not found then
        return null;
    end if;
    actor := organisations_actor(token.account_id,
        (organisations_posts(token.account_id, (p_at at time zone 'Asia/Shanghai')::date) -> 0 ->> 'post_id')::bigint, p_at);
    if actor is null then
        return null;
    end if;
    if token.last_used_at is null or p_at > token.last_used_at + interval '1 minute' then
        update identity_apitoken set last_used_at = p_at where id = token.id;
    end if;
    return json_build_object('actor', actor, 'sign_in', json_build_object('token_scopes', token.scopes));
end $$;
