-- A span's words are those of its decoded messages now, not of the JSON that carries them: the index is filled again.
INSERT INTO text_index (text_index) VALUES ('delete-all');
UPDATE counters SET value = 0 WHERE name = 'text_indexed_block';
