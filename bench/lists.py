"""Every list page that shows rows of the catalogue, as its addresses stand; `{…}` is filled in from the database."""

from __future__ import annotations

LISTS: dict[str, tuple[str, ...]] = {
    "items, staff": (
        "/manage/items/", "/manage/items/?q=食品", "/manage/items/?q=许可", "/manage/items/?state=draft",
        "/manage/items/?state=legal_check", "/manage/items/?state=published", "/manage/items/?state=cancelled",
        "/manage/items/?state=unpublished", "/manage/items/?state=unmapped", "/manage/items/?state=frozen",
        "/manage/items/?department={department}", "/manage/items/?kind=licence", "/manage/items/?sort=name",
        "/manage/items/?sort=-name", "/manage/items/?sort=department", "/manage/items/?kind=payment&sort=department",
    ),
    "items, public": (
        "/items/", "/items/?q=食品", "/items/?q=许可", "/items/?theme=社会保障", "/items/?department={department}",
        "/items/?object=person", "/",
    ),
    "quality and disclosures": (
        "/manage/quality/editions/", "/manage/quality/editions/?which=both", "/manage/quality/editions/?weight=none",
        "/manage/quality/editions/?weight=error", "/manage/quality/editions/?rule={rule}",
        "/manage/quality/editions/?department={department}", "/manage/disclosures/items/",
        "/manage/disclosures/items/?department={department}", "/manage/legal-checks/",
    ),
    "imports, workbooks, materials": (
        "/manage/imports/", "/manage/imports/{import}/", "/manage/imports/{import}/?outcome=rejected", "/manage/workbooks/",
        "/manage/workbooks/{workbook}/", "/manage/materials/", "/manage/source-departments/", "/manage/synonyms/",
    ),
    "residence, staff": (
        "/manage/residence/items/", "/manage/residence/items/?state=missing", "/manage/residence/items/?state=all",
        "/manage/residence/items/?state=must", "/manage/residence/items/?state=in",
        "/manage/residence/items/?state=elsewhere", "/manage/residence/items/?state=decided_out",
        "/manage/residence/items/?state=entered", "/manage/residence/items/?state=missing&department={department}",
        "/manage/residence/items/?q=食品", "/manage/residence/entries/", "/manage/residence/entries/?window={window}",
        "/manage/residence/entries/?q=食品", "/manage/residence/functions/", "/manage/residence/volumes/",
        "/manage/residence/volumes/?by=item", "/manage/residence/outside/", "/manage/residence/adjustments/",
        "/manage/residence/adjustments/{adjustment}/", "/manage/residence/directories/",
        "/manage/residence/directories/{directory}/", "/manage/residence/demands/", "/manage/residence/lists/",
        "/manage/residence/lists/{batch}/", "/manage/residence/lists/of/one_visit/",
        "/manage/residence/lists/of/one_visit/?show=unfit", "/manage/residence/lists/of/one_visit/?show=drift",
        "/manage/residence/lists/of/zero_visit/", "/manage/residence/lists/of/at_most_once/",
        "/manage/residence/lists/of/one_window/", "/manage/residence/lists/of/one_window/?show=unfit",
        "/manage/residence/province/", "/manage/residence/tiers/", "/manage/residence/attempts/",
    ),
    "residence, public": (
        "/hall/windows/", "/hall/windows/{window}/", "/hall/windows/{window}/?q=食品", "/lists/", "/lists/directory/",
        "/lists/directory/?q=食品", "/lists/province/", "/lists/demands/", "/lists/one_visit/", "/lists/one_visit/?q=食品",
        "/lists/zero_visit/", "/lists/at_most_once/", "/lists/one_window/",
    ),
    "reform, staff": (
        "/manage/reform/items/", "/manage/reform/items/?of=two_thirds", "/manage/reform/items/?of=unpublished",
        "/manage/reform/items/?of=simple_filing", "/manage/reform/items/?of=not_faster", "/manage/reform/items/?of=tag_nearby",
        "/manage/reform/items/?of=no_limits", "/manage/reform/items/?of=not_comparable", "/manage/reform/items/?of=drafted",
        "/manage/reform/items/?of=class_violating&class=build", "/manage/reform/items/?q=食品",
        "/manage/reform/items/?department={department}", "/manage/reform/five/", "/manage/reform/five/?department={department}",
        "/manage/reform/batches/", "/manage/reform/batches/{changes}/", "/manage/reform/changes/",
        "/manage/reform/cleanups/", "/manage/reform/cleanups/{cleanup}/", "/manage/reform/comparisons/",
        "/manage/reform/comparisons/{comparison}/", "/manage/reform/comparisons/{comparison}/?side=same",
        "/manage/reform/rebuildings/", "/manage/reform/classes/", "/manage/reform/classes/build/", "/manage/reform/proofs/",
    ),
    "reform, public": (
        "/powers/", "/powers/?department={department}", "/powers/?q=食品", "/powers/?day={past}", "/powers/?unit={exerciser}",
        "/powers/?kind=licence", "/proofs/",
    ),
    "kinds, promises, intake": (
        "/manage/case-kinds/", "/manage/promises/", "/promises/", "/desk/intake/", "/desk/intake/?q=食品",
    ),
}  # fmt: skip
"""By part of the table: what people turn the pages of."""

REPORTS: tuple[str, ...] = (
    "/manage/residence/", "/manage/residence/departments/{department}/", "/manage/quality/", "/manage/disclosures/",
    "/desk/figures/", "/manage/reform/reports/", "/manage/reform/reports/speed/",
    "/manage/reform/reports/online/", "/manage/reform/reports/handlings/",
)  # fmt: skip
"""Reports add up the whole catalogue; nothing was promised for them, they are measured beside the lists."""

PUBLIC = ("/items/", "/hall/", "/lists/", "/powers/", "/proofs/", "/promises/")

FILLED: dict[str, str] = {
    "department": "select department_id from catalogue_serviceitem where id = 1000001",
    "window": "select window_id from residence_entry order by id desc limit 1",
    "adjustment": "select uid from residence_adjustment order by id desc limit 1",
    "directory": "select id from residence_directory",
    "batch": "select min(id) from residence_listbatch",
    "changes": "select uid from reform_changebatch order by id limit 1",
    "cleanup": "select uid from reform_cleanup",
    "comparison": "select uid from reform_comparison",
    "import": "select uid from catalogue_importbatch",
    "workbook": "select uid from catalogue_workbookproposal",
    "exerciser": "select min(unit_id) from reform_exercise",
    "rule": "select rules[1] from catalogue_editioncheck where cardinality(rules) > 0 limit 1",
    "past": "select current_date - 100",
}
