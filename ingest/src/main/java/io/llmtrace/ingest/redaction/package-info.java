/** Taking out of spans what must not be stored: personal data, keys, and what rules of the user name. */
@NullMarked
package io.llmtrace.ingest.redaction;

import org.jspecify.annotations.NullMarked;
