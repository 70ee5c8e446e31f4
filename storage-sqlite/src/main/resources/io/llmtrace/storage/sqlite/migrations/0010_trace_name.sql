-- The name that the application gave to the trace of a span.
ALTER TABLE spans ADD COLUMN trace_name INTEGER;        -- id of a name
