-- The settings of a request, such as temperature, in one form for all conventions.
ALTER TABLE spans ADD COLUMN request_settings TEXT;        -- a JSON object
