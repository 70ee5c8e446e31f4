-- How important a span is: debug, default, warning or error.
ALTER TABLE spans ADD COLUMN level TEXT;
