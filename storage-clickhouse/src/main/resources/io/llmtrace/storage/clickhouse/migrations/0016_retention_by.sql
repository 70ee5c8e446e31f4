-- Days that are counted from the end of a trace, or 0. They are in a column of their own, with 0 in days: a program of an earlier
-- version that still runs then keeps the traces, instead of counting from their start.
ALTER TABLE retention{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS days_after_end UInt16 AFTER days;
