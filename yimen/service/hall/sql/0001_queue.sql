-- The two statements of every visit: a number, and a call. Each is one statement of its caller and needs no transaction round it.
-- This file is part of migration 0001 and is not edited after release; a change is a new file and a new migration.

-- One ticket with its number, its log row and its audit row. Numbers of a hall, a prefix and a period have neither gap nor double:
-- the counter's row is held until the caller's commit, and a failure gives the number back. Verdicts: issued; full (the group's most a period).
create or replace function hall_issue(
    p_uid uuid, p_hall bigint, p_group bigint, p_prefix text, p_period text, p_most integer, p_way text, p_priority text,
    p_priority_reason text, p_ahead text, p_party integer, p_holder text, p_printing text, p_device bigint, p_queued_at timestamptz,
    p_turn_at timestamptz, p_at timestamptz, p_actor_uid uuid, p_actor_name text, p_actor_post text, p_request_id text, p_ip text
) returns table (verdict text, ticket_id bigint, ticket_code text) language plpgsql as $$
declare
    given integer;
    made bigint;
    text_code text;
begin
    insert into hall_counter as c (hall_id, prefix, period, last) values (p_hall, p_prefix, p_period, 1)
    on conflict (hall_id, prefix, period) do update set last = c.last + 1
        where p_most is null or c.last < p_most
    returning c.last into given;
    if given is null then
        return query select 'full'::text, 0::bigint, ''::text;
        return;
    end if;
    text_code := p_prefix || lpad(given::text, greatest(3, length(given::text)), '0');
    insert into hall_ticket (uid, hall_id, group_id, period, number, code, way, priority, priority_reason, ahead, party, holder, state,
                             printing, device_id, issued_at, queued_at, turn_at, clerk_name, passes)
    values (p_uid, p_hall, p_group, p_period, given, text_code, p_way, p_priority, p_priority_reason, p_ahead::boolean, p_party,
            p_holder, 'waiting', p_printing, p_device, p_at, p_queued_at, p_turn_at, '', 0)
    returning id into made;
    insert into hall_ticketact (ticket_id, hall_id, act, code, at, actor_uid, actor_name, at_number, reason)
    values (made, p_hall, 'issue', text_code, p_at, p_actor_uid, p_actor_name, '', p_priority_reason);
    perform kit_audit(p_actor_uid, p_actor_name, p_actor_post, 'hall.issue', 'ticket', p_uid::text, 'ok', '', p_request_id,
                      nullif(p_ip, '')::inet, jsonb_build_object('code', text_code, 'way', p_way)::text);
    return query select 'issued'::text, made, text_code;
end $$;

-- Calls the next ticket to a window, ending the one it was serving. The window's row is locked first, so two presses at one window
-- follow each other, and the second finds that the page it was pressed on is old. Tickets that another window is just calling are
-- skipped, never waited for. Whom it picks is rules.pick: a test compares the two.
-- Verdicts: called, none, moved (the window has another ticket than the page showed), not_begun, closed.
create or replace function hall_call_next(
    p_hall bigint, p_window bigint, p_number text, p_period text, p_seen bigint, p_most integer, p_at timestamptz,
    p_account bigint, p_actor_uid uuid, p_actor_name text, p_actor_post text, p_request_id text, p_ip text
) returns table (verdict text, ticket_id bigint, ticket_code text) language plpgsql as $$
declare
    desk hall_desk%rowtype;
    held hall_ticket%rowtype;
    picked hall_ticket%rowtype;
    served bigint[];
    overtakes boolean := false;
    called_act bigint;
begin
    select * into desk from hall_desk d where d.window_id = p_window for update;
    if not found or desk.state <> 'open' or desk.hall_id <> p_hall then
        return query select 'closed'::text, 0::bigint, ''::text;
        return;
    end if;
    if coalesce(desk.current_id, 0) <> p_seen then
        return query select 'moved'::text, coalesce(desk.current_id, 0), ''::text;
        return;
    end if;
    if desk.current_id is not null then
        select * into held from hall_ticket t where t.id = desk.current_id;
        if held.state = 'called' then
            return query select 'not_begun'::text, held.id, held.code::text;
            return;
        end if;
        update hall_ticket t set state = 'done', ended_at = p_at where t.id = held.id;
        update hall_desk d set current_id = null where d.window_id = p_window;
        insert into hall_ticketact (ticket_id, hall_id, act, code, at, actor_uid, actor_name, window_id, at_number, reason)
        values (held.id, p_hall, 'finish', held.code, p_at, p_actor_uid, p_actor_name, p_window, p_number, '');
    end if;
    select coalesce(array_agg(g.group_id), '{}') into served from hall_group_windows g where g.window_id = p_window;

    select * into picked from hall_ticket t
    where t.state = 'waiting' and t.hall_id = p_hall and t.period = p_period and t.printing <> 'failed'
      and (t.only_window_id = p_window or (t.only_window_id is null and t.group_id = any (served)))
    order by t.turn_at, t.id limit 1 for update skip locked;
    if found and picked.ahead then
        overtakes := exists (
            select 1 from hall_ticket t
            where t.state = 'waiting' and t.hall_id = p_hall and t.period = p_period and t.printing <> 'failed' and not t.ahead
              and t.queued_at < picked.queued_at
              and (t.only_window_id = p_window or (t.only_window_id is null and t.group_id = any (served))));
        if overtakes and desk.in_a_row >= p_most then
            declare
                ordinary hall_ticket%rowtype;
            begin
                select * into ordinary from hall_ticket t
                where t.state = 'waiting' and t.hall_id = p_hall and t.period = p_period and t.printing <> 'failed' and not t.ahead
                  and (t.only_window_id = p_window or (t.only_window_id is null and t.group_id = any (served)))
                order by t.turn_at, t.id limit 1 for update skip locked;
                if found then
                    picked := ordinary;
                    overtakes := false;
                end if;
            end;
        end if;
    end if;
    if picked.id is null then
        perform kit_audit(p_actor_uid, p_actor_name, p_actor_post, 'hall.call', 'window', p_number, 'ok', '', p_request_id,
                          nullif(p_ip, '')::inet, '{"called": 0}');
        return query select 'none'::text, 0::bigint, ''::text;
        return;
    end if;
    update hall_ticket t set state = 'called', window_id = p_window, clerk_id = p_account, clerk_name = p_actor_name,
        called_at = p_at, began_at = null where t.id = picked.id;
    update hall_desk d set current_id = picked.id, clerk_id = p_account, clerk_name = p_actor_name,
        in_a_row = case when overtakes then d.in_a_row + 1 when picked.ahead then d.in_a_row else 0 end
    where d.window_id = p_window;
    insert into hall_ticketact (ticket_id, hall_id, act, code, at, actor_uid, actor_name, window_id, at_number, reason)
    values (picked.id, p_hall, 'call', picked.code, p_at, p_actor_uid, p_actor_name, p_window, p_number, '')
    returning id into called_act;
    perform kit_audit(p_actor_uid, p_actor_name, p_actor_post, 'hall.call', 'ticket', picked.uid::text, 'ok', '', p_request_id,
                      nullif(p_ip, '')::inet, jsonb_build_object('code', picked.code, 'window', p_number)::text);
    perform pg_notify('yimen_live', json_build_object('t', 'hall.calls', 'i',
        json_build_array(concat_ws(':', p_hall, called_act, picked.code, p_number)))::text);
    return query select 'called'::text, picked.id, picked.code::text;
end $$;
