-- Which actions of a span were only requested: they are counted separately from those that were done. As in the migration
-- before, rows that were written earlier are not changed.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS action_requests Array(Bool)
        DEFAULT arrayMap(a -> JSONExtractString(a, 'metadata', 'origin') = 'requested', JSONExtractArrayRaw(agent_actions))
        AFTER action_names;
