-- The version of the application that sent a span, as a field to filter and group by.
ALTER TABLE spans ADD COLUMN release INTEGER;        -- id of a name
