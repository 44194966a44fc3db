-- Running matters go to another department: many at once, each with its own step in the ledger.
-- This file is part of migration 0003 and is not edited after release; a change is a new file and a new migration.

-- Gives up to p_limit running matters of p_from to p_to, those with a subject of p_items only (null: all of them). Matters that
-- somebody works on just now are passed over and counted in `busy`; the caller comes again. p_plan of a former call of this
-- function limits it to matters whose last step is that move out of p_to: a move is taken back only where nothing followed it.
--
-- p_keep are the accounts that keep what they have in hand (null: all), p_windows the windows that serve the new department
-- (null: every matter stays at its window), p_window where the others go (null: they stay too). p_facts is the step's JSON.
create function matters_reassign(
    p_from bigint, p_to bigint, p_items text[], p_plan text, p_limit integer, p_keep bigint[], p_windows bigint[], p_window bigint,
    p_actor uuid, p_actor_name text, p_actor_post text, p_happened_at timestamptz, p_facts jsonb,
    out moved bigint[], out busy integer
) language plpgsql security definer set search_path = public, pg_temp as $$
declare
    steps bigint[];
begin
    -- Who is worked on holds its row; the rest is ours until the commit, a moment later.
    select array_agg(w.id) into moved from (
        select m.id from matters_matter m
        where m.department_id = p_from and m.closed_at is null
          and (p_items is null or m.subject = any (p_items))
          and (p_plan is null or exists (
              select from matters_step s where s.matter_id = m.id and s.seq = m.last_seq and s.action = 'reassign'
              and s.facts::jsonb ->> 'plan' = p_plan and (s.facts::jsonb ->> 'source')::bigint = p_to))
        order by m.sort_at desc, m.id desc
        limit p_limit
        for no key update of m skip locked) w;
    if moved is null then
        select count(*)::integer into busy from matters_matter m
        where m.department_id = p_from and m.closed_at is null and (p_items is null or m.subject = any (p_items))
          and (p_plan is null or exists (
              select from matters_step s where s.matter_id = m.id and s.seq = m.last_seq and s.action = 'reassign'
              and s.facts::jsonb ->> 'plan' = p_plan and (s.facts::jsonb ->> 'source')::bigint = p_to));
        moved := '{}';
        return;
    end if;
    busy := 0;

    with written as (
        insert into matters_step (matter_id, seq, action, from_state, to_state, actor_uid, actor_name, actor_post, "window",
                                  happened_at, recorded_at, basis, clock, facts, documents, procedure, division, link)
        select m.id, m.last_seq + 1, 'reassign', m.state, m.state, p_actor, p_actor_name, p_actor_post, '',
               p_happened_at, null, '', '',
               (p_facts || case when m.person_id is not null and p_keep is not null and not m.person_id = any (p_keep)
                                then jsonb_build_object('released', m.person_name) else '{}' end
                        || case when p_windows is not null and p_window is not null and m.window_id is not null
                                     and not m.window_id = any (p_windows)
                                then jsonb_build_object('window_was', m.window_id) else '{}' end)::text,
               '[]', m.procedure, m.division_id, m.last_link
        from matters_matter m where m.id = any (moved)
        returning id
    ) select array_agg(id) into steps from written;

    update matters_matter m set
        department_id = p_to, version = m.version + 1, last_seq = s.seq, last_link = s.link,
        person_id = case when p_keep is null or m.person_id = any (p_keep) then m.person_id end,
        person_name = case when p_keep is null or m.person_id = any (p_keep) then m.person_name else '' end,
        post_id = case when p_keep is null or m.person_id = any (p_keep) then m.post_id end,
        window_id = case when p_plan is not null
                         then coalesce((select (b.facts::jsonb ->> 'window_was')::bigint from matters_step b
                                        where b.matter_id = m.id and b.seq = s.seq - 1), m.window_id)
                         when p_windows is null or p_window is null or m.window_id is null or m.window_id = any (p_windows)
                         then m.window_id else p_window end
    from matters_step s
    where s.id = any (steps) and m.id = s.matter_id;

    insert into matters_unsealed (step_id) select unnest(steps);
end $$;
