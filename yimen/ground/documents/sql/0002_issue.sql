-- A letter with the use of its seal in one statement, from one JSON value, so that an act can issue it in its own.
-- This file is part of migration 0002 and is not edited after release; a change is a new file and a new migration.

-- p_letter is what services.prepare_letter made; without seal_id the letter bears no seal. Returns its id and number.
create or replace function documents_issue(p_letter jsonb, out letter_id bigint, out letter_number text) language plpgsql as $$
declare
    seal bigint := (p_letter ->> 'seal_id')::bigint;
    moment timestamptz := (p_letter ->> 'issued_at')::timestamptz;
begin
    select i.letter_id, i.letter_number into letter_id, letter_number
    from documents_issue_letter(
        (p_letter ->> 'uid')::uuid, p_letter ->> 'code', p_letter ->> 'kind', p_letter ->> 'series',
        (p_letter ->> 'year')::int, p_letter ->> 'matter_code', p_letter ->> 'facts', seal,
        coalesce(p_letter ->> 'seal_text', ''), moment, (p_letter ->> 'by_uid')::uuid, p_letter ->> 'by',
        (p_letter ->> 'by_account')::bigint) i;
    if seal is not null then
        perform organisations_use_seal(
            seal, (p_letter ->> 'seal_letter')::bigint, moment, (p_letter ->> 'sealed_by_uid')::uuid,
            p_letter ->> 'sealed_by', p_letter ->> 'sealed_by_post', p_letter ->> 'title', letter_number);
    end if;
end $$;
