-- The text index holds the attributes of spans, too, and is filled again. This view of it lists each of its terms with each span that
-- has it, in the order of the terms, and stores nothing.
CREATE VIRTUAL TABLE text_index_terms USING fts5vocab('text_index', 'instance');
INSERT INTO text_index (text_index) VALUES ('delete-all');
UPDATE counters SET value = 0 WHERE name = 'text_indexed_block';
