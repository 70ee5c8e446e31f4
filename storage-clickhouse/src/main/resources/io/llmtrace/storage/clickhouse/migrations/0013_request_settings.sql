-- The settings of a request, such as temperature, in one form for all conventions: a JSON object, or empty.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS request_settings String AFTER level_message;
