-- The stamp of the organisation. Whoever changes what an actor or a letterhead is made of gives it a new random value when
-- the change is committed, so whatever was read under a stamp is still true as long as the stamp is the same, in any
-- process and any copy of the database. That is cheaper than reading it all again, and no older than it.

create function organisations_new_stamp() returns trigger language plpgsql as $$
begin
    -- Once a transaction, however many rows it changed.
    if coalesce(current_setting('yimen.stamped', true), '') <> pg_current_xact_id()::text then
        update organisations_stamp set stamp = gen_random_uuid();
        perform set_config('yimen.stamped', pg_current_xact_id()::text, true);
    end if;
    return null;
end $$;

insert into organisations_stamp (id, stamp) values (1, gen_random_uuid());

-- Deferred to the commit, so that two administrators at work wait for each other's last moment only.
do $$
declare
    name text;
begin
    foreach name in array array['unit', 'division', 'window', 'post', 'grant', 'authorisationletter', 'adminrole', 'seal'] loop
        execute format(
            'create constraint trigger organisations_%1$s_stamp after insert or update or delete on organisations_%1$s '
            'deferrable initially deferred for each row execute function organisations_new_stamp()', name);
    end loop;
end $$;
create constraint trigger organisations_account_stamp
    after update of uid, name, kind, party_id, is_active or delete on identity_account
    deferrable initially deferred for each row execute function organisations_new_stamp();

-- A database of an earlier day of 0.1.0 has them without a stamp.
drop function if exists organisations_session(text, timestamptz, boolean);
drop function if exists organisations_token(text, timestamptz);

-- One request's session: {"actor": …, "sign_in": …, "stamp": …}, or {"ended": reason} and the session is gone, or null if
-- unknown. A caller that holds the actor of post `p_post` as of this day under the stamp `p_stamp` is not told it again:
-- {"kept": true, …} without "actor". A request that the person did not make (a page polling by itself) is passive and keeps
-- no session alive.
create function organisations_session(p_key text, p_at timestamptz, p_passive boolean, p_stamp uuid, p_post bigint)
returns json language plpgsql as $$
declare
    held record;
    chosen bigint;
    ended text;
    actor json;
    kept boolean := false;
begin
    select s.uid, s.account_id, s.epoch, s.post_id, s.seen_at, s.ends_at, s.idle_minutes,
           a.is_active, a.session_epoch, a.kind, a.must_change_password, a.elder_mode,
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
        kept := held.stamp = p_stamp and chosen is not distinct from p_post;
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

    -- Written at most twice a minute, so that a clerk's clicks do not each write a row.
    if (not p_passive and p_at > held.seen_at + interval '30 seconds') or chosen is distinct from held.post_id then
        update identity_session
        set seen_at = case when p_passive then seen_at else greatest(seen_at, p_at) end, post_id = chosen
        where key_hash = p_key;
    end if;
    return json_build_object(
        'actor', actor, 'kept', coalesce(kept, false), 'stamp', held.stamp,
        'sign_in', json_build_object('session', held.uid, 'must_change_password', held.must_change_password,
                                     'elder_mode', held.elder_mode));
end $$;

-- One request's API token: as above; null when it is unknown, revoked, expired, or its account disabled.
-- A member of staff acts in the main post.
create function organisations_token(p_hash text, p_at timestamptz, p_stamp uuid) returns json language plpgsql as $$
declare
    token record;
    actor json;
    kept boolean;
begin
    select t.id, t.account_id, t.scopes, t.last_used_at, (select stamp from organisations_stamp where id = 1) as stamp
    into token
    from identity_apitoken t
    where t.hash = p_hash and t.revoked_at is null and t.expires_at > p_at;
    if not found then
        return null;
    end if;
    kept := coalesce(token.stamp = p_stamp, false);
    if not kept then
        actor := organisations_actor(token.account_id,
            organisations_main_post(token.account_id, (p_at at time zone 'Asia/Shanghai')::date), p_at);
        if actor is null then
            return null;
        end if;
    end if;
    if token.last_used_at is null or p_at > token.last_used_at + interval '1 minute' then
        update identity_apitoken set last_used_at = p_at where id = token.id;
    end if;
    return json_build_object('actor', actor, 'kept', kept, 'stamp', token.stamp,
                             'sign_in', json_build_object('token_scopes', token.scopes));
end $$;
