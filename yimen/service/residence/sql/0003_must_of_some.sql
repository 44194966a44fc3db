drop function residence_must(date);
drop function residence_entered(date);

-- Where every item that must be in the hall stands on a day (R020, R021).
--
-- A line for an item counts before one for a department's base code, and that before a class. `status`: in, elsewhere
-- (entered, but not in the form that the line asks for), decided_out (the last entry was ended by a transfer-out, R024),
-- missing. `since` is the first day on which it was missing: the latest of the document's day, the item's first edition in
-- force, and the day after its last entry ended.
--
-- `items` narrows both functions to a few; they are put in place of the ones of `0001_must.sql`, which ask for all.
create or replace function residence_entered(day date, items bigint[] default null)
returns table (item_id bigint, at_centre boolean, at_subcentre boolean, comprehensive boolean)
language sql stable as $$
    select e.item_id, bool_or(c.kind = 'centre'), bool_or(c.kind <> 'centre'), bool_or(w.kind = 'comprehensive')
    from residence_entry e
    join organisations_window w on w.id = e.window_id
    join organisations_unit c on c.id = w.centre_id
    where e.item_id is not null and e.from_on <= day and (e.to_on is null or e.to_on >= day)
      and (items is null or e.item_id = any(items)) and (w.closed_on is null or w.closed_on > day)
    group by e.item_id
$$;

create or replace function residence_must(day date, items bigint[] default null)
returns table (item_id bigint, department_id bigint, line_id bigint, place text, status text, since date)
language sql stable as $$
    with standing as (
        select i.id, i.department_id, i.base_code, e.fee
        from catalogue_serviceitem i join catalogue_itemedition e on e.id = i.current_id
        where i.status <> 'cancelled' and (items is null or i.id = any(items))
    ), line as (
        select l.id, l.kind, l.item_id, l.department_id, l.base_code, l.wide_class, l.place, d.document_on
        from residence_directoryline l join residence_directory d on d.id = l.directory_id
        where d.state = 'published' and d.document_on <= day
            and (items is null or l.kind <> 'item' or l.item_id = any(items))
    ), named as (
        select l.item_id, l.id, l.place, l.document_on, 1 as rank from line l where l.kind = 'item'
        union all
        select s.id, l.id, l.place, l.document_on, case when l.base_code = '' then 3 else 2 end
        from line l join standing s on s.department_id = l.department_id
            and (l.base_code = '' or l.base_code = s.base_code)
        where l.kind = 'base'
        union all
        select s.id, l.id, l.place, l.document_on, 4
        from line l join standing s on s.fee and (l.department_id is null or l.department_id = s.department_id)
        where l.kind = 'class' and l.wide_class = 'fee'
    ), must as (
        select distinct on (n.item_id) n.item_id, s.department_id, n.id as line_id, n.place, n.document_on
        from named n join standing s on s.id = n.item_id
        order by n.item_id, n.rank, n.id
    ), ended as (
        select distinct on (e.item_id) e.item_id, e.to_on, a.kind
        from residence_entry e join residence_adjustment a on a.id = e.left_by_id
        where e.item_id is not null and e.to_on < day and (items is null or e.item_id = any(items))
        order by e.item_id, e.to_on desc, e.id desc
    ), first as (
        select e.item_id, min(e.effective_on) as effective_on
        from catalogue_itemedition e where e.status in ('published', 'retired')
            and (items is null or e.item_id = any(items)) group by e.item_id
    )
    select m.item_id, m.department_id, m.line_id, m.place::text,
        case
            when t.item_id is null then case when x.kind = 'leave' then 'decided_out' else 'missing' end
            when m.place = 'either' or (m.place = 'centre' and t.at_centre) or (m.place = 'subcentre' and t.at_subcentre)
                then 'in'
            else 'elsewhere'
        end,
        greatest(m.document_on, f.effective_on, x.to_on + 1)
    from must m
    left join residence_entered(day, items) t on t.item_id = m.item_id
    left join ended x on x.item_id = m.item_id
    left join first f on f.item_id = m.item_id
$$;
