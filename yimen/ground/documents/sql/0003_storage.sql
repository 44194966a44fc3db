-- Indexes that no question uses, on a table that every act at the windows writes.
-- This file is part of migration 0003 and is not edited after release; a change is a new file and a new migration.

-- Nobody looks for a code or a number by its first characters; the plain indexes answer every other question.
drop index if exists documents_letter_code_f5c53a04_like;
drop index if exists documents_letter_matter_code_8f7fb529_like;
