package io.llmtrace.testkit;

import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Random queries that hit what {@link RandomTraces} writes: mostly with one or two filters, so that answers are not empty. */
final class RandomQueries {

    private static final List<Consumer<Draw>> FILTERS = List.of(
            d -> {
                Instant from = d.traces.time();
                Instant to = d.traces.time();
                d.query.startTime(from.isBefore(to) ? from : to).endTime(from.isBefore(to) ? to : from);
            },
            d -> d.query.startTime(d.traces.time()).endTime(null),
            d -> d.query.endTime(d.traces.time()).startTime(null),
            d -> d.query.provider(d.traces.oneOf(RandomTraces.PROVIDERS)),
            d -> d.query.modelName(d.traces.oneOf(RandomTraces.MODELS)),
            d -> d.query.operationName(d.traces.oneOf(RandomTraces.OPERATIONS)),
            d -> d.query.kind(d.traces.oneOf(List.of(SpanKind.LLM, SpanKind.AGENT, SpanKind.TOOL))),
            d -> d.query.traceId(d.traces.traceId()),
            d -> d.query.sessionId(d.traces.oneOf(RandomTraces.NAMES)),
            d -> d.query.userId(d.traces.oneOf(RandomTraces.NAMES)),
            d -> d.query.serviceName(d.traces.oneOf(RandomTraces.NAMES)),
            d -> d.query.tags(d.traces.tags()),
            d -> d.query.minSecurityScore(d.traces.oneOf(List.of(0, 30, 60))),
            d -> d.query.maxSecurityScore(d.traces.oneOf(List.of(60, 95, 100))),
            d -> d.query.findingType(d.traces.oneOf(RandomTraces.FINDING_TYPES)),
            d -> d.query.findingSeverity(d.traces.oneOf(List.of(Severity.values()))),
            d -> d.query.actionName(d.traces.oneOf(RandomTraces.ACTION_NAMES)),
            d -> d.query.minDurationMs(d.traces.oneOf(List.of(0L, 1L, 100L))),
            d -> d.query.maxDurationMs(d.traces.oneOf(List.of(100L, 200L, 300L))),
            d -> d.query.minCostUsd(d.traces.oneOf(List.of(0.0, 1e-9, 0.1))),
            d -> d.query.maxCostUsd(d.traces.oneOf(List.of(0.1, 0.2, 1e16))),
            d -> d.query.status(d.traces.oneOf(List.of(SpanStatus.values()))),
            d -> d.query.text(d.traces.oneOf(List.of("red", "GREEN", "blue red", "京", "42", "t don", "y", "ünï"))));

    private final RandomTraces traces;

    RandomQueries(RandomTraces traces) {
        this.traces = traces;
    }

    /** Without a cursor. */
    TraceQuery query(UUID tenant) {
        TraceQuery.Builder query = TraceQuery.builder(tenant)
                .order(traces.oneOf(List.of(Order.values())))
                .limit(traces.oneOf(List.of(1, 2, 3, 7, 50, TraceQuery.MAX_LIMIT)))
                .offset(traces.oneOf(List.of(0, 0, 0, 1, 5, 100)));
        int filters = traces.oneOf(List.of(0, 1, 1, 1, 2, 2, 3));
        for (int i = 0; i < filters; i++) {
            traces.oneOf(FILTERS).accept(new Draw(traces, query));
        }
        return query.build();
    }

    private record Draw(RandomTraces traces, TraceQuery.Builder query) {}
}
