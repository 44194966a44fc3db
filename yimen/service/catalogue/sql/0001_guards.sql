-- An edition that has been published is what people relied on: it never changes again, only retires.
create function catalogue_guard_edition() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.status in ('published', 'retired') then
      raise exception '事项版本 % 已经发布，不能删除', old.id using errcode = 'restrict_violation';
    end if;
    return old;
  end if;
  if old.status not in ('published', 'retired') then
    return new;
  end if;
  if not (new.status = old.status or (old.status = 'published' and new.status = 'retired'))
     or to_jsonb(new) - array['status', 'retired_on'] is distinct from to_jsonb(old) - array['status', 'retired_on'] then
    raise exception '事项版本 % 已经发布，不能修改', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger catalogue_itemedition_guard before update or delete on catalogue_itemedition
  for each row execute function catalogue_guard_edition();

-- The materials of a published edition are part of it. One thing may happen to them: they are cancelled (R030), for good.
create function catalogue_guard_material() returns trigger language plpgsql as $$
declare
  edition_status text;
begin
  select status into edition_status from catalogue_itemedition
    where id = case when tg_op = 'DELETE' then old.edition_id else new.edition_id end;
  if edition_status is null or edition_status not in ('published', 'retired') then
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end if;
  if tg_op = 'UPDATE' and old.cancelled_on is null and new.cancelled_on is not null
     and to_jsonb(new) - array['cancelled_on', 'cancelled_basis'] = to_jsonb(old) - array['cancelled_on', 'cancelled_basis'] then
    return new;
  end if;
  raise exception '事项版本已经发布，材料不能增减或修改' using errcode = 'restrict_violation';
end $$;

create trigger catalogue_editionmaterial_guard before insert or update or delete on catalogue_editionmaterial
  for each row execute function catalogue_guard_material();

-- A form that a published edition uses is locked with it.
create function catalogue_guard_form() returns trigger language plpgsql as $$
begin
  if old.locked_at is not null then
    raise exception '表单 % 已经启用，不能修改', old.id using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end $$;

create trigger catalogue_formdefinition_guard before update or delete on catalogue_formdefinition
  for each row execute function catalogue_guard_form();

insert into catalogue_catalogueversion (id, version) values (1, 0);
