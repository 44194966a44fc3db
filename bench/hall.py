"""What the modules above the catalogue hold of its items, so that their list pages are measured full: departments, windows,
entries, the must-enter directory, lists, changes, comparisons, imports. Plain SQL: the masses are what is wanted, not the way
to them; what stands once (a unit, a window) is made by the services.
"""

from __future__ import annotations

from datetime import datetime

from bench.searching import THINGS

DEPARTMENTS, WINDOWS = 40, 30
FIRST = 1_000_000

SPREAD = """
set constraints all immediate;
alter table catalogue_itemedition disable trigger user;
create temp table home as
    select row_number() over (order by id) - 1 as n, id from organisations_unit where kind = 'department';
update catalogue_serviceitem i set department_id = h.id, changed_at = i.changed_at - i.id % 40000 * interval '7 minutes',
    base_code = lpad((i.id % 9000)::text, 12, '0'), created_at = i.created_at - interval '400 days',
    kind = (array['licence', 'confirmation', 'other_power', 'public_service', 'payment'])[1 + i.id % 5]
    from home h where i.id > 1000000 and h.n = i.id % (select count(*) from home);
update catalogue_itemedition e set kind = i.kind, visits = (array[0, 1, 1, 2, null])[1 + e.id % 7 % 5],
    channels = case when e.id % 3 = 0 then array['window', 'online', 'post'] else array['window', 'online'] end,
    legal_limit = 20, legal_unit = 'working_day', legal_source = 'stated', promise_limit = 1 + e.id % 20,
    promise_unit = 'working_day', fee = e.id % 11 = 0, delivery_by_post = e.id % 2 = 0,
    effective_on = e.effective_on - 300, published_at = e.published_at - interval '300 days',
    themes = array[(array['准营准办', '社会保障', '交通出行', '医疗卫生', '设立变更', '工程建设'])[1 + e.id % 6]],
    case_kind = case when e.id % 4 = 0 then 'instant' else 'promise' end
    from catalogue_serviceitem i where i.id = e.item_id and e.id > 1000000;
-- Of each hundred one is being written, one in the legal check, one was never published, one is cancelled.
insert into catalogue_itemedition select (jsonb_populate_record(e, jsonb_build_object('id', e.id + 1000000, 'number', 2,
    'uid', gen_random_uuid(), 'status', case when e.id % 100 = 1 then 'draft' else 'legal_check' end,
    'published_at', null, 'effective_on', null))).* from catalogue_itemedition e where e.id > 1000000 and e.id % 100 in (1, 2);
update catalogue_serviceitem set current_id = null where id > 1000000 and id % 100 = 3;
update catalogue_itemedition set status = 'draft', published_at = null, effective_on = null where id > 1000000 and id % 100 = 3
    and id < 2000000;
update catalogue_serviceitem set status = 'cancelled', cancelled_on = current_date - 3, status_reason = '取消', status_basis = '文'
    where id > 1000000 and id % 100 = 4;
set constraints all immediate;
alter table catalogue_itemedition enable trigger user;
"""

