-- A day on which a place is closed and a day with other hours change the calendar too: each gives it a new version.
create trigger calendar_closing_changed after insert or update or delete or truncate on calendar_closingday
    for each statement execute function calendar_changed();
create trigger calendar_exception_changed after insert or update or delete or truncate on calendar_hoursexception
    for each statement execute function calendar_changed();
