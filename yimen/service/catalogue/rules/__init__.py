"""The catalogue's rules: pure, no database, no clock, no request.

`codes` reads item codes, `limits` time limits, `questions` application forms, `quality` judges an edition,
`words` prepares
text for search, `vocabulary` names things.
"""
