-- Facts about the store itself, by name.
CREATE TABLE store_properties (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Says that each tenant with events that arrived separately from their spans has a property for that. An older file with spans
-- may hold such events without one, so the row is missing there.
INSERT INTO store_properties (name, value)
  SELECT 'separate_events', 'announced' WHERE NOT EXISTS (SELECT 1 FROM spans);
