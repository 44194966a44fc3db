"""Items as an Excel workbook and back (R018): written out (`writing`), read with distrust (`reading`), laid beside the
catalogue (`diffing`), taken over row by row as drafts (`applying`). `layout` says what stands where, for all of them.
"""
