-- The start of an error message, for lists. The program sets it for the failed spans that are stored already.
ALTER TABLE spans ADD COLUMN error_preview TEXT;

-- For the filter by the name of an action.
CREATE INDEX actions_by_name ON actions (name, span);
