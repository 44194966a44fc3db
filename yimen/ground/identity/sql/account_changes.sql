-- Systems that hold a copy of accounts read what changed from here. Opening is written where accounts are opened.
-- This file is part of a migration and is not edited after release.
create function identity_note_account_change() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into identity_accountchange (account_uid, kind, change, at)
    values (new.uid, new.kind, case
        when new.closed_at is not null and old.closed_at is null then 'closed'
        when not new.is_active and old.is_active then 'disabled'
        when new.is_active and not old.is_active then 'enabled'
        else 'changed' end, clock_timestamp());
    return null;
end $$;
create trigger identity_account_change after update of name, kind, party_id, is_active, closed_at on identity_account
    for each row when ((old.name, old.kind, old.party_id, old.is_active, old.closed_at)
        is distinct from (new.name, new.kind, new.party_id, new.is_active, new.closed_at))
    execute function identity_note_account_change();
