-- The agent that a span is a step of, as a field to filter and group by.
ALTER TABLE spans ADD COLUMN agent_name INTEGER;        -- id of a name
