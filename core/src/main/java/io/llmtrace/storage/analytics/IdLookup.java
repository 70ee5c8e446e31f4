package io.llmtrace.storage.analytics;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.IdPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Finds what an id names that somebody copied from a log or a message: a trace, a span, a session or a user. */
public final class IdLookup {

    /** The most results for each field. A prefix that begins more ids is of no use. */
    private static final int LIMIT = 10;

    private final TraceRepository repository;
    private final UUID tenantId;

    /** Creates a lookup among the traces of a tenant. The repository must have {@link TraceAnalytics}. */
    public IdLookup(TraceRepository repository, UUID tenantId) {
        this.repository = repository;
        this.tenantId = tenantId;
    }

    /**
     * Returns what has the id. If nothing has, returns what has an id that begins so, if it has at least
     * {@value IdPrefix#MIN_DIGITS} characters. Ids of traces and spans may be written with dashes or without, in any case.
     */
    public List<FoundId> find(String id) {
        List<FoundId> found = new ArrayList<>();
        Optional<IdPrefix> prefix = IdPrefix.of(id);
        prefix.ifPresent(some -> {
            found.addAll(traces(some));
            found.addAll(spans(some));
        });
        found.addAll(values(SpanField.SESSION_ID, id));
        found.addAll(values(SpanField.USER_ID, id));
        List<FoundId> exact =
                found.stream().filter(each -> isWhole(each, id, prefix)).toList();
        return exact.isEmpty() ? found : exact;
    }

    private static boolean isWhole(FoundId found, String id, Optional<IdPrefix> prefix) {
        boolean isText = found.traceId() == null;
        return isText
                ? found.value().equals(id)
                : prefix.map(IdPrefix::digits)
                        .filter(digits -> digits.equals(found.value().replace("-", "")))
                        .isPresent();
    }

    private List<FoundId> traces(IdPrefix prefix) {
        TraceQuery.Builder query = TraceQuery.builder(tenantId).limit(LIMIT);
        if (prefix.digits().length() == 32) {
            query.traceId(Ids.parseTraceId(prefix.digits())); // finds a trace without spans, too
        } else {
            query.where(FilterExpression.matching(SpanField.TRACE_ID, prefix.digits() + "*"));
        }
        return repository.queryTraceSummaries(query.build()).items().stream()
                .map(trace ->
                        new FoundId(SpanField.TRACE_ID.name(), trace.traceId().toString(), trace.traceId()))
                .toList();
    }

    private List<FoundId> spans(IdPrefix prefix) {
        int digits = prefix.digits().length();
        if (digits == 32 && prefix.digits().startsWith("0".repeat(16))) {
            return List.of(); // ids of spans with so many zeros are written without them
        }
        if (digits == 16 || digits == 32) { // whole ids are found at once, their beginnings among all spans
            return repository.getSpan(tenantId, Ids.parseSpanId(prefix.digits())).stream()
                    .map(span -> new FoundId(SpanField.SPAN_ID.name(), Ids.formatSpanId(span.spanId()), span.traceId()))
                    .toList();
        }
        TraceQuery query = TraceQuery.builder(tenantId)
                .where(FilterExpression.matching(SpanField.SPAN_ID, prefix.digits() + "*"))
                .limit(LIMIT)
                .build();
        return repository.querySpanOutlines(query).items().stream()
                .map(span -> new FoundId(SpanField.SPAN_ID.name(), Ids.formatSpanId(span.spanId()), span.traceId()))
                .toList();
    }

    private List<FoundId> values(SpanField<String> field, String id) {
        TraceQuery.Builder query = TraceQuery.builder(tenantId).limit(LIMIT);
        if (id.length() < IdPrefix.MIN_DIGITS) {
            query.equalTo(field, id);
        }
        return TraceAnalytics.of(repository).values(query.build(), field, id).stream()
                .map(value -> new FoundId(field.name(), value.value(), null))
                .toList();
    }
}
