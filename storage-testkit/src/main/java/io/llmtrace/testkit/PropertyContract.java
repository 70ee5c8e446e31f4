package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Random histories and random queries, compared with the reference, which is given the same. */
abstract class PropertyContract extends ContractTest {

    private static final int ROUNDS = 12;
    private static final int STEPS = 60;
    private static final int QUERIES = 25;

    PropertyContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void anyHistory_answersAsTheReference() {
        Seeds.run(ROUNDS, seed -> {
            RandomTraces traces = new RandomTraces(seed);
            RandomHistory history = new RandomHistory(traces);
            try (InMemoryTraceRepository reference = new InMemoryTraceRepository()) {
                for (int i = 0; i < STEPS; i++) {
                    history.step(repository, reference);
                    age(traces, history);
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

    /** Between two pages others write, replace and delete. */
    @Test
    void anyWalkAmidWrites_meetsWhatStaysExactlyOnce() {
        Seeds.run(ROUNDS * 2, seed -> {
            RandomTraces traces = new RandomTraces(seed);
            RandomHistory history = new RandomHistory(traces);
            try (InMemoryTraceRepository reference = new InMemoryTraceRepository()) {
                for (int i = 0; i < STEPS / 2; i++) {
                    history.write(repository, reference);
                }
                for (Walks<?> walks : Walks.ALL) {
                    assertWalkAmidWrites(walks, reference, traces, history);
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(e.getMessage() + "\nafter " + history.lastSteps(), e);
            }
        });
    }

    private void age(RandomTraces traces, RandomHistory history) {
        if (traces.below(20) == 0) {
            history.note("compact");
            compact();
        }
        if (traces.below(20) == 0 && store().isRestartable()) {
            history.note("restart");
            restart();
        }
    }

    private void assertSame(TraceRepository reference, RandomTraces traces) {
        for (UUID tenant : traces.tenants()) {
            assertSameIds(tenant, reference, traces);
            StorageStats stats = reference.stats(tenant);
            assertThat(statsOf(tenant)).as("stats").isEqualTo(stats);
        }
        RandomQueries queries = new RandomQueries(traces);
        for (int i = 0; i < QUERIES; i++) {
            TraceQuery query = queries.query(traces.tenant());
            for (Walks<?> walks : Walks.ALL) {
                assertSameWalk(walks, query, reference);
            }
        }
    }

    private void assertSameIds(UUID tenant, TraceRepository reference, RandomTraces traces) {
        for (UUID traceId : traces.traceIds()) {
            Optional<TraceEvent> expected = reference.getTrace(tenant, traceId);
            assertSameOptional("getTrace", repository.getTrace(tenant, traceId), expected);
            UUID spanId = traces.oneOf(traces.spanIds());
            assertSameOptional(
                    "getSpan", repository.getSpan(tenant, traceId, spanId), reference.getSpan(tenant, traceId, spanId));
            List<TraceSummary> summaries = repository
                    .queryTraceSummaries(
                            TraceQuery.builder(tenant).traceId(traceId).build())
                    .items();
            Same.assertExactly(
                    "summary",
                    summaries,
                    expected.stream().map(TraceSummary::of).toList());
        }
        for (UUID spanId : traces.spanIds()) {
            assertSameOptional(
                    "getSpan by its id alone", repository.getSpan(tenant, spanId), reference.getSpan(tenant, spanId));
        }
    }

    private static void assertSameOptional(
            String what, Optional<? extends Record> actual, Optional<? extends Record> expected) {
        Same.assertExactly(what, actual.stream().toList(), expected.stream().toList());
    }

    /** Page by page, to the end. */
    private <T extends Record> void assertSameWalk(Walks<T> walks, TraceQuery query, TraceRepository reference) {
        List<Walks.Step<T>> expected = walks.all(reference, query);
        List<Walks.Step<T>> actual = walks.all(repository, query);
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            Same.assertExactly(
                    walks + " page " + i + " " + query,
                    actual.get(i).items(),
                    expected.get(i).items());
        }
        assertThat(actual).as("pages of %s, %s", walks, query).hasSameSizeAs(expected);
    }

    private <T extends Record> void assertWalkAmidWrites(
            Walks<T> walks, TraceRepository reference, RandomTraces traces, RandomHistory history) {
        TraceQuery all = walked(traces);
        List<Object> atTheBeginning =
                identities(walks, walks.page(reference, all).items());
        Set<Object> throughout = new LinkedHashSet<>(atTheBeginning);
        Set<Object> present = new HashSet<>(throughout);
        Set<Object> deleted = new HashSet<>();
        List<Object> met = new ArrayList<>();
        Optional<Walks.Step<T>> step = Optional.of(walks.first(
                repository, all.toBuilder().limit(1 + traces.below(4)).build()));
        while (step.isPresent()) {
            history.note("page of " + walks);
            met.addAll(identities(walks, step.get().items()));
            history.step(repository, reference);
            age(traces, history);
            Set<Object> now =
                    new HashSet<>(identities(walks, walks.page(reference, all).items()));
            present.stream().filter(item -> !now.contains(item)).forEach(deleted::add);
            throughout.retainAll(now);
            present = now;
            Walks.Step<T> before = step.get();
            step = before.query().next(before.page()).map(next -> walks.first(repository, next));
        }
        assertThat(met.stream().filter(item -> !deleted.contains(item)).toList())
                .as("%s of a walk: %s", walks, all)
                .doesNotHaveDuplicates();
        assertThat(met.stream().filter(throughout::contains).toList())
                .as("%s of a walk, of those that were there from its beginning to its end: %s", walks, all)
                .containsExactlyElementsOf(
                        atTheBeginning.stream().filter(throughout::contains).toList());
    }

    /** Half of the walks are without a filter: those have the most pages. */
    private static TraceQuery walked(RandomTraces traces) {
        UUID tenant = traces.tenant();
        TraceQuery.Builder query = traces.below(2) == 0
                ? TraceQuery.builder(tenant).order(traces.oneOf(List.of(Order.values())))
                : new RandomQueries(traces).query(tenant).toBuilder();
        return query.offset(0).limit(TraceQuery.MAX_LIMIT).build();
    }

    private static <T extends Record> List<Object> identities(Walks<T> walks, List<T> items) {
        return items.stream().map(walks::identityOf).toList();
    }
}