RESIDENCE = """
create temp table place as
    select row_number() over (order by id) - 1 as n, id from organisations_window where kind in ('comprehensive', 'department');
create temp table standing as
    select i.id, i.department_id, i.name, i.code from catalogue_serviceitem i
    where i.id > 1000000 and i.current_id is not null and i.status <> 'cancelled';
insert into residence_adjustment (uid, kind, state, by_centre, reason, facts, proposed_uid, proposed_by, proposed_at, opinion,
    opinion_text, opinion_by, decision_number, decision_text, decided_by, decided_at, effective_on)
    select gen_random_uuid(), 'takeover', 'decided', true, '接收现状', '{}', gen_random_uuid(), '中心', now(), '', '', '', '清政〔1〕号',
    '接收', '主任', now(), current_date - 200;
insert into residence_adjustmentline (adjustment_id, item_id, must)
    select (select max(id) from residence_adjustment), id, false from standing where id % 10 < 6;
insert into residence_entry (item_id, window_id, from_on, entered_by_id)
    select s.id, p.id, current_date - 200, (select max(id) from residence_adjustment)
    from standing s join place p on p.n = s.id % (select count(*) from place) where s.id % 10 < 6;
insert into residence_directory (centre_id, number, title, state, document_number, document_on, published_at, published_by,
    made_by, made_at) select min(id), 1, '应进驻事项目录', 'published', '清政〔2〕号', current_date - 250, now(), '主任', '中心', now()
    from organisations_unit where kind = 'centre';
insert into residence_directoryline (directory_id, key, kind, item_id, department_id, base_code, wide_class, name, place, note)
    select (select max(id) from residence_directory), 'item:' || id, 'item', id, null, '', '', name,
    case when id % 9 = 0 then 'subcentre' else 'centre' end, '' from standing where id % 2 = 0
    union all
    select (select max(id) from residence_directory), 'base:' || id, 'base', null, id, '', '', name || '的全部事项', 'either', ''
    from organisations_unit where kind = 'department' and id % 2 = 0;
insert into residence_listbatch (kind, number, title, state, document_number, published_on, in_force_on, made_by, made_at,
    published_by, published_at, moved) select kind, number, '第' || number || '批', 'in_force', '清政〔3〕号', current_date - 90,
    current_date - 60, '中心', now(), '主任', now(), 0
    from unnest(array['zero_visit', 'one_visit', 'at_most_once', 'one_window']) kind, generate_series(1, 4) number;
insert into residence_listline (batch_id, kind, item_id, reason, added_by, added_at, removed_by, removed_reason)
    select b.id, b.kind, s.id, '到现场 1 次', '中心', now(), '', '' from standing s join residence_listbatch b on b.number = 1 + s.id % 4
    where s.id % 7 < 4;
insert into residence_provinceitem (field_id, item_id, from_on, basis, by)
    select (select min(id) from residence_provincefield), id, current_date - 30, '清政〔4〕号', '中心' from standing where id % 20 = 0;
insert into residence_demandanswer (uid, item_id, wanted, outcome, text, asked, first_asked_at, answered_by, answered_at)
    select gen_random_uuid(), id, name, 'kept', '已在窗口办理。', 3, now(), '中心', now() - id % 1000 * interval '1 hour'
    from standing where id % 50 = 0;
"""

REFORM = """
insert into reform_itemtags (item_id, at_once, online, nearby, once, by, at)
    select id, id % 4 = 0, id % 3 = 0, id % 5 = 0, id % 2 = 0, '中心', now() from standing where id % 3 < 2;
insert into reform_simplification (kind, document, note, since, author, item_id)
    select (array['filing', 'delegated', 'paperless'])[1 + id % 3], '清政〔5〕号', '', current_date - 100, '中心', id
    from standing where id % 6 = 0;
insert into reform_duty (item_id, text, accountable, basis, since, author)
    select id, '依法审查', '不依法审查的', '条例', current_date - 100, '中心' from standing where id % 2 = 0;
insert into reform_proof (uid, kind, name, issuer, purpose, basis, document, cancelled_on, replacement, replacement_note, author,
    created_at) select gen_random_uuid(), 'proof', '证明' || n, '', '办事', '条例', '清政〔6〕号',
    case when n % 2 = 0 then current_date - 50 end, case when n % 2 = 0 then 'promise' else '' end, '', '中心', now()
    from generate_series(1, 600) n;
insert into reform_itemclass (code, name, numerator, denominator, document, note)
    values ('build', '工程建设', 1, 3, '清政〔7〕号', '');
insert into reform_itemclassmember (item_id, item_class_id, added_at, added_by)
    select id, (select max(id) from reform_itemclass), now(), '中心' from standing where id % 4 = 0;
insert into reform_changebatch (uid, title, source, from_organ, document, document_on, effective_on, note, state, author_uid,
    author, created_at, reviewer, opinion, decider, applier, applied_at, undone_by, undone_reason, version)
    select gen_random_uuid(), '第' || n || '次调整', 'own', '', '清政〔8〕号', current_date - n, current_date - n, '', 'applied',
    gen_random_uuid(), '中心', now(), '', '', '主任', '中心', now(), '', '', 1 from generate_series(1, 40) n;
insert into reform_change (batch_id, "order", kind, name, item_kind, base_code, reason, basis, values, state, outcome,
    department_id, item_id)
    select b.id, s.id, case when s.id % 5 = 0 then 'cancel' else 'adjust' end, s.name, 'licence', '', '', '', '{}', 'applied', '',
    s.department_id, s.id
    from standing s join (select id, row_number() over (order by id) - 1 as n from reform_changebatch) b on b.n = s.id % 40;
insert into reform_exercise (mode, since, change_id, item_id, unit_id)
    select 'delegated', current_date - 20, min(c.id), c.item_id, (select min(id) from organisations_unit where kind = 'department')
    from reform_change c where c.item_id % 30 = 0 group by c.item_id;
insert into reform_cleanup (uid, title, document, note, opened_on, due_on, opened_by, opened_uid, created_at)
    select gen_random_uuid(), '年度清理', '清政〔9〕号', '', current_date - 30, current_date + 30, '中心', gen_random_uuid(), now();
insert into reform_cleanupdepartment (cleanup_id, department_id, submitted_by)
    select (select max(id) from reform_cleanup), id, '' from organisations_unit where kind = 'department';
insert into reform_cleanupline (cleanup_id, department_id, item_id, found, reason, found_by, decided, decided_reason, decided_by)
    select (select max(id) from reform_cleanup), department_id, id, case when id % 2 = 0 then 'keep' else '' end, '', '', '', '', ''
    from standing;
insert into reform_comparison (uid, title, document, file_name, file_hash, messages, theirs, ours, matched, unreadable, author_uid,
    author, created_at) select gen_random_uuid(), '与省目录比对', '', '省.xlsx', 'x', '{}', 20000, 22000, 19000, 0, gen_random_uuid(),
    '中心', now();
insert into reform_comparisonrow (comparison_id, side, line, name, matched_by, theirs, differences, decision, reason, decided_by,
    department_id, item_id)
    select (select max(id) from reform_comparison), (array['same', 'different', 'theirs', 'same'])[1 + id % 4],
    (id - 1000000)::int, name, 'code', '{}', '[]', 'open', '', '', department_id, id from standing;
"""

