-- Functions that services and other functions call inside their own transaction.
-- This file is part of migration 0001 and is not edited after release; a change is a new file and a new migration.

-- Refuses any change of an append-only table. Attached by migrations_sql.append_only("table").
create or replace function kit_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op
        using errcode = 'restrict_violation';
end $$;

-- plpgsql rather than sql throughout: its plans are kept for the session on every supported version.
--
-- One audit row for one act; returns its id. The time is the database's own.
create or replace function kit_audit(
    p_actor_uid uuid, p_actor_name text, p_actor_post text, p_action text, p_target_kind text, p_target text,
    p_result text default 'ok', p_reason text default '', p_request_id text default '', p_ip inet default null,
    p_facts text default '{}', p_before_hash text default '', p_after_hash text default ''
) returns bigint language plpgsql as $$
declare
    new_id bigint;
begin
    insert into kit_auditentry (actor_uid, actor_name, actor_post, action, target_kind, target,
                                result, reason, request_id, ip, facts, before_hash, after_hash)
    values (p_actor_uid, p_actor_name, p_actor_post, p_action, p_target_kind, p_target,
            p_result, p_reason, p_request_id, p_ip, p_facts, p_before_hash, p_after_hash)
    returning id into new_id;
    return new_id;
end $$;

-- Puts a fact into the outbox; returns its id. The name is module.EventName.
--
-- NOTIFY takes one lock for the whole server until the commit is on disk, so it is sent only when a worker sleeps:
-- a sleeping worker holds the advisory lock exclusively (see outbox.work), and then the shared one cannot be had. A
-- worker that cannot take the lock knows that somebody publishes just now, and looks again instead of sleeping.
create or replace function kit_publish(p_name text, p_payload jsonb) returns bigint language plpgsql as $$
declare
    new_id bigint;
begin
    insert into kit_outboxevent (name, payload, module)
    values (p_name, p_payload, split_part(p_name, '.', 1))
    returning id into new_id;
    if not pg_try_advisory_xact_lock_shared(20260101, 1) then
        perform pg_notify('yimen_outbox', '');
    end if;
    return new_id;
end $$;

-- The next number of a series, starting at 1, without gaps: the row stays locked until the caller's transaction
-- ends, and a rollback gives the number back.
create or replace function kit_next_number(p_series text) returns bigint language plpgsql as $$
declare
    given bigint;
begin
    insert into kit_serial as s (series, last) values (p_series, 1)
    on conflict (series) do update set last = s.last + 1
    returning s.last into given;
    return given;
end $$;

-- Takes tokens from a bucket that fills with p_per_second up to p_capacity. Returns 0 when they were there,
-- else the seconds to wait; nothing is taken then.
create or replace function kit_take_tokens(p_key text, p_capacity float8, p_per_second float8, p_cost float8 default 1)
returns float8 language plpgsql as $$
declare
    bucket kit_ratebucket%rowtype;
    moment timestamptz := clock_timestamp();
    available float8;
begin
    insert into kit_ratebucket (key, tokens, at) values (p_key, p_capacity, moment) on conflict (key) do nothing;
    select * into bucket from kit_ratebucket where key = p_key for update;
    moment := greatest(clock_timestamp(), bucket.at);
    available := least(p_capacity, bucket.tokens + extract(epoch from moment - bucket.at) * p_per_second);
    if available < p_cost then
        return (p_cost - available) / p_per_second;
    end if;
    update kit_ratebucket set tokens = available - p_cost, at = moment where key = p_key;
    return 0;
end $$;

alter table kit_ratebucket set unlogged;
