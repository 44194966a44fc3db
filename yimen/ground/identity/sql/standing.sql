-- In whose place a citizen acts, as the JSON of identity.standing.Standing; null: in the own. Read at every request, so that
-- what was revoked is gone at the next click. This file is part of a migration and is not edited after release.

create function identity_said_moment(p_at timestamptz) returns text stable language sql as $$
    select to_char(p_at at time zone 'Asia/Shanghai', 'YYYY"年"FMMM"月"FMDD"日" HH24:MI')
$$;

create function identity_standing_by_mandate(p_mandate bigint, p_account bigint, p_at timestamptz)
returns json stable language sql as $$
    select json_build_object(
        'kind', 'mandate', 'uid', m.uid, 'party_id', m.principal_id, 'principal', p.name, 'agent', a.name,
        'home_party_id', a.party_id, 'number', m.number, 'powers', m.powers,
        'items', case when jsonb_array_length(m.items) = 0 then null
                      else (select json_agg(each ->> 'code') from jsonb_array_elements(m.items) each) end,
        'valid_to', m.valid_to, 'whole', m.powers ? 'look',
        'ended', case
            when m.ended_at is not null then '委托 ' || m.number || ' 已于 ' || identity_said_moment(m.ended_at)
                 || case m.end_kind when 'resigned' then ' 由您辞去。' when 'revoked' then ' 由委托人终止。' else ' 终止。' end
            when m.accepted_at is null or home.id_index <> m.agent_index then '委托 ' || m.number || ' 没有生效。'
            when (p_at at time zone 'Asia/Shanghai')::date > m.valid_to then
                 '委托 ' || m.number || ' 已于 ' || to_char(m.valid_to, 'YYYY"年"FMMM"月"FMDD"日"') || ' 到期终止。'
            when (p_at at time zone 'Asia/Shanghai')::date < m.valid_from then
                 '委托 ' || m.number || ' 自 ' || to_char(m.valid_from, 'YYYY"年"FMMM"月"FMDD"日"') || ' 起才生效。'
            else '' end)
    from identity_mandate m
    join identity_party p on p.id = m.principal_id
    join identity_account a on a.id = p_account
    join identity_party home on home.id = a.party_id
    where m.id = p_mandate
$$;

create function identity_standing_by_membership(p_membership bigint, p_account bigint)
returns json stable language sql as $$
    select json_build_object(
        'kind', 'member', 'uid', m.uid, 'party_id', m.enterprise_id, 'principal', p.name, 'agent', a.name,
        'home_party_id', a.party_id, 'role', m.role, 'whole', m.role in ('owner', 'admin'),
        'ended', case when m.ended_at is null and m.account_id = p_account then ''
                      else '您已于 ' || identity_said_moment(coalesce(m.ended_at, now())) || ' 不再为“' || p.name || '”办事。' end)
    from identity_membership m
    join identity_party p on p.id = m.enterprise_id
    join identity_account a on a.id = p_account
    where m.id = p_membership
$$;

-- An account that belongs to an enterprise acts for it by its place there; without one, not at all.
create function identity_standing_at_home(p_account bigint) returns json stable language sql as $$
    select coalesce(
        (select identity_standing_by_membership(m.id, p_account) from identity_membership m
         where m.account_id = p_account and m.enterprise_id = a.party_id order by m.ended_at desc nulls first limit 1),
        json_build_object('kind', 'member', 'uid', a.uid, 'party_id', a.party_id, 'principal', p.name,
                          'ended', '这个账号已不能为“' || p.name || '”办事。'))
    from identity_account a join identity_party p on p.id = a.party_id
    where a.id = p_account and p.kind = 'legal'
$$;

create function identity_standing_of_session(p_key text, p_at timestamptz) returns json stable language sql as $$
    select case
        when acting.mandate_id is not null then identity_standing_by_mandate(acting.mandate_id, s.account_id, p_at)
        when acting.membership_id is not null then identity_standing_by_membership(acting.membership_id, s.account_id)
        when a.kind = 'citizen' then identity_standing_at_home(s.account_id)
    end
    from identity_session s
    join identity_account a on a.id = s.account_id
    left join identity_acting acting on acting.session_id = s.key_hash
    where s.key_hash = p_key
$$;

create function identity_standing_of_token(p_hash text) returns json stable language sql as $$
    select identity_standing_at_home(t.account_id) from identity_apitoken t where t.hash = p_hash
$$;

-- Enterprises that have accounts already: whoever came first is the owner, the others act as agents.
insert into identity_membership (uid, enterprise_id, account_id, role, joined_at, invited_by_name, end_reason)
select gen_random_uuid(), a.party_id, a.id,
       case when row_number() over (partition by a.party_id order by a.opened_at, a.id) = 1 then 'owner' else 'agent' end,
       a.opened_at, '', ''
from identity_account a join identity_party p on p.id = a.party_id
where p.kind = 'legal' and a.kind = 'citizen' and a.closed_at is null;
