package io.llmtrace.storage.analytics;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an id that somebody has names, see {@link IdLookup}.
 *
 * @param field the field of spans that has the id: {@code trace_id}, {@code span_id}, {@code session_id} or {@code user_id}
 * @param value the whole id, in the text form of the field
 * @param traceId the trace, or that of the span; null for a session and a user
 */
public record FoundId(String field, String value, @Nullable UUID traceId) {}
