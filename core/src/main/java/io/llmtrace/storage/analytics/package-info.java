/** What is asked about many spans at once: sums over time and groups, values to choose from, sessions, rankings. */
@NullMarked
package io.llmtrace.storage.analytics;

import org.jspecify.annotations.NullMarked;
