-- A matter that is taken up again (a closing that was an error) is no longer among those closed on its day.
-- This file is part of migration 0010 and is not edited after release; a change is a new file and a new migration.
create or replace function matters_tally_moved() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.closed_at is null then
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        values ('open', old.light, old.procedure, old.department_id, old.centre_id, old.division_id, null, -1, false);
    else
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        select what, '', old.procedure, old.department_id, old.centre_id, old.division_id,
               (old.closed_at at time zone 'Asia/Shanghai')::date, -1, false
        from (values ('closed'), ('late')) as ends(what) where what = 'closed' or not old.on_time;
    end if;
    if new.closed_at is null then
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        values ('open', new.light, new.procedure, new.department_id, new.centre_id, new.division_id, null, 1, false);
    else
        insert into matters_tally (what, light, procedure, department_id, centre_id, division_id, day, count, folded)
        select what, '', new.procedure, new.department_id, new.centre_id, new.division_id,
               (new.closed_at at time zone 'Asia/Shanghai')::date, 1, false
        from (values ('closed'), ('late')) as ends(what) where what = 'closed' or not new.on_time;
    end if;
    return null;
end $$;
