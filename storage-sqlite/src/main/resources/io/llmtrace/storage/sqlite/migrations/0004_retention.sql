-- Null: traces are kept until they are deleted.
ALTER TABLE tenants ADD COLUMN retention_days INTEGER;
