package io.llmtrace.ingest.internal;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.MemoryEstimate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The content of one request: spans, traces, or events that arrived separately from their spans. Immutable. */
public sealed interface Submission {

    /** Returns the number of its spans or partial spans, plus one for each trace. */
    int count();

    /** Returns all spans and partial spans in it. */
    Stream<TraceSpan> allSpans();

    /** Returns an estimate of its bytes in memory. */
    long bytes();

    /** Returns two submissions with half of the items each; empty if there is only one item, which cannot be split. */
    List<Submission> halves();

    /**
     * Returns the same submission with other spans.
     *
     * @param spans maps a list of spans to those that replace it, which may be fewer
     */
    Submission mapped(UnaryOperator<List<TraceSpan>> spans);

    /** Returns what is left of it without some traces of a tenant. */
    Submission without(UUID tenantId, Set<UUID> traceIds);

    /** Returns the kind, which a file stores beside the items. */
    Kind kind();

    /** Returns the items as JSON, which {@link Kind#read} reads. */
    byte[] json();

    /** The kinds of submissions. Spool files store the ordinals, so the order is fixed. */
    enum Kind {
        SPANS {
            @Override
            Submission read(byte[] json) {
                return new Spans(List.of(TraceJson.read(text(json), TraceSpan[].class)));
            }
        },
        TRACES {
            @Override
            Submission read(byte[] json) {
                return new Traces(List.of(TraceJson.read(text(json), TraceEvent[].class)));
            }
        },
        EVENTS {
            @Override
            Submission read(byte[] json) {
                return new Events(List.of(TraceJson.read(text(json), TraceSpan[].class)));
            }
        };

        /** Reads the items of a submission of this kind. */
        abstract Submission read(byte[] json);

        private static String text(byte[] json) {
            return new String(json, StandardCharsets.UTF_8);
        }
    }

    /** Spans to store. */
    record Spans(List<TraceSpan> spans) implements Submission {
        @Override
        public int count() {
            return spans.size();
        }

        @Override
        public Stream<TraceSpan> allSpans() {
            return spans.stream();
        }

        @Override
        public long bytes() {
            return MemoryEstimate.ofSpans(spans);
        }

        @Override
        public List<Submission> halves() {
            return split(spans).stream().<Submission>map(Spans::new).toList();
        }

        @Override
        public Submission mapped(UnaryOperator<List<TraceSpan>> mapper) {
            return new Spans(mapper.apply(spans));
        }

        @Override
        public Submission without(UUID tenantId, Set<UUID> traceIds) {
            return mapped(all -> spansWithout(all, tenantId, traceIds));
        }

        @Override
        public Kind kind() {
            return Kind.SPANS;
        }

        @Override
        public byte[] json() {
            return TraceJson.writeBytes(spans);
        }
    }

    /** Traces to store, which may have a creation time of their own, and may have no spans. */
    record Traces(List<TraceEvent> traces) implements Submission {
        @Override
        public int count() {
            return traces.size()
                    + traces.stream().mapToInt(trace -> trace.spans().size()).sum();
        }

        @Override
        public Stream<TraceSpan> allSpans() {
            return traces.stream().flatMap(trace -> trace.spans().stream());
        }

        @Override
        public long bytes() {
            return traces.stream()
                    .mapToLong(trace -> MemoryEstimate.OBJECT + MemoryEstimate.ofSpans(trace.spans()))
                    .sum();
        }

        /** Splits a single trace by its spans; both halves keep its creation time. */
        @Override
        public List<Submission> halves() {
            if (traces.size() > 1) {
                return split(traces).stream().<Submission>map(Traces::new).toList();
            }
            TraceEvent only = traces.get(0);
            return split(only.spans()).stream()
                    .<Submission>map(spans ->
                            new Traces(List.of(only.toBuilder().spans(spans).build())))
                    .toList();
        }

        @Override
        public Submission mapped(UnaryOperator<List<TraceSpan>> mapper) {
            return new Traces(traces.stream()
                    .map(trace ->
                            trace.toBuilder().spans(mapper.apply(trace.spans())).build())
                    .toList());
        }

        @Override
        public Submission without(UUID tenantId, Set<UUID> traceIds) {
            return new Traces(traces.stream()
                    .filter(trace -> !(trace.tenantId().equals(tenantId) && traceIds.contains(trace.traceId())))
                    .toList());
        }

        @Override
        public Kind kind() {
            return Kind.TRACES;
        }

        @Override
        public byte[] json() {
            return TraceJson.writeBytes(traces);
        }
    }

    /** Events that arrived separately from their spans, as partial spans that hold nothing else. */
    record Events(List<TraceSpan> partialSpans) implements Submission {
        @Override
        public int count() {
            return partialSpans.size();
        }

        @Override
        public Stream<TraceSpan> allSpans() {
            return partialSpans.stream();
        }

        @Override
        public long bytes() {
            return MemoryEstimate.ofSpans(partialSpans);
        }

        @Override
        public List<Submission> halves() {
            return split(partialSpans).stream().<Submission>map(Events::new).toList();
        }

        @Override
        public Submission mapped(UnaryOperator<List<TraceSpan>> mapper) {
            return new Events(mapper.apply(partialSpans));
        }

        @Override
        public Submission without(UUID tenantId, Set<UUID> traceIds) {
            return mapped(all -> spansWithout(all, tenantId, traceIds));
        }

        @Override
        public Kind kind() {
            return Kind.EVENTS;
        }

        @Override
        public byte[] json() {
            return TraceJson.writeBytes(partialSpans);
        }
    }

    private static List<TraceSpan> spansWithout(List<TraceSpan> spans, UUID tenantId, Set<UUID> traceIds) {
        return spans.stream()
                .filter(span -> !(span.tenantId().equals(tenantId) && traceIds.contains(span.traceId())))
                .toList();
    }

    private static <T> List<List<T>> split(List<T> items) {
        int middle = items.size() / 2;
        return middle == 0
                ? List.of()
                : List.of(
                        new ArrayList<>(items.subList(0, middle)),
                        new ArrayList<>(items.subList(middle, items.size())));
    }
}
