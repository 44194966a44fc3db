-- The step of acceptance says under which authorisation letter it was taken (R006).
-- This file is part of migration 0008 and is not edited after release; a change is a new file and a new migration.

-- Accepts a case: compares the version under the matter's lock, and only then issues the slip with the next number of its
-- series, uses the seal, takes the step in the ledger, and notes slip and materials in the case. One statement, so one
-- transaction: a verdict other than `taken` (see matters_take_step) has changed nothing and spent no number.
--
-- p_letter is what documents.services.prepare_letter made. The slip's number, which is known only here, is added to the
-- facts of the step ({"slip", "kind"} and, as "under", the authorisation letter acted under, as text) and to the payload of the event p_event ([name, payload]).
create or replace function cases_accept(
    p_matter bigint, p_version integer, p_origins text[], p_to text, p_letter jsonb, p_kind text,
    p_actor uuid, p_actor_name text, p_actor_post text, p_window text,
    p_at timestamptz, p_basis text, p_clock text, p_clock_row jsonb, p_change jsonb, p_event jsonb,
    p_request_id text, p_ip inet, p_recorded_at timestamptz default null,
    out verdict text, out step_id bigint, out seq integer, out recorded_at timestamptz, out slip_number text
) language plpgsql as $$
declare
    held record;
begin
    select m.state, m.version into held from matters_matter m where m.id = p_matter for update;
    verdict := case
        when not found then 'gone'
        when held.version <> p_version then 'moved'
        when not held.state = any (p_origins) then 'closed_door'
    end;
    if verdict is not null then
        return;
    end if;

    select i.letter_number into slip_number from documents_issue(p_letter) i;
    select t.verdict, t.step_id, t.seq, t.recorded_at into verdict, step_id, seq, recorded_at
    from matters_take_step(
        p_matter, p_version, p_origins, 'accept', p_to, p_actor, p_actor_name, p_actor_post, p_window,
        p_at, p_basis, p_clock,
        '{"slip":' || to_json(slip_number)::text || ',"kind":' || to_json(p_kind)::text
            || coalesce(',"under":' || to_json(p_letter ->> 'under')::text, '') || '}',
        jsonb_build_array(p_letter -> 'code')::text,
        p_clock_row, p_change,
        jsonb_build_array(jsonb_build_array(p_event -> 0, (p_event -> 1) || jsonb_build_object('slip_number', slip_number))),
        p_request_id, p_ip, p_recorded_at) t;

    update cases_case set slip_number = cases_accept.slip_number, accepted_at = p_at where matter_id = p_matter;
    update cases_casematerial set state = 'accepted', checked_by = p_actor_name, checked_at = p_at
    where case_id = p_matter and state in ('provided', 'paper');
end $$;
