-- The ledger: canonical text, link, guards, and the one function that writes a matter's state.
-- This file is part of migration 0001 and is not edited after release; a change is a new file and a new migration.

-- One field of the canonical text: length in octets, colon, text, comma. Nothing in a text can imitate a border.
create or replace function matters_field(p_text text) returns text language sql immutable parallel safe as $$
    select octet_length(coalesce(p_text, ''))::text || ':' || coalesce(p_text, '') || ','
$$;

-- What a step says, as text, in fixed order; moments as microseconds since 1970, JSON exactly as it was given.
create or replace function matters_step_text(s matters_step) returns text language sql stable parallel safe as $$
    select matters_field(s.matter_id::text) || matters_field(s.seq::text) || matters_field(s.action)
        || matters_field(s.from_state) || matters_field(s.to_state)
        || matters_field(s.actor_uid::text) || matters_field(s.actor_name) || matters_field(s.actor_post)
        || matters_field(s."window")
        || matters_field((extract(epoch from s.happened_at) * 1000000)::bigint::text)
        || matters_field((extract(epoch from s.recorded_at) * 1000000)::bigint::text)
        || matters_field(s.basis) || matters_field(s.clock) || matters_field(s.facts) || matters_field(s.documents)
        || matters_field(s.procedure) || matters_field(s.division)
$$;

-- link = sha256(previous link of the matter, canonical text). Core PostgreSQL, no extension.
create or replace function matters_link(p_previous bytea, s matters_step) returns bytea
language sql stable parallel safe as $$
    select sha256(p_previous || convert_to(matters_step_text(s), 'UTF8'))
$$;

-- Writes down when the database took note, and refuses a step that claims another time without a basis. An inserted row
-- carries the previous link in `link`; the trigger puts the step's own in its place. Only in a synthetic ledger may a
-- row bring its own time, and then it brings its own link.
create or replace function matters_record_step() returns trigger language plpgsql as $$
begin
    if new.recorded_at is null or not (select h.synthetic from matters_ledgerhead h where h.id = 1) then
        new.recorded_at := clock_timestamp();
        new.link := matters_link(new.link, new);
    end if;
    if new.happened_at > new.recorded_at + interval '2 minutes' then
        raise exception 'step of matter % lies in the future: %', new.matter_id, new.happened_at using errcode = 'YM412';
    end if;
    if new.basis = '' and new.happened_at < new.recorded_at - interval '2 minutes' then
        raise exception 'step of matter % is entered afterwards without a basis: %', new.matter_id, new.happened_at
            using errcode = 'YM412';
    end if;
    return new;
end $$;

create trigger matters_step_recorded before insert on matters_step
    for each row execute function matters_record_step();

-- The state of a matter follows from its steps: whoever moves it must have written the step that says so.
create or replace function matters_guard_state() returns trigger language plpgsql as $$
begin
    if new.procedure <> old.procedure or new.code <> old.code or new.opened_at <> old.opened_at then
        raise exception 'matter %: procedure, code and opening never change', old.id using errcode = 'YM413';
    end if;
    if new.version <> old.version + 1 or new.last_seq <> old.last_seq + 1
       or not exists (select 1 from matters_step s where s.matter_id = new.id and s.seq = new.last_seq
                      and s.link = new.last_link and s.to_state = new.state) then
        raise exception 'matter %: state, version and link are written with a step only', old.id using errcode = 'YM413';
    end if;
    return new;
end $$;

create trigger matters_matter_state before update on matters_matter for each row
    when (old.state is distinct from new.state or old.version is distinct from new.version
          or old.last_seq is distinct from new.last_seq or old.last_link is distinct from new.last_link
          or old.procedure is distinct from new.procedure or old.code is distinct from new.code
          or old.opened_at is distinct from new.opened_at)
    execute function matters_guard_state();

-- The mark of a made-up ledger is set before the first step or never, and stays.
create or replace function matters_guard_head() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'the ledger keeps its head' using errcode = 'restrict_violation';
    end if;
    if new.installation <> old.installation or new.created_at <> old.created_at or (old.synthetic and not new.synthetic) then
        raise exception 'the head of a ledger does not change' using errcode = 'restrict_violation';
    end if;
    if new.synthetic and not old.synthetic and exists (select 1 from matters_step) then
        raise exception 'a ledger with real steps cannot become synthetic' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger matters_ledgerhead_guard before update or delete on matters_ledgerhead
    for each row execute function matters_guard_head();

insert into matters_ledgerhead (id, installation, synthetic, created_at)
    values (1, gen_random_uuid(), false, clock_timestamp());

-- The only writer of a state. Locks, compares the version, writes Step, Matter, outbox and audit in one statement.
--
-- verdict: taken · gone (no such matter) · moved (the version has moved) · closed_door (the state is not one of p_origins);
-- only `taken` has changed anything, so the caller may think once more in the same transaction. A time without a basis raises.
-- p_change sets other columns of the matter (keys named as the columns; a JSON null clears); p_clock_row holds the six
-- cached clock columns, always all of them, or null to leave them; p_events is [[name, payload], …];
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

-- Opens a matter and takes its first step. p_matter holds the columns of the new row; the number must be given.
create or replace function matters_open(
    p_matter jsonb, p_action text, p_to text,
    p_actor uuid, p_actor_name text, p_actor_post text, p_window text,
    p_happened_at timestamptz, p_basis text, p_clock text, p_facts text, p_documents text,
    p_clock_row jsonb, p_events jsonb, p_request_id text, p_ip inet, p_recorded_at timestamptz default null,
    out matter_id bigint, out matter_uid uuid, out step_id bigint, out recorded_at timestamptz
) language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into matters_matter (
        uid, procedure, procedure_version, code, title, subject, state, version, last_seq, last_link,
        applicant_id, applicant_name, department_id, post_id, person_id, person_name, window_id, centre_id,
        division_id, channel, opened_at, clock, provisional, sort_at, outcome
    ) values (
        coalesce((p_matter ->> 'uid')::uuid, gen_random_uuid()), p_matter ->> 'procedure',
        (p_matter ->> 'procedure_version')::smallint, p_matter ->> 'code', p_matter ->> 'title',
        coalesce(p_matter ->> 'subject', ''), '', 0, 0, '', (p_matter ->> 'applicant_id')::bigint,
        coalesce(p_matter ->> 'applicant_name', ''), (p_matter ->> 'department_id')::bigint,
        (p_matter ->> 'post_id')::bigint, (p_matter ->> 'person_id')::bigint, coalesce(p_matter ->> 'person_name', ''),
        (p_matter ->> 'window_id')::bigint, (p_matter ->> 'centre_id')::bigint, p_matter ->> 'division_id',
        p_matter ->> 'channel', p_happened_at, '', false, '9000-01-01', ''
    ) returning id, uid into matter_id, matter_uid;
    select t.step_id, t.recorded_at into step_id, recorded_at
    from matters_take_step(
        matter_id, 0, array[''], p_action, p_to, p_actor, p_actor_name, p_actor_post, p_window,
        p_happened_at, p_basis, p_clock, p_facts, p_documents, p_clock_row, null,
        (select jsonb_agg(jsonb_build_array(e ->> 0, (e -> 1) || jsonb_build_object('matter_id', matter_id)))
         from jsonb_array_elements(p_events) e),
        p_request_id, p_ip, p_recorded_at) t;
end $$;
