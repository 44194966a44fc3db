-- A concluded record of a survey stands: nobody changes or removes it, its photos or its signatures. A correction is a new version.
create function scrutiny_record_stands() returns trigger language plpgsql as $$
begin
    if old.concluded_at is not null then
        raise exception 'a concluded survey record is not changed' using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create trigger scrutiny_surveyrecord_stands before update or delete on scrutiny_surveyrecord
    for each row execute function scrutiny_record_stands();

create function scrutiny_record_part_stands() returns trigger language plpgsql as $$
begin
    if exists (select from scrutiny_surveyrecord r
                where r.id = case when tg_op = 'INSERT' then new.record_id else old.record_id end and r.concluded_at is not null) then
        raise exception 'a concluded survey record is not changed' using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create trigger scrutiny_surveyphoto_stands before insert or update or delete on scrutiny_surveyphoto
    for each row execute function scrutiny_record_part_stands();
create trigger scrutiny_surveysignature_stands before insert or update or delete on scrutiny_surveysignature
    for each row execute function scrutiny_record_part_stands();
