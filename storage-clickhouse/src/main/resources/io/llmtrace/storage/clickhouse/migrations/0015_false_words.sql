-- What the index of words sees in name, prompt and response that is no word of the span, such as the "nreturn" of "\nReturn" in JSON,
-- and the version of the rules by which both columns of words were filled: 0 for rows from before this migration, which are filled
-- again in the background.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS false_words String CODEC(ZSTD(3)) AFTER more_words,
    ADD COLUMN IF NOT EXISTS words_version UInt8 AFTER false_words;
