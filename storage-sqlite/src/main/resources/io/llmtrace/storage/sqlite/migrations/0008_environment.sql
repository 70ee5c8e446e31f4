-- The environment that sent a span, such as production, as a field to filter and group by.
ALTER TABLE spans ADD COLUMN environment INTEGER;        -- id of a name
