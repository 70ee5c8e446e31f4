package io.llmtrace.ingest;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What one request hands in. Immutable. */
sealed interface Submission {

    /** How many spans, or events that came apart; a trace counts for one more. */
    int count();

    /** Whatever it holds of spans. */
    Stream<TraceSpan> allSpans();

    /** In memory, as an estimate. */
    long bytes();

    /** The same in two halves; empty if there is but one item. */
    List<Submission> halves();

    /** With other spans in their places; those that become null are left out. */
    Submission mapped(UnaryOperator<List<TraceSpan>> spans);

    /** Where a submission of this kind is written apart from its items. */
    Kind kind();

    /** As JSON, from which {@link Kind#read} makes it again. */
    byte[] json();

    /** The ordinals are stored. */
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
            return Sizes.ofSpans(spans);
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
        public Kind kind() {
            return Kind.SPANS;
        }

        @Override
        public byte[] json() {
            return TraceJson.writeBytes(spans);
        }
    }

    /** Traces to store, which may say when they were created, and may have no spans. */
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
                    .mapToLong(trace -> Sizes.OBJECT + Sizes.ofSpans(trace.spans()))
                    .sum();
        }

        /** A single trace is halved by its spans; both halves say when it was created. */
        @Override
        public List<Submission> halves() {
            if (traces.size() > 1) {
                return split(traces).stream().<Submission>map(Traces::new).toList();
            }
            TraceEvent only = traces.get(0);
            return split(only.spans()).stream()
                    .<Submission>map(spans -> new Traces(
                            List.of(new TraceEvent(only.traceId(), only.tenantId(), only.createdAt(), spans))))
                    .toList();
        }

        @Override
        public Submission mapped(UnaryOperator<List<TraceSpan>> mapper) {
            return new Traces(traces.stream()
                    .map(trace -> new TraceEvent(
                            trace.traceId(), trace.tenantId(), trace.createdAt(), mapper.apply(trace.spans())))
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

    /** Events that came apart from their spans, in spans that hold nothing else. */
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
            return Sizes.ofSpans(partialSpans);
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
        public Kind kind() {
            return Kind.EVENTS;
        }

        @Override
        public byte[] json() {
            return TraceJson.writeBytes(partialSpans);
        }
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
