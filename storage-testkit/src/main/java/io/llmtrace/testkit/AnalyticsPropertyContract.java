package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanField;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the aggregates of random histories, under random queries, with those of the reference. */
abstract class AnalyticsPropertyContract extends AnalyticsTest {

    private static final int ROUNDS = 10;
    private static final int OPERATIONS = 45;
    private static final int QUERIES = Effort.of(4, 12);

    /** The fields whose values can be listed, and two tags. */
    private static final List<SpanField<?>> FIELDS = Stream.concat(
                    SpanField.all().stream().filter(SpanField::isSuggested),
                    Stream.of(SpanField.tag("a"), SpanField.tag("")))
            .toList();

    private static final List<SpanField<?>> OF_ONE_VALUE =
            FIELDS.stream().filter(field -> !field.isMultiValued()).toList();

    AnalyticsPropertyContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void anyHistory_countsAsTheReference() {
        Seeds.run(ROUNDS, seed -> {
            RandomTraces traces = new RandomTraces(seed);
            RandomHistory history = new RandomHistory(traces);
            try (InMemoryTraceRepository reference = new InMemoryTraceRepository()) {
                for (int i = 0; i < OPERATIONS; i++) {
                    history.operation(repository, reference);
                    if (i % 15 == 14) {
                        assertSame(reference, traces);
                    }
                }
                compact();
                history.note("compact");
                assertSame(reference, traces);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(e.getMessage() + "\nafter " + history.lastOperations(), e);
            }
        });
    }

    private void assertSame(TraceAnalytics reference, RandomTraces traces) {
        RandomQueries queries = new RandomQueries(traces);
        for (int i = 0; i < QUERIES; i++) {
            TraceQuery slice = queries.query(traces.tenant());
            TraceQuery list = slice.toBuilder().offset(0).build();
            int buckets = traces.oneOf(List.of(4, 60, 1_000));
            int groups = traces.oneOf(List.of(1, 2, 50));
            SpanField<?> groupBy = traces.maybe(() -> traces.oneOf(OF_ONE_VALUE));
            assertSame(
                    "timeline " + buckets + " " + groupBy + " " + groups,
                    list,
                    reference,
                    a -> a.timeline(list, buckets, groupBy, groups));
            SpanField<?> top = traces.oneOf(OF_ONE_VALUE);
            Measure measure = traces.oneOf(List.of(Measure.values()));
            assertSame("top " + top + " " + measure, list, reference, a -> a.top(list, top, measure));
            SpanField<?> field = traces.oneOf(FIELDS);
            String prefix = traces.oneOf(List.of("", "", "g", "A", "p"));
            assertSame("values " + field + " '" + prefix + "'", list, reference, a -> a.values(list, field, prefix));
            assertSame("findings", list, reference, a -> a.findings(list));
            assertSame("actions", list, reference, a -> a.actions(list));
            long upTo = traces.oneOf(List.of(1L, 3L, 1_000L));
            assertSame("count up to " + upTo, list, reference, a -> a.countTraces(list, upTo));
            assertSame("count of spans up to " + upTo, list, reference, a -> a.countSpans(list, upTo));
            assertSame("traces over time", list, reference, a -> a.traceTimeline(list, buckets));
            SessionOrder order = traces.oneOf(List.of(SessionOrder.values()));
            assertSameSlices("sessions " + order, slice, reference, (a, q) -> a.sessions(q, order));
            Ranking ranking = traces.oneOf(List.of(Ranking.values()));
            assertSameSlices("spans by " + ranking, slice, reference, (a, q) -> a.rankedSpans(q, ranking));
            assertSameSlices("traces by " + ranking, slice, reference, (a, q) -> a.rankedTraces(q, ranking));
        }
    }

    private void assertSame(
            String what, TraceQuery query, TraceAnalytics reference, Function<TraceAnalytics, Object> call) {
        assertThat(call.apply(TraceAnalytics.of(repository)))
                .as(what + " " + query)
                .isEqualTo(call.apply(reference));
    }

    private interface Slices<T> {
        Slice<T> of(TraceAnalytics analytics, TraceQuery query);
    }

    /** Compares all slices, from the query's offset to the end. */
    private <T> void assertSameSlices(String what, TraceQuery query, TraceAnalytics reference, Slices<T> slices) {
        List<Slice<T>> expected = all(reference, query, slices);
        List<Slice<T>> actual = all(TraceAnalytics.of(repository), query, slices);
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            ExactAssertions.assertExactly(
                    what + " slice " + i + " " + query,
                    actual.get(i).items(),
                    expected.get(i).items());
        }
        assertThat(actual).as("slices of %s, %s", what, query).hasSameSizeAs(expected);
    }

    private static <T> List<Slice<T>> all(TraceAnalytics analytics, TraceQuery query, Slices<T> slices) {
        List<Slice<T>> all = new ArrayList<>();
        Integer offset = query.offset();
        while (offset != null) {
            Slice<T> slice =
                    slices.of(analytics, query.toBuilder().offset(offset).build());
            all.add(slice);
            offset = slice.nextOffset();
        }
        return all;
    }
}
