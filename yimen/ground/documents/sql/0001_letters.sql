-- Letters are issued in one statement and never rewritten. Part of migration 0001; not edited after release.

-- Issues a letter: takes the next number of its series and year, keeps the facts, and tells the outbox, so that the
-- PDF is drawn after the commit. Returns its id and number. A rollback gives the number back.
create or replace function documents_issue_letter(
    p_uid uuid, p_code text, p_kind text, p_series text, p_year int, p_matter_code text, p_facts text,
    p_seal_id bigint, p_seal_text text, p_issued_at timestamptz, p_by_uid uuid, p_by text, p_by_account bigint,
    out letter_id bigint, out letter_number text
) language plpgsql as $$
declare
    serial bigint := kit_next_number('letter:' || p_series || ':' || p_year);
begin
    letter_number := p_series || '〔' || p_year || '〕' || serial || '号';
    insert into documents_letter (uid, code, kind, number, series, year, serial, matter_code, facts, seal_id, seal_text,
                                  issued_at, issued_by_uid, issued_by, issued_by_account_id, signature, voided_by, void_reason)
    values (p_uid, p_code, p_kind, letter_number, p_series, p_year, serial, p_matter_code, p_facts, p_seal_id, p_seal_text,
            p_issued_at, p_by_uid, p_by, p_by_account, '', '', '')
    returning id into letter_id;
    perform kit_publish('documents.LetterIssued', jsonb_build_object('letter_id', letter_id));
end $$;

-- After issue only two things may happen to a letter: its PDF is added once, and it is voided once.
create or replace function documents_guard_letter() returns trigger language plpgsql as $$
declare
    allowed documents_letter%rowtype := new;
begin
    if old.pdf_id is null then
        allowed.pdf_id := null;
        allowed.signature := old.signature;
    end if;
    if old.voided_at is null then
        allowed.voided_at := null;
        allowed.voided_by := old.voided_by;
        allowed.void_reason := old.void_reason;
    end if;
    if allowed is distinct from old then
        raise exception 'documents_letter: an issued letter is not changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger documents_letter_guard before update on documents_letter
    for each row execute function documents_guard_letter();
create trigger documents_letter_no_delete before delete on documents_letter
    for each row execute function kit_refuse_change();
create trigger documents_letter_no_truncate before truncate on documents_letter
    for each statement execute function kit_refuse_change();
