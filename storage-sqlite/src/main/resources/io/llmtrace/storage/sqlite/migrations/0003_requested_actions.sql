-- Actions that a model only requested are counted separately from those that were done. The program fills these tables again, for
-- all spans.

DELETE FROM findings;
DELETE FROM actions;
ALTER TABLE actions ADD COLUMN requested INTEGER NOT NULL DEFAULT 0; -- 1 if the action was only requested
