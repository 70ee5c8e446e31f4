package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceRetention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The retention of traces by tenant: {@link TraceRetention}. */
abstract class RetentionContract extends ContractTest {

    /**
     * The time from which these tests count, in the future: a store deletes by itself what has expired today, and traces that expire
     * only at this time are left to the test.
     */
    private static final Instant NOW = Instant.now().plus(Duration.ofDays(400));

    private static final Instant KEPT_SINCE = NOW.minus(Duration.ofDays(30));
    private static final Instant EARLIER = KEPT_SINCE.minusNanos(1);
    private static final RetentionRule BY_END = RetentionRule.of(30, RetentionBasis.END);

    RetentionContract(RepositoryFixture store) {
        super(store);
    }

    private TraceRetention retention() {
        return TraceRetention.of(repository);
    }

    @Test
    void retention_isNoneAtFirstThenWhatWasSaidLast() {
        assertThat(retention().retention(tenant)).isNull();
        retention().setRetention(tenant, RetentionRule.of(30));
        retention().setRetention(otherTenant, RetentionRule.of(RetentionRule.MAX_DAYS));
        retention().setRetention(tenant, RetentionRule.of(1, RetentionBasis.END));

        verify(() -> {
            assertThat(retention().retention(tenant)).isEqualTo(RetentionRule.of(1, RetentionBasis.END));
            assertThat(retention().retention(otherTenant))
                    .isEqualTo(RetentionRule.of(RetentionRule.MAX_DAYS, RetentionBasis.START));
            assertThat(retention().retention(UUID.randomUUID())).isNull();
            assertThat(statsOf(tenant)).isEqualTo(StorageStats.EMPTY);
        });

        retention().setRetention(tenant, null);
        retention().setRetention(otherTenant, RetentionRule.of(2));

        verify(() -> {
            assertThat(retention().retention(tenant)).isNull();
            assertThat(retention().retention(otherTenant)).isEqualTo(RetentionRule.of(2));
        });
    }

    /** Nobody calls {@code deleteExpired} here. */
    @ParameterizedTest
    @EnumSource
    void setRetention_takesEffectByItselfWithinAMinute(RetentionBasis by) {
        TraceEvent old = stored(tenant, Instant.now().minus(Duration.ofDays(3)));
        TraceEvent kept = stored(tenant, Instant.now());
        TraceEvent ofOther = stored(otherTenant, Instant.now().minus(Duration.ofDays(3)));

        retention().setRetention(tenant, RetentionRule.of(2, by));

        await().atMost(Duration.ofMinutes(1))
                .until(() -> repository.getTrace(tenant, old.traceId()).isEmpty());
        verify(() -> {
            assertAbsent(old);
            assertStored(kept);
            assertStored(ofOther);
        });

        retention().setRetention(tenant, RetentionRule.of(4, by));
        TraceEvent older = stored(tenant, Instant.now().minus(Duration.ofDays(3)));
        retention().setRetention(tenant, RetentionRule.of(1, by));

        await().atMost(Duration.ofMinutes(1))
                .until(() -> repository.getTrace(tenant, older.traceId()).isEmpty());
        verify(() -> assertStored(kept));
    }

    @Test
    void deleteExpired_removesWhatIsOlderAndCountsIt() {
        TraceEvent expired = stored(tenant, EARLIER);
        TraceEvent justKept = stored(tenant, KEPT_SINCE);
        TraceEvent kept = stored(tenant, NOW);
        retention().setRetention(tenant, RetentionRule.of(30));

        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);
        assertThat(retention().deleteExpired(NOW)).isZero();

