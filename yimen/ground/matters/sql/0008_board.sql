-- How far ahead the watch looks, and how many matters are open: what the board reads (ADR 0033).
-- This file is part of migration 0008 and is not edited after release; a change is a new file and a new migration.

-- When a running clock is looked at first: at the moment that was reckoned, or earlier where somebody wants to look further
-- ahead than the clock knows (`matters_watchahead`, in calendar days). One small row; no process keeps a copy of it.
create or replace function matters_first_look(p_watch_at timestamptz, p_due_at timestamptz) returns timestamptz
language sql stable as $$
    select case when p_watch_at is null then null
                else least(p_watch_at, p_due_at - make_interval(days => (select max(days) from matters_watchahead))) end;
$$;

-- The only writer of a state. Locks, compares the version, writes Step, Matter, outbox and audit in one statement.
--
-- verdict: taken · gone (no such matter) · moved (the version has moved) · closed_door (the state is not one of p_origins);
-- only `taken` has changed anything, so the caller may think once more in the same transaction. A time without a basis raises.
-- p_change sets other columns of the matter (keys named as the columns; a JSON null clears); p_clock_row holds the
-- cached clock columns and the watch, always all of them, or null to leave them; p_events is [[name, payload], …];
-- p_recorded_at counts only in a synthetic ledger. Security definer: the runtime role itself may not write the ledger.
create or replace function matters_take_step(
    p_matter bigint, p_version integer, p_origins text[], p_action text, p_to text,
    p_actor uuid, p_actor_name text, p_actor_post text, p_window text,
    p_happened_at timestamptz, p_basis text, p_clock text, p_facts text, p_documents text,
    p_clock_row jsonb, p_change jsonb, p_events jsonb,
    p_request_id text, p_ip inet, p_recorded_at timestamptz default null,
    out verdict text, out step_id bigint, out seq integer, out recorded_at timestamptz
) language plpgsql security definer set search_path = public, pg_temp as $$
declare
    m matters_matter%rowtype;
    s matters_step%rowtype;
    event jsonb;
begin
    select * into m from matters_matter where id = p_matter for update;
    if not found then
        verdict := 'gone';
        return;
    end if;
    if m.version <> p_version then
        verdict := 'moved';
        return;
    end if;
    if not m.state = any (p_origins) then
        verdict := 'closed_door';
        return;
    end if;

    s.matter_id := m.id;
    s.seq := m.last_seq + 1;
    s.action := p_action;
    s.from_state := m.state;
    s.to_state := coalesce(p_to, m.state);
    s.actor_uid := p_actor;
    s.actor_name := p_actor_name;
    s.actor_post := p_actor_post;
    s."window" := p_window;
    s.happened_at := p_happened_at;
    s.recorded_at := p_recorded_at;
    s.basis := p_basis;
    s.clock := p_clock;
    s.facts := p_facts;
    s.documents := p_documents;
    s.procedure := m.procedure;
    s.division := m.division_id;
    s.link := m.last_link;
    if p_recorded_at is not null then
        s.link := matters_link(m.last_link, s);
    end if;
    insert into matters_step (matter_id, seq, action, from_state, to_state, actor_uid, actor_name, actor_post, "window",
                              happened_at, recorded_at, basis, clock, facts, documents, procedure, division, link)
    values (s.matter_id, s.seq, s.action, s.from_state, s.to_state, s.actor_uid, s.actor_name, s.actor_post, s."window",
            s.happened_at, s.recorded_at, s.basis, s.clock, s.facts, s.documents, s.procedure, s.division, s.link)
    returning matters_step.id, matters_step.recorded_at, matters_step.link into s.id, s.recorded_at, s.link;

    update matters_matter set
        state = s.to_state, version = m.version + 1, last_seq = s.seq, last_link = s.link,
        clock = case when p_clock_row is null then clock else p_clock_row ->> 'clock' end,
        due_on = case when p_clock_row is null then due_on else (p_clock_row ->> 'due_on')::date end,
        due_at = case when p_clock_row is null then due_at else (p_clock_row ->> 'due_at')::timestamptz end,
        legal_due_on = case when p_clock_row is null then legal_due_on else (p_clock_row ->> 'legal_due_on')::date end,
        warn_at = case when p_clock_row is null then warn_at else (p_clock_row ->> 'warn_at')::timestamptz end,
        stopped_since = case when p_clock_row is null then stopped_since
                             else (p_clock_row ->> 'stopped_since')::timestamptz end,
        provisional = case when p_clock_row is null then provisional else (p_clock_row ->> 'provisional')::boolean end,
        sort_at = case when p_clock_row is null then sort_at else (p_clock_row ->> 'sort_at')::timestamptz end,
        -- What shines is looked at again as soon as its clock moves or it is closed, so that its light goes out; and what was
        -- late already when its clock stopped is looked at once, so that stopping hides nothing.
        watch_at = case
            when light <> '' and (p_clock_row is not null or p_change ->> 'closed_at' is not null)
                then least(clock_timestamp(), p_happened_at)
            when p_clock_row is null then watch_at
            when p_change ->> 'closed_at' is not null then (p_clock_row ->> 'watch_at')::timestamptz
            when p_clock_row ->> 'watch_at' is null and p_clock_row ->> 'due_at' is not null
                then least(clock_timestamp(), p_happened_at)
            else least(matters_first_look((p_clock_row ->> 'watch_at')::timestamptz, (p_clock_row ->> 'due_at')::timestamptz),
                       look_by)
        end,
        closed_at = case when p_change ? 'closed_at' then (p_change ->> 'closed_at')::timestamptz else closed_at end,
        outcome = case when p_change ? 'outcome' then p_change ->> 'outcome' else outcome end,
        work_days = case when p_change ? 'work_days' then (p_change ->> 'work_days')::integer else work_days end,
        on_time = case when p_change ? 'on_time' then (p_change ->> 'on_time')::boolean else on_time end,
        person_id = case when p_change ? 'person_id' then (p_change ->> 'person_id')::bigint else person_id end,
        person_name = case when p_change ? 'person_name' then p_change ->> 'person_name' else person_name end,
        post_id = case when p_change ? 'post_id' then (p_change ->> 'post_id')::bigint else post_id end,
        window_id = case when p_change ? 'window_id' then (p_change ->> 'window_id')::bigint else window_id end
    where id = m.id;

    insert into matters_unsealed (step_id) values (s.id);
    if p_events is not null then
        for event in select * from jsonb_array_elements(p_events) loop
            perform kit_publish(event ->> 0, event -> 1);
        end loop;
    end if;
    perform kit_audit(p_actor, p_actor_name, p_actor_post, m.procedure || '.' || p_action, 'matter', m.code,
                      'ok', '', p_request_id, p_ip);
    verdict := 'taken';
    step_id := s.id;
    seq := s.seq;
    recorded_at := s.recorded_at;