BROUGHT = """
insert into catalogue_importbatch (uid, system, file_name, file_hash, materials_name, status, rows, new, changed, unchanged,
    rejected, warned, done, messages, published, actor_uid, actor, created_at)
    select gen_random_uuid(), 'national', '目录.csv', 'x', '', 'applied', count(*), count(*), 0, 0, 0, 0, count(*), '{}', 0,
    gen_random_uuid(), '中心', now() from standing;
insert into catalogue_importrow (batch_id, line, file, code, name, outcome, reasons, warnings, raw, kept_because, item_id)
    select (select max(id) from catalogue_importbatch), id - 1000000, 'items', code, name,
    case when id % 50 = 0 then 'rejected' else 'new' end, '{}', '{}', '{}', '', id from standing;
insert into catalogue_workbookproposal (uid, file_name, file_hash, content, status, rows, new, changed, unchanged, conflict,
    rejected, done, messages, actor_uid, actor, created_at)
    select gen_random_uuid(), '目录.xlsx', 'x', '', 'compared', count(*), 0, count(*), 0, 0, 0, 0, '{}', gen_random_uuid(), '中心',
    now() from standing;
insert into catalogue_proposalrow (proposal_id, sheet, line, code, name, outcome, changes, values, reasons, warnings, base_version,
    fate, made_version, said, item_id)
    select (select max(id) from catalogue_workbookproposal), '事项', id - 1000000, code, name, 'changed',
    '[{"field": "name", "label": "事项名称", "before": "甲", "after": "乙"}]', '{}', '{}', '{}', 1, '', 0, '', id from standing;
insert into catalogue_standardmaterial (code, name, issuer, proof, cancelled_basis, reusable)
    select 'M' || n, '材料' || n, '', false, '', true from generate_series(1, 1500) n;
"""


def offices(at: datetime) -> None:
    """Departments and windows as a county of that size has them."""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.organisations import selectors
    from yimen.ground.organisations import services as organisations

    first = selectors.departments()[0]
    centre = selectors.main_centre()
    assert centre is not None
    departments = [
        organisations.create_unit(
            actor=SYSTEM, kind="department", name=f"清河县{THINGS[n]}{THINGS[-n - 1]}局", short_name=f"{THINGS[n]}{THINGS[-n - 1]}局",
            parent=first.parent, division=first.division, use_level="4", at=at,
        )
        for n in range(min(DEPARTMENTS, len(THINGS)))
    ]  # fmt: skip
    for number in range(WINDOWS):
        organisations.open_window(
            actor=SYSTEM, centre=centre, number=str(100 + number), name="综合窗口" if number % 2 else "专业窗口",
            kind="comprehensive" if number % 2 else "department", departments=departments[number::WINDOWS], at=at,
        )  # fmt: skip


def spread() -> None:
    """The cloned items over departments, kinds, limits, channels and states."""
    _run(SPREAD)


def settle() -> None:
    """What residence, reform and imports hold of them."""
    _run(RESIDENCE + REFORM + BROUGHT)


def _run(statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        # Literally: a percent sign in them is a remainder, and nothing is filled in.
        cursor.connection.execute(statements)
