-- Which of its actions the span only asks for: figures count them apart from what was done. As in the step before, rows that
-- were written earlier are not touched.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS action_requests Array(Bool)
        DEFAULT arrayMap(a -> JSONExtractString(a, 'metadata', 'origin') = 'requested', JSONExtractArrayRaw(agent_actions))
        AFTER action_names;
