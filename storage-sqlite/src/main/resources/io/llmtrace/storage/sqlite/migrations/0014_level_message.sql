-- The message that explains the level of a span.
ALTER TABLE spans ADD COLUMN level_message TEXT;
