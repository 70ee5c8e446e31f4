-- The name of the prompt template that a prompt was made from.
ALTER TABLE spans ADD COLUMN prompt_name INTEGER;        -- id of a name
