package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Compares the answers to random queries after random histories with those of the reference. */
abstract class PropertyContract extends ContractTest {

    private static final int ROUNDS = 12;
    private static final int OPERATIONS = 60;
    private static final int QUERIES = Effort.of(8, 25);

    PropertyContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void anyHistory_answersAsTheReference() {
        Seeds.run(ROUNDS, seed -> {
            RandomTraces traces = new RandomTraces(seed);
            RandomHistory history = new RandomHistory(traces);
            try (InMemoryTraceRepository reference = new InMemoryTraceRepository()) {
                for (int i = 0; i < OPERATIONS; i++) {
                    history.operation(repository, reference);
                    age(traces, history);
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

    /** Spans are written, replaced and deleted between two pages. */
    @Test
    void anyScanAmidWrites_meetsWhatStaysExactlyOnce() {
        Seeds.run(ROUNDS * 2, seed -> {
            RandomTraces traces = new RandomTraces(seed);
            RandomHistory history = new RandomHistory(traces);
            try (InMemoryTraceRepository reference = new InMemoryTraceRepository()) {
                for (int i = 0; i < OPERATIONS / 2; i++) {
                    history.write(repository, reference);
                }
                for (PagedQuery<?> pagedQuery : PagedQuery.ALL) {
                    assertScanAmidWrites(pagedQuery, reference, traces, history);
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(e.getMessage() + "\nafter " + history.lastOperations(), e);
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
            assertSameExpired(tenant, reference, traces);
        }
        RandomQueries queries = new RandomQueries(traces);
        for (int i = 0; i < QUERIES; i++) {
            TraceQuery query = queries.query(traces.tenant());
            for (PagedQuery<?> pagedQuery : PagedQuery.ALL) {
                assertSameScan(pagedQuery, query, reference);
            }
        }
    }

    private void assertSameExpired(UUID tenant, TraceRepository reference, RandomTraces traces) {
        Instant now = traces.time().plus(Duration.ofDays(1));
        for (RetentionBasis by : RetentionBasis.values()) {
            RetentionRule rule = RetentionRule.of(1, by);
            assertThat(TraceRetention.of(repository).countExpired(tenant, rule, now))
                    .as("%s at %s", rule, now)
                    .isEqualTo(TraceRetention.of(reference).countExpired(tenant, rule, now));
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
            ExactAssertions.assertExactly(
                    "summary",
                    summaries,
                    expected.stream().map(TraceSummary::of).toList());
        }
        for (UUID spanId : traces.spanIds()) {
            assertSameOptional(
                    "getSpan by its id alone", repository.getSpan(tenant, spanId), reference.getSpan(tenant, spanId));
        }
    }

    private static void assertSameOptional(String what, Optional<?> actual, Optional<?> expected) {
        ExactAssertions.assertExactly(
                what, actual.stream().toList(), expected.stream().toList());
    }

    /** Compares all pages, to the end. */
    private <T> void assertSameScan(PagedQuery<T> pagedQuery, TraceQuery query, TraceRepository reference) {
        List<PagedQuery.FetchedPage<T>> expected = pagedQuery.all(reference, query);
        List<PagedQuery.FetchedPage<T>> actual = pagedQuery.all(repository, query);
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            ExactAssertions.assertExactly(
                    pagedQuery + " page " + i + " " + query,
                    actual.get(i).items(),
                    expected.get(i).items());
        }
        assertThat(actual).as("pages of %s, %s", pagedQuery, query).hasSameSizeAs(expected);
    }

    private <T> void assertScanAmidWrites(
            PagedQuery<T> pagedQuery, TraceRepository reference, RandomTraces traces, RandomHistory history) {
        TraceQuery all = scanned(traces);
        List<Object> atTheBeginning =
                identities(pagedQuery, pagedQuery.page(reference, all).items());
        Set<Object> throughout = new LinkedHashSet<>(atTheBeginning);
        Set<Object> present = new HashSet<>(throughout);
        Set<Object> deleted = new HashSet<>();
        List<Object> met = new ArrayList<>();
        Optional<PagedQuery.FetchedPage<T>> step = Optional.of(pagedQuery.first(
                repository, all.toBuilder().limit(1 + traces.below(4)).build()));
        while (step.isPresent()) {
            history.note("page of " + pagedQuery);
            met.addAll(identities(pagedQuery, step.get().items()));
            history.operation(repository, reference);
            age(traces, history);
            Set<Object> now = new HashSet<>(
                    identities(pagedQuery, pagedQuery.page(reference, all).items()));
            present.stream().filter(item -> !now.contains(item)).forEach(deleted::add);
            throughout.retainAll(now);
            present = now;
            PagedQuery.FetchedPage<T> before = step.get();
            step = before.query().next(before.page()).map(next -> pagedQuery.first(repository, next));
        }
        assertThat(met.stream().filter(item -> !deleted.contains(item)).toList())
                .as("%s of a scan: %s", pagedQuery, all)
                .doesNotHaveDuplicates();
        assertThat(met.stream().filter(throughout::contains).toList())
                .as("%s of a scan, of those that were there from its beginning to its end: %s", pagedQuery, all)
                .containsExactlyElementsOf(
                        atTheBeginning.stream().filter(throughout::contains).toList());
    }

    /** Returns the query of a scan. Half of them have no filter, since those have the most pages. */
    private static TraceQuery scanned(RandomTraces traces) {
        UUID tenant = traces.tenant();
        TraceQuery.Builder query = traces.below(2) == 0
                ? TraceQuery.builder(tenant).order(traces.oneOf(List.of(Order.values())))
                : new RandomQueries(traces).query(tenant).toBuilder();
        return query.offset(0).limit(TraceQuery.MAX_LIMIT).build();
    }

    private static <T> List<Object> identities(PagedQuery<T> pagedQuery, List<T> items) {
        return items.stream().map(pagedQuery::identityOf).toList();
    }
}
