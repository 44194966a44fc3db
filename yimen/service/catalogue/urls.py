"""Every address of the catalogue: the public guide, and the management pages."""

from __future__ import annotations

from django.urls import path

from yimen.service.catalogue.views import (
    disclosures,
    editing,
    guidance,
    imports,
    items,
    parts,
    public,
    quality,
    upkeep,
    workbooks,
)

app_name = "catalogue"
urlpatterns = [
    path("items/", public.search, name="search"),
    path("items/suggest/", public.suggest, name="suggest"),
    path("items/<str:code>/", public.guide, name="guide"),
    path("items/<str:code>/print/", public.guide_print, name="guide_print"),
    path("items/<str:code>/situation/", guidance.ask, name="situation"),
    path("items/<str:code>/board/", disclosures.board, name="board"),
    path("items/<str:code>/materials/<int:order>/<slug:which>/", parts.material_file, name="material_file"),
    path("manage/items/", items.listing, name="items"),
    path("manage/items/export/", items.export, name="export"),
    path("manage/items/new/", items.create, name="create"),
    path("manage/items/<str:code>/", items.page, name="item"),
    path("manage/items/<str:code>/state/", items.state, name="item_state"),
    path("manage/items/<str:code>/new-edition/", editing.new_edition, name="new_edition"),
    path("manage/items/<str:code>/<int:number>/", editing.edition, name="edition"),
    path("manage/items/<str:code>/<int:number>/edit/", editing.edit, name="edit"),
    path("manage/items/<str:code>/<int:number>/materials/", editing.materials, name="materials"),
    path("manage/items/<str:code>/<int:number>/guidance/", guidance.edit, name="guidance"),
    path("manage/items/<str:code>/<int:number>/guidance/try/", guidance.preview, name="guidance_preview"),
    path("manage/items/<str:code>/codes/", items.codes, name="item_codes"),
    path("manage/items/<str:code>/<int:number>/records/<slug:element>/", parts.records, name="records"),
    path(
        "manage/items/<str:code>/<int:number>/materials/<int:order>/files/", parts.material_files, name="material_files"
    ),
    path(
        "manage/items/<str:code>/<int:number>/materials/<int:order>/files/<slug:which>/",
        parts.draft_file,
        name="draft_file",
    ),
    path("manage/items/<str:code>/<int:number>/form/", editing.form, name="form"),
    path("manage/items/<str:code>/<int:number>/act/", editing.act, name="edition_act"),
    path("manage/items/<str:code>/<int:number>/compare/<int:other>/", editing.compare, name="compare"),
    path("manage/items/<str:code>/<int:number>/beside/<str:elsewhere>/", editing.beside, name="beside"),
    path("manage/workbooks/", workbooks.listing, name="workbooks"),
    path("manage/workbooks/take-out/", workbooks.take_out, name="take_out"),
    path("manage/workbooks/<uuid:uid>/", workbooks.proposal, name="workbook"),
    path("manage/workbooks/<uuid:uid>/act/", workbooks.act, name="workbook_act"),
    path("manage/workbooks/<uuid:uid>/differences/", workbooks.differences, name="workbook_differences"),
    path("manage/quality/", quality.report, name="quality"),
    path("manage/quality/editions/", quality.editions, name="quality_editions"),
    path("manage/quality/export/", quality.export, name="quality_export"),
    path("manage/quality/departments/", quality.export_departments, name="quality_departments"),
    path("manage/quality/picture/", quality.chart, name="quality_picture"),
    path("manage/quality/again/", quality.check_again, name="quality_again"),
    path("manage/catalogue-settings/", quality.settings, name="settings"),
    path("manage/disclosures/", disclosures.report, name="disclosures"),
    path("manage/disclosures/items/", disclosures.items, name="disclosure_items"),
    path("manage/disclosures/export/", disclosures.export, name="disclosures_export"),
    path("manage/disclosures/choose/", disclosures.choose, name="disclosure_choose"),
    path("manage/disclosures/<slug:key>/", disclosures.edit, name="disclosure"),
    path("manage/legal-checks/", upkeep.checks, name="checks"),
    path("manage/imports/", imports.listing, name="imports"),
    path("manage/imports/<uuid:uid>/", imports.batch, name="import"),
    path("manage/imports/<uuid:uid>/act/", imports.act, name="import_act"),
    path("manage/imports/<uuid:uid>/rejects.csv", imports.rejects, name="import_rejects"),
    path("manage/source-departments/", upkeep.departments, name="departments"),
    path("manage/synonyms/", upkeep.synonyms, name="synonyms"),
    path("manage/materials/", upkeep.standard_materials, name="standard_materials"),
]
