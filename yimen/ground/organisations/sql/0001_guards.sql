-- What the database holds for the organisation: 三员 exclusion, nobody grants himself, one letter in force.
-- This file is part of migration 0002 and is not edited after release; a change is a new file and a new migration.

-- An administrator (三员) holds no business post and no grant, and who holds one becomes no administrator. The account's
-- row is locked first, so that two transactions cannot pass each other.
create or replace function organisations_keep_apart() returns trigger language plpgsql as $$
declare
    who bigint := new.account_id;
begin
    if who is null then
        return new;
    end if;
    perform 1 from identity_account where id = who for update;
    if tg_table_name = 'organisations_adminrole' then
        if exists (select from organisations_post where account_id = who)
           or exists (select from organisations_grant where account_id = who and ended_at is null) then
            raise exception 'account % holds a post or a grant and cannot be an administrator', who
                using errcode = 'check_violation', constraint = 'organisations_administrators_apart';
        end if;
        if exists (select from identity_account where id = who and kind <> 'staff') then
            raise exception 'account % is not staff', who
                using errcode = 'check_violation', constraint = 'organisations_staff_only';
        end if;
    else
        if exists (select from organisations_adminrole where account_id = who) then
            raise exception 'account % is an administrator and holds no post or grant', who
                using errcode = 'check_violation', constraint = 'organisations_administrators_apart';
        end if;
        if exists (select from identity_account where id = who and kind <> 'staff') then
            raise exception 'account % is not staff', who
                using errcode = 'check_violation', constraint = 'organisations_staff_only';
        end if;
    end if;
    return new;
end $$;

create trigger organisations_adminrole_apart before insert or update on organisations_adminrole
    for each row execute function organisations_keep_apart();
create trigger organisations_post_apart before insert or update of account_id on organisations_post
    for each row execute function organisations_keep_apart();

create or replace function organisations_guard_grant() returns trigger language plpgsql as $$
declare
    receiver uuid;
begin
    if new.ended_at is not null then
        return new;
    end if;
    select a.uid into receiver from identity_account a
    where a.id = coalesce(new.account_id, (select p.account_id from organisations_post p where p.id = new.post_id));
    if receiver = new.given_by then
        raise exception 'nobody grants himself a permission'
            using errcode = 'check_violation', constraint = 'organisations_no_self_grant';
    end if;
    return new;
end $$;

create trigger organisations_grant_apart before insert or update of account_id on organisations_grant
    for each row execute function organisations_keep_apart();
create trigger organisations_grant_not_self before insert or update on organisations_grant
    for each row execute function organisations_guard_grant();

-- A role is given once and taken away; it is never changed into another.
create or replace function organisations_role_stays() returns trigger language plpgsql as $$
begin
    if new.role <> old.role or new.account_id <> old.account_id then
        raise exception 'an administrator role is not changed into another'
            using errcode = 'check_violation', constraint = 'organisations_role_stays';
    end if;
    return new;
end $$;
create trigger organisations_adminrole_stays before update on organisations_adminrole
    for each row execute function organisations_role_stays();

-- Signed letters of one department to one post never overlap. Ranges of one number stand for equality, because the
-- extension that compares plain numbers in an exclusion constraint is not part of core PostgreSQL.
alter table organisations_authorisationletter add constraint organisations_one_letter_in_force exclude using gist (
    int8range(department_id, department_id, '[]') with &&,
    int8range(post_id, post_id, '[]') with &&,
    daterange(valid_from, valid_to, '[]') with &&
) where (state = 'signed');

-- What was signed stays as it was signed: only revoking may still change it, and only once.
create or replace function organisations_letter_stays() returns trigger language plpgsql as $$
begin
    if old.state = 'revoked' or (old.state = 'signed' and (
        new.state = 'draft' or new.number <> old.number or new.department_id <> old.department_id
        or new.post_id <> old.post_id or new.powers <> old.powers or new.items is distinct from old.items
        or new.signer <> old.signer or new.signer_title <> old.signer_title or new.signed_on <> old.signed_on
        or new.signed_at <> old.signed_at or new.signed_by <> old.signed_by or new.seal_id is distinct from old.seal_id
        or new.valid_from <> old.valid_from or new.valid_to <> old.valid_to)) then
        raise exception 'letter % is signed and cannot be changed', old.number
            using errcode = 'check_violation', constraint = 'organisations_letter_stays';
    end if;
    return new;
end $$;
create trigger organisations_letter_stays before update on organisations_authorisationletter
    for each row execute function organisations_letter_stays();
create or replace function organisations_letter_kept() returns trigger language plpgsql as $$
begin
    if old.state <> 'draft' then
        raise exception 'letter % is signed and cannot be deleted', old.number
            using errcode = 'check_violation', constraint = 'organisations_letter_stays';
    end if;
    return old;
end $$;
create trigger organisations_letter_kept before delete on organisations_authorisationletter
    for each row execute function organisations_letter_kept();