end $$;

-- The counts of what is open and of each day's traffic are kept by appended differences: nobody waits for a counter that
-- somebody else holds. `matters.tallies.fold` adds them up from time to time; whoever reads adds up what is there.
create or replace function matters_tally_opened() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
    select 'open', light, procedure, department_id, centre_id, division_id, null::date, count(*), false
    from fresh where closed_at is null group by 2, 3, 4, 5, 6
    union all
    select 'opened', '', procedure, department_id, centre_id, division_id, (opened_at at time zone 'Asia/Shanghai')::date,
           count(*), false
    from fresh group by 3, 4, 5, 6, 7
    union all
    select case when n = 1 then 'closed' else 'late' end, '', procedure, department_id, centre_id, division_id,
           (closed_at at time zone 'Asia/Shanghai')::date, count(*), false
    from fresh cross join generate_series(1, 2) as twice(n)
    where closed_at is not null and (n = 1 or not on_time) group by 1, 3, 4, 5, 6, 7;
    return null;
end $$;

create trigger matters_tally_opened after insert on matters_matter
referencing new table as fresh for each statement execute function matters_tally_opened();

create or replace function matters_tally_moved() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.closed_at is null then
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        values ('open', old.light, old.procedure, old.department_id, old.centre_id, old.division_id, null, -1, false);
    end if;
    if new.closed_at is null then
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        values ('open', new.light, new.procedure, new.department_id, new.centre_id, new.division_id, null, 1, false);
    elsif old.closed_at is null then
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        select what, '', new.procedure, new.department_id, new.centre_id, new.division_id,
               (new.closed_at at time zone 'Asia/Shanghai')::date, 1, false
        from (values ('closed'), ('late')) as ends(what) where what = 'closed' or not new.on_time;
    end if;
    return null;
end $$;

create trigger matters_tally_moved after update on matters_matter for each row
when ((old.closed_at is null or new.closed_at is null) and (old.closed_at, old.light, old.department_id, old.centre_id)
      is distinct from (new.closed_at, new.light, new.department_id, new.centre_id))
execute function matters_tally_moved();

-- What is open already, and what came and went.
insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
select 'open', light, procedure, department_id, centre_id, division_id, null::date, count(*), true
from matters_matter where closed_at is null group by 2, 3, 4, 5, 6
union all
select 'opened', '', procedure, department_id, centre_id, division_id, (opened_at at time zone 'Asia/Shanghai')::date,
       count(*), true
from matters_matter group by 3, 4, 5, 6, 7
union all
select case when n = 1 then 'closed' else 'late' end, '', procedure, department_id, centre_id, division_id,
       (closed_at at time zone 'Asia/Shanghai')::date, count(*), true
from matters_matter cross join generate_series(1, 2) as twice(n)
where closed_at is not null and (n = 1 or not on_time) group by 1, 3, 4, 5, 6, 7;
