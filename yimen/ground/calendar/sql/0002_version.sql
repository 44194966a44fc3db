-- Every change of the calendar, by whatever hand, gives it a new version, so that no process keeps an old one.
-- The number comes from a sequence: it is never given twice, not even after a rollback. The function runs with its
-- owner's rights, so that whoever may change a day needs no right on the version.
create sequence calendar_version_number;
insert into calendar_calendarversion (id, version) values (1, nextval('calendar_version_number'));

create function calendar_changed() returns trigger language plpgsql security definer set search_path from current as $$
begin
    update calendar_calendarversion set version = nextval('calendar_version_number');
    return null;
end $$;

create trigger calendar_notice_changed after insert or update or delete or truncate on calendar_calendarnotice
    for each statement execute function calendar_changed();
create trigger calendar_day_changed after insert or update or delete or truncate on calendar_calendarday
    for each statement execute function calendar_changed();
create trigger calendar_hours_changed after insert or update or delete or truncate on calendar_officehours
    for each statement execute function calendar_changed();
