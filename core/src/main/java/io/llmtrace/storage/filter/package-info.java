/** Conditions on spans: filters by fields, their combinations, and the language in which people write them. */
@NullMarked
package io.llmtrace.storage.filter;

import org.jspecify.annotations.NullMarked;
