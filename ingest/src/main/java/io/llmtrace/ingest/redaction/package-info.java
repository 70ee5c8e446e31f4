/** Removes from spans what must not be stored: personal data, secrets, and anything else that the user's rules match. */
@NullMarked
package io.llmtrace.ingest.redaction;

import org.jspecify.annotations.NullMarked;