        verify(() -> {
            assertAbsent(expired);
            assertTraces(everything(), kept, justKept);
        });
    }

    @ParameterizedTest
    @EnumSource
    void deleteExpired_goesByTheRuleOfEachTenant(RetentionBasis by) {
        UUID forEver = UUID.randomUUID();
        TraceEvent expired = stored(tenant, NOW.minus(Duration.ofDays(8)));
        TraceEvent ofOther = stored(otherTenant, NOW.minus(Duration.ofDays(8)));
        TraceEvent expiredOfOther = stored(otherTenant, NOW.minus(Duration.ofDays(91)));
        TraceEvent old = stored(forEver, Times.EARLIEST);
        retention().setRetention(tenant, RetentionRule.of(7, by));
        retention().setRetention(otherTenant, RetentionRule.of(90, by));

        assertThat(retention().deleteExpired(NOW)).isEqualTo(2);

        verify(() -> {
            assertAbsent(expired);
            assertAbsent(expiredOfOther);
            assertStored(ofOther);
            assertStored(old);
        });
    }

    @Test
    void deleteExpired_goesByWhatHoldsWhenItIsCalled() {
        TraceEvent trace = stored(tenant, NOW.minus(Duration.ofDays(8)));
        retention().setRetention(tenant, RetentionRule.of(7));
        retention().setRetention(tenant, RetentionRule.of(9));
        assertThat(retention().deleteExpired(NOW)).isZero();
        retention().setRetention(tenant, null);
        assertThat(retention().deleteExpired(NOW)).isZero();
        verify(() -> assertStored(trace));

        retention().setRetention(tenant, RetentionRule.of(7));

        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);
        verify(() -> assertAbsent(trace));
    }

    /** A trace of which a span ended lately is deleted by its start, and stays by its end. */
    @Test
    void byStart_theSpansThatFollowDoNotCount() {
        TraceSpan first = spanOf(EARLIER, null);
        TraceSpan late = spanOf(NOW.minusSeconds(5), NOW.minusSeconds(2)).toBuilder()
                .traceId(first.traceId())
                .build();
        store(first, late);

        assertThat(retention().countExpired(tenant, BY_END, NOW)).isEqualTo(ExpiredTraces.NONE);
        retention().setRetention(tenant, RetentionRule.of(30));
        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);

        verify(() -> assertAbsent(TraceEvent.ofSpans(List.of(first, late))));
    }

    @Test
    void byEnd_theSpanThatEndedLastCounts() {
        Instant start = NOW.minus(Duration.ofDays(200));
        verifyByEnd(List.of(
                new AgeCase("ended too early", true, () -> stores(spanOf(start, EARLIER))),
                new AgeCase("ended just late enough", false, () -> stores(spanOf(start, KEPT_SINCE))),
                new AgeCase("no end, started too early", true, () -> stores(spanOf(EARLIER, null))),
                new AgeCase("no end, started late enough", false, () -> stores(spanOf(KEPT_SINCE, null))),
                new AgeCase("one of many ended late", false, () -> {
                    TraceSpan agent = spanOf(start, start.plusSeconds(60));
                    return stores(
                            agent,
                            inTraceOf(agent, spanOf(start, KEPT_SINCE)),
                            inTraceOf(agent, spanOf(start.plusSeconds(1), null)));
                }),
                new AgeCase("all of many ended early", true, () -> {
                    TraceSpan agent = spanOf(start, EARLIER);
                    return stores(agent, inTraceOf(agent, spanOf(EARLIER, null)));
                }),
                new AgeCase("a late span was stored later", false, () -> {
                    TraceSpan first = spanOf(start, EARLIER);
                    repository.storeSpan(first);
                    compact();
                    TraceSpan late = inTraceOf(first, spanOf(NOW, null));
                    repository.storeSpan(late);
                    return TraceEvent.ofSpans(List.of(first, late));
                }),
                new AgeCase("a span from the future", false, () -> stores(spanOf(start, Times.LATEST))),
                new AgeCase("a span that starts in the future", false, () -> {
                    TraceSpan first = spanOf(start, null);
                    return stores(first, inTraceOf(first, spanOf(Times.LATEST, null)));
                })));
    }

    @Test
    void byEnd_theLastVersionOfASpanCounts() {
        Instant start = NOW.minus(Duration.ofDays(200));
        verifyByEnd(List.of(
                new AgeCase(
                        "rewritten with an earlier end",
                        true,
                        () -> rewritten(spanOf(start, NOW), span -> span.endTime(EARLIER))),
                new AgeCase(
                        "rewritten with a later end",
                        false,
                        () -> rewritten(spanOf(start, EARLIER), span -> span.endTime(KEPT_SINCE))),
                new AgeCase(
                        "rewritten without its late end",
                        true,
                        () -> rewritten(
                                spanOf(start, NOW).toBuilder().durationMs(null).build(),
                                span -> span.endTime(null).durationMs(null))),
                new AgeCase(
                        "rewritten with another start and an earlier end",
                        true,
                        () -> rewritten(
                                spanOf(start, NOW),
                                span -> span.startTime(start.plusSeconds(7200)).endTime(EARLIER))),
                new AgeCase(
                        "rewritten with another start and a later end",
                        false,
                        () -> rewritten(
                                spanOf(start, EARLIER),
                                span -> span.startTime(start.plusSeconds(7200)).endTime(KEPT_SINCE))),
                new AgeCase(
                        "rewritten with an earlier start and end",
                        true,
                        () -> rewritten(
                                spanOf(start, NOW),
                                span -> span.startTime(start.minusSeconds(7200)).endTime(EARLIER)))));
    }

    /** So a rule by end deletes nothing that the same rule by start keeps. */
    @Test
    void byEnd_aTraceDoesNotEndBeforeItWasCreated() {
        Instant start = NOW.minus(Duration.ofDays(200));
        verifyByEnd(List.of(
                new AgeCase(
                        "no spans, created too early",
                        true,
                        () -> stores(TraceEvent.of(UUID.randomUUID(), tenant, EARLIER, List.of()))),
                new AgeCase(
                        "no spans, created late enough",
                        false,
                        () -> stores(TraceEvent.of(UUID.randomUUID(), tenant, KEPT_SINCE, List.of()))),
                new AgeCase("created after its spans, late enough", false, () -> {
                    TraceSpan span = spanOf(start, EARLIER);
                    return stores(TraceEvent.of(span.traceId(), tenant, KEPT_SINCE, List.of(span)));
                }),
                new AgeCase("created after its spans, too early", true, () -> {
                    TraceSpan span = spanOf(start, null);
                    return stores(TraceEvent.of(span.traceId(), tenant, EARLIER, List.of(span)));
                })));
    }

    /** More traces than a store may delete in one transaction, with others between them that stay. */
    @Test
    void byEnd_ofManyTraces_eachIsDeletedOrKept() {
        List<TraceSpan> expired = new ArrayList<>();
        List<TraceSpan> kept = new ArrayList<>();
        for (int i = 0; i < 450; i++) {
            Instant start = NOW.minus(Duration.ofDays(200)).plusSeconds(i / 2); // times tie
            expired.add(spanOf(start, EARLIER));
            kept.add(spanOf(start, KEPT_SINCE));
        }
        repository.storeSpans(expired);
        repository.storeSpans(kept);
        retention().setRetention(tenant, BY_END);

        assertThat(retention().deleteExpired(NOW)).isEqualTo(450);
        assertThat(retention().deleteExpired(NOW)).isZero();

        verify(() -> {
            assertThat(statsOf(tenant).totalTraces()).isEqualTo(450);
            assertStored(TraceEvent.ofSpans(List.of(kept.get(0))));
            assertStored(TraceEvent.ofSpans(List.of(kept.get(449))));
            assertAbsent(TraceEvent.ofSpans(List.of(expired.get(449))));
        });
    }

    @ParameterizedTest
    @EnumSource
    void expired_countsWhatWouldBeDeletedAndDeletesNothing(RetentionBasis by) {
        TraceSpan first = spanOf(EARLIER.minusSeconds(100), EARLIER.minusSeconds(90));
        TraceEvent oldest = stores(first, inTraceOf(first, spanOf(EARLIER.minusSeconds(80), null)));
        TraceEvent empty = stores(TraceEvent.of(UUID.randomUUID(), tenant, EARLIER.minusSeconds(50), List.of()));
        TraceEvent newest = rewritten(spanOf(EARLIER, null), span -> span.modelName("replaced"));
        TraceEvent kept = stored(tenant, KEPT_SINCE);
        stored(otherTenant, EARLIER);
        RetentionRule rule = RetentionRule.of(30, by);

        verify(() -> {
            assertThat(retention().countExpired(tenant, rule, NOW))
                    .isEqualTo(ExpiredTraces.builder()
                            .traces(3)
                            .spans(3)
                            .oldestTrace(EARLIER.minusSeconds(100))
                            .newestTrace(EARLIER)
                            .build());
            assertThat(retention().countExpired(UUID.randomUUID(), rule, NOW)).isEqualTo(ExpiredTraces.NONE);
            assertThat(retention().countExpired(tenant, RetentionRule.of(RetentionRule.MAX_DAYS, by), NOW))
                    .isEqualTo(ExpiredTraces.NONE);
            assertThat(retention().countExpired(tenant, rule, NOW.minus(Duration.ofDays(300_000))))
                    .isEqualTo(ExpiredTraces.NONE);
            assertTraces(everything(), kept, newest, empty, oldest);
        });
        assertThat(retention().retention(tenant)).isNull();
        assertThat(retention().countExpired(tenant, rule, Times.LATEST.plus(Duration.ofDays(31))))
                .isEqualTo(ExpiredTraces.builder()
                        .traces(4)
                        .spans(4)
                        .oldestTrace(EARLIER.minusSeconds(100))
                        .newestTrace(KEPT_SINCE)
                        .build());
    }

    /** The clock of a client may be wrong: a trace dated in the future must not expire early. */
    @ParameterizedTest
    @EnumSource
    void deleteExpired_takesTheAgeThatTheTraceSays(RetentionBasis by) {
        TraceEvent ofThePast = stored(tenant, NOW.minus(Duration.ofDays(2)));
        TraceEvent ofTheFuture = stored(tenant, Times.LATEST);
        retention().setRetention(tenant, RetentionRule.of(1, by));

        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);

        verify(() -> {
            assertAbsent(ofThePast);
            assertStored(ofTheFuture);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, RetentionRule.MAX_DAYS + 1})
    void ruleOutsideItsRange_isRefused(int days) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionRule.of(days))
                .withMessage("days not in [1, 36500]: " + days);
    }

    @Test
    void nullArguments_areRefused() {
        assertThatNullPointerException().isThrownBy(() -> retention().retention(missing()));
        assertThatNullPointerException().isThrownBy(() -> retention().setRetention(missing(), BY_END));
        assertThatNullPointerException().isThrownBy(() -> retention().countExpired(missing(), BY_END, NOW));
        assertThatNullPointerException().isThrownBy(() -> retention().countExpired(tenant, missing(), NOW));
        assertThatNullPointerException().isThrownBy(() -> retention().countExpired(tenant, BY_END, missing()));
        assertThatNullPointerException().isThrownBy(() -> retention().deleteExpired(missing()));
    }

    @Test
    void closedRepository_isRefused() {
        retention().setRetention(tenant, BY_END);
        TraceRetention closed = retention();
        repository.close();
        assertThatIllegalStateException().isThrownBy(() -> closed.retention(tenant));
        assertThatIllegalStateException().isThrownBy(() -> closed.setRetention(tenant, BY_END));
        assertThatIllegalStateException().isThrownBy(() -> closed.countExpired(tenant, BY_END, NOW));
        assertThatIllegalStateException().isThrownBy(() -> closed.deleteExpired(NOW));
    }

    /**
     * A trace whose age is counted by its end.
     *
     * @param storing stores the trace, and returns it
     */
    private record AgeCase(String name, boolean expires, Supplier<TraceEvent> storing) {}

    private void verifyByEnd(List<AgeCase> cases) {
        List<TraceEvent> traces = cases.stream().map(each -> each.storing.get()).toList();
        List<TraceEvent> expiring = new ArrayList<>();
        for (int i = 0; i < traces.size(); i++) {
            assertThat(BY_END.isExpired(traces.get(i), NOW))
                    .as(cases.get(i).name)
                    .isEqualTo(cases.get(i).expires);
            if (cases.get(i).expires) {
                expiring.add(traces.get(i));
            }
        }
        verify(() -> {
            ExpiredTraces expired = retention().countExpired(tenant, BY_END, NOW);
            assertThat(expired.traces()).as("traces that would expire").isEqualTo(expiring.size());
            assertThat(expired.spans())
                    .as("spans that would expire")
                    .isEqualTo(expiring.stream()
                            .mapToLong(trace -> trace.spans().size())
                            .sum());
        });
        retention().setRetention(tenant, BY_END);

        assertThat(retention().deleteExpired(NOW)).isEqualTo(expiring.size());

        verify(() -> {
            for (int i = 0; i < traces.size(); i++) {
                assertThat(repository.getTrace(tenant, traces.get(i).traceId()).isEmpty())
                        .as("deleted: " + cases.get(i).name)
                        .isEqualTo(cases.get(i).expires);
                if (!cases.get(i).expires) {
                    assertStored(traces.get(i));
                }
            }
        });
    }

    private TraceSpan spanOf(Instant start, @Nullable Instant end) {
        return span().startTime(start).endTime(end).build();
    }

    private static TraceSpan inTraceOf(TraceSpan other, TraceSpan span) {
        return span.toBuilder().traceId(other.traceId()).build();
    }

    private TraceEvent stores(TraceSpan... spans) {
        store(spans);
        return TraceEvent.ofSpans(Arrays.asList(spans));
    }

    private TraceEvent stores(TraceEvent trace) {
        repository.storeTrace(trace);
        return trace;
    }

    private interface Edit {
        TraceSpan.Builder of(TraceSpan.Builder span);
    }

    /** Stores a span and then another version of it, and returns the trace; its {@code created_at} is the earlier start. */
    private TraceEvent rewritten(TraceSpan span, Edit edit) {
        TraceSpan last = edit.of(span.toBuilder()).build();
        repository.storeSpan(span);
        repository.storeSpan(last);
        Instant createdAt = last.startTime().isBefore(span.startTime()) ? last.startTime() : span.startTime();
        return TraceEvent.of(span.traceId(), tenant, createdAt, List.of(last));
    }

    private TraceEvent stored(UUID owner, Instant createdAt) {
        TraceSpan span = Samples.span(owner).startTime(createdAt).build();
        TraceEvent trace = TraceEvent.ofSpans(List.of(span));
        repository.storeTrace(trace);
        return trace;
    }
}
