-- Lists show the first words of an error. The program fills them in for the spans that have one.
ALTER TABLE spans ADD COLUMN error_preview TEXT;

-- For the spans in which a tool was called.
CREATE INDEX actions_by_name ON actions (name, span);
