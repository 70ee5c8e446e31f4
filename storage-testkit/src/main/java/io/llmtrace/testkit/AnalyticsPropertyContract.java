package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Figures of random histories, by random queries, compared with the reference, which is given the same. */
abstract class AnalyticsPropertyContract extends AnalyticsTest {

    private static final int ROUNDS = 10;
    private static final int STEPS = 45;
    private static final int QUERIES = 12;

    private static final List<SpanField> OF_ONE_VALUE = List.of(
            SpanField.PROVIDER,
            SpanField.MODEL_NAME,
            SpanField.OPERATION_NAME,
            SpanField.KIND,
            SpanField.SESSION_ID,
            SpanField.USER_ID,
            SpanField.SERVICE_NAME,
            SpanField.STATUS,
            SpanField.FINISH_REASON,
            SpanField.tag("a"),
            SpanField.tag(""));

    private static final List<SpanField> FIELDS = Stream.concat(
                    OF_ONE_VALUE.stream(),
                    Stream.of(SpanField.FINDING_TYPE, SpanField.FINDING_SEVERITY, SpanField.ACTION_NAME, SpanField.TAG))
            .toList();

    AnalyticsPropertyContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void anyHistory_countsAsTheReference() {
        Seeds.run(ROUNDS, seed -> {
            RandomTraces traces = new RandomTraces(seed);
            RandomHistory history = new RandomHistory(traces);
            try (InMemoryTraceRepository reference = new InMemoryTraceRepository()) {
                for (int i = 0; i < STEPS; i++) {
                    history.step(repository, reference);
                    if (i % 15 == 14) {
                        assertSame(reference, traces);
                    }
                }
                compact();
                history.note("compact");
                assertSame(reference, traces);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(e.getMessage() + "\nafter " + history.lastSteps(), e);
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
            SpanField groupBy = traces.maybe(() -> traces.oneOf(OF_ONE_VALUE));
            assertSame(
                    "timeline " + buckets + " " + groupBy + " " + groups,
                    list,
                    reference,
                    a -> a.timeline(list, buckets, groupBy, groups));
            SpanField top = traces.oneOf(OF_ONE_VALUE);
            Measure measure = traces.oneOf(List.of(Measure.values()));
            assertSame("top " + top + " " + measure, list, reference, a -> a.top(list, top, measure));
            SpanField field = traces.oneOf(FIELDS);
            String prefix = traces.oneOf(List.of("", "", "g", "A", "p"));
            assertSame("values " + field + " '" + prefix + "'", list, reference, a -> a.values(list, field, prefix));
            assertSame("findings", list, reference, a -> a.findings(list));
            assertSame("actions", list, reference, a -> a.actions(list));
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

    private interface Slices<T extends Record> {
        Slice<T> of(TraceAnalytics analytics, TraceQuery query);
    }

    /** From the query's offset to the end. */
    private <T extends Record> void assertSameSlices(
            String what, TraceQuery query, TraceAnalytics reference, Slices<T> slices) {
        List<Slice<T>> expected = all(reference, query, slices);
        List<Slice<T>> actual = all(TraceAnalytics.of(repository), query, slices);
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            Same.assertExactly(
                    what + " slice " + i + " " + query,
                    actual.get(i).items(),
                    expected.get(i).items());
        }
        assertThat(actual).as("slices of %s, %s", what, query).hasSameSizeAs(expected);
    }

    private static <T extends Record> List<Slice<T>> all(TraceAnalytics analytics, TraceQuery query, Slices<T> slices) {
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
