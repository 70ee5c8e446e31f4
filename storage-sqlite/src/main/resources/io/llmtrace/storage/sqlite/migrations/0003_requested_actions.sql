-- Figures count what a model only asked for apart from what was done. The program fills these rows anew, for all spans.

DELETE FROM findings;
DELETE FROM actions;
ALTER TABLE actions ADD COLUMN requested INTEGER NOT NULL DEFAULT 0; -- 1 for what was only asked for
