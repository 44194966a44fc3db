-- How a department signs, in one call; and one use of its seal, written beside the act that needed it.
-- This file is part of migration 0003 and is not edited after release; a change is a new file and a new migration.

-- A department's letterhead on a day as the JSON of selectors.Letterhead, with its approval seal in use that day (null where
-- there is none); null for no such unit.
create or replace function organisations_letterhead(p_department bigint, p_day date) returns json stable language plpgsql as $$
declare
    said json;
begin
    select json_build_object(
               'name', u.name, 'short_name', u.short_name, 'address', u.address, 'phone', u.phone,
               'seal', case when s.id is not null then json_build_object(
                   'id', s.id, 'unit_id', s.unit_id, 'kind', s.kind, 'text', s.text,
                   'valid_from', s.valid_from, 'ended_on', s.ended_on) end)
    into said
    from organisations_unit u
    left join lateral (
        select * from organisations_seal
        where unit_id = u.id and kind = 'approval' and valid_from <= p_day and (ended_on is null or ended_on >= p_day)
        order by valid_from desc, id desc limit 1
    ) s on true
    where u.id = p_department;
    return said;
end $$;

-- One use of a seal (R008). Whether the person may use it is asked before, by services.may_use_seal.
create or replace function organisations_use_seal(
    p_seal bigint, p_letter bigint, p_used_at timestamptz, p_actor uuid, p_actor_name text, p_actor_post text,
    p_document text, p_document_number text
) returns void language plpgsql as $$
begin
    insert into organisations_sealuse (seal_id, letter_id, used_at, actor_uid, actor_name, actor_post, document, document_number)
    values (p_seal, p_letter, p_used_at, p_actor, p_actor_name, p_actor_post, p_document, p_document_number);
end $$;
