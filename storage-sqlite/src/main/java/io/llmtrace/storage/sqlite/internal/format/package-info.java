/**
 * The binary formats in the file: bodies of spans, blocks of bodies, sets of tags. Reading and writing share them; nothing here
 * uses the database.
 */
@NullMarked
package io.llmtrace.storage.sqlite.internal.format;

import org.jspecify.annotations.NullMarked;
