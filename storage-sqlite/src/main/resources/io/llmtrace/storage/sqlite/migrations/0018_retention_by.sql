-- What the days are counted from: 'start' or 'end' of a trace. Null, as in all files until now: the start.
ALTER TABLE tenants ADD COLUMN retention_by TEXT;
