-- The version of the prompt template that a prompt was made from.
ALTER TABLE spans ADD COLUMN prompt_version INTEGER;        -- id of a name
