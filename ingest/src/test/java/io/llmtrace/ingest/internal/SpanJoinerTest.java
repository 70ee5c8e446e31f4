package io.llmtrace.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.ForwardingTraceRepository;
import io.llmtrace.storage.spi.StoreProperties;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpanJoinerTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static final UUID TRACE = new UUID(7, 7);

    private final UUID tenant = UUID.randomUUID();
    private final InMemoryTraceRepository stored = new InMemoryTraceRepository();
    private final List<String> calls = new ArrayList<>();
    private final TraceRepository store = recording(stored, TraceRepository.class, StoreProperties.class);
    private final SpanJoiner joiner = joiner();

    @Test
    void store_noSeparateEventsEver_readsNoSpanBeforeTheWrite() {
        for (int i = 0; i < 50; i++) {
            joiner.store(List.of(new Submission.Spans(List.of(span(UUID.randomUUID()), span(UUID.randomUUID())))));
            joiner.store(List.of(new Submission.Traces(
                    List.of(TraceEvent.of(TRACE, tenant, START.minusSeconds(1), List.of(span(UUID.randomUUID())))))));
        }

        assertThat(calls).doesNotContain("getSpans").contains("storeSpans", "storeTrace");
        // The joiner relies for a while on having found no announcement, so it does not read again for every span.
        assertThat(calls.stream().filter("property"::equals)).hasSizeBetween(1, 10);
    }

    @Test
    void store_separateEventsOfAnotherTenant_readsNoSpanBeforeTheWrite() {
        joiner.store(List.of(new Submission.Events(List.of(partial(UUID.randomUUID(), UUID.randomUUID())))));
        calls.clear();
        joiner.store(List.of(new Submission.Spans(List.of(span(UUID.randomUUID())))));

        assertThat(calls).doesNotContain("getSpans");
    }

    @Test
    void store_separateEventsOfTheTenant_looksSpansWithoutContentUpInOneRead() {
        joiner.store(List.of(new Submission.Events(List.of(partial(tenant, UUID.randomUUID())))));
        calls.clear();
        joiner.store(List.of(new Submission.Spans(List.of(span(UUID.randomUUID()), span(UUID.randomUUID())))));

        assertThat(calls).containsExactly("getSpans", "storeSpans");
    }

    @Test
    void store_spansWithContent_readsNothing() {
        joiner.store(List.of(new Submission.Events(List.of(partial(tenant, UUID.randomUUID())))));
        calls.clear();
        TraceSpan whole = span(UUID.randomUUID()).toBuilder()
                .prompt("question")
                .response("answer")
                .build();
        joiner.store(List.of(new Submission.Spans(List.of(whole))));

        assertThat(calls).containsExactly("storeSpans");
    }

    @Test
    void store_eventsStoredByAnotherProcessSinceNoneWereAnnounced_areFound() {
        UUID spanId = UUID.randomUUID();
        joiner.store(List.of(new Submission.Spans(List.of(span(UUID.randomUUID()))))); // finds no announcement

        joiner().store(List.of(new Submission.Events(List.of(partial(tenant, spanId)))));
        joiner.store(List.of(new Submission.Spans(List.of(span(spanId)))));

        assertThat(stored.getSpans(tenant, List.of(SpanIdentity.of(span(spanId)))))
                .singleElement()
                .satisfies(span -> {
                    assertThat(span.operationName()).isEqualTo("chat");
                    assertThat(span.events()).hasSize(1);
                    assertThat(span.attributes()).doesNotContainKey(ReservedAttributes.PLACEHOLDER);
                });
    }

    @Test
    void store_joinedSpanIsSentAgainToANewProcess_keepsItsEvents() {
        UUID spanId = UUID.randomUUID();
        joiner.store(List.of(new Submission.Events(List.of(partial(tenant, spanId)))));
        joiner.store(List.of(new Submission.Spans(List.of(span(spanId)))));
        joiner().store(List.of(new Submission.Spans(List.of(span(spanId)))));

        assertThat(stored.getSpan(tenant, spanId).orElseThrow().events()).hasSize(1);
    }

    @Test
    void store_events_announcesTheTenantOnceAndChangesNoStatistics() {
        joiner.store(List.of(new Submission.Events(List.of(partial(tenant, UUID.randomUUID())))));
        assertThat(calls.stream().filter("setProperty"::equals)).isNotEmpty();
        calls.clear();
        joiner().store(List.of(new Submission.Events(List.of(partial(tenant, UUID.randomUUID())))));

        assertThat(calls).doesNotContain("setProperty");
        assertThat(stored.globalStats())
                .isEqualTo(GlobalStats.builder()
                        .tenants(1)
                        .totalTraces(1)
                        .totalSpans(2)
                        .storageSizeBytes(stored.globalStats().storageSizeBytes())
                        .oldestTrace(START)
                        .newestTrace(START)
                        .build());
    }

    @Test
    void store_announcingProcessEndedTooEarly_nextOneWaitsInItsPlace() {
        stored.setProperty(propertyOf(tenant), "announcing");
        joiner.store(List.of(new Submission.Events(List.of(partial(tenant, UUID.randomUUID())))));

        assertThat(stored.property(propertyOf(tenant))).isEqualTo(StoreProperties.ANNOUNCED);
    }

    @Test
    void store_spanWithEventsOfAnotherStore_announcesTheTenant() {
        UUID spanId = UUID.randomUUID();
        TraceSpan placeholder = placeholder(spanId);
        new SpanJoiner(stored, event -> false, span -> span, CallReports.NONE)
                .store(List.of(new Submission.Traces(List.of(TraceEvent.ofSpans(List.of(placeholder))))));
        joiner.store(List.of(new Submission.Spans(List.of(span(spanId)))));

        assertThat(stored.getSpan(tenant, spanId).orElseThrow().events()).isEqualTo(placeholder.events());
    }

    @Test
    void store_spansWereThereBeforeAnnouncements_readsAndKeepsTheirEvents() {
        UUID spanId = UUID.randomUUID();
        TraceSpan placeholder = placeholder(spanId);
        stored.storeSpan(placeholder);
        SpanJoiner joiner = joiner(recording(new StoreOfBefore(stored), TraceRepository.class, StoreProperties.class));
        joiner.store(List.of(new Submission.Spans(List.of(span(spanId)))));
        joiner.store(List.of(new Submission.Spans(List.of(span(UUID.randomUUID())))));

        assertThat(stored.getSpan(tenant, spanId).orElseThrow().events()).isEqualTo(placeholder.events());
        assertThat(calls).containsExactly("property", "getSpans", "storeSpans", "getSpans", "storeSpans");
    }

    @Test
    void store_storeHasNoProperties_readsAndJoins() {
        UUID spanId = UUID.randomUUID();
        TraceRepository withoutProperties = recording(stored, TraceRepository.class);
        joiner(withoutProperties).store(List.of(new Submission.Events(List.of(partial(tenant, spanId)))));
        calls.clear();
        joiner(withoutProperties).store(List.of(new Submission.Spans(List.of(span(spanId)))));

        assertThat(stored.getSpan(tenant, spanId).orElseThrow().events()).hasSize(1);
        assertThat(calls).containsExactly("getSpans", "storeSpans");
    }

    @Test
    void store_storedSpansAreTooLargeToBeReadAtOnce_readsFewerAtATime() {
        List<TraceSpan> spans = IntStream.range(0, 25)
                .mapToObj(i -> span(UUID.randomUUID()).toBuilder()
                        .operationName("call " + i)
                        .build())
                .toList();
        stored.storeSpans(spans);
        SpanJoiner joiner = joiner(readingAtMost(3));
        joiner.store(List.of(new Submission.Events(
                spans.stream().map(span -> partial(tenant, span.spanId())).toList())));
        joiner.store(List.of(new Submission.Spans(spans)));

        for (TraceSpan span : spans) {
            TraceSpan now = stored.getSpan(tenant, span.spanId()).orElseThrow();
            assertThat(now.operationName()).isEqualTo(span.operationName());
            assertThat(now.events()).hasSize(1);
        }
    }

    @Test
    void store_oneStoredSpanIsTooLargeToBeRead_fails() {
        SpanJoiner joiner = joiner(readingAtMost(0));

        assertThatThrownBy(() ->
                        joiner.store(List.of(new Submission.Events(List.of(partial(tenant, UUID.randomUUID()))))))
                .isInstanceOf(ResultTooLargeException.class);
    }

    /** Returns a store whose reads have room for so many spans only. */
    private TraceRepository readingAtMost(int spans) {
        return new ForwardingTraceRepository() {
            @Override
            protected TraceRepository delegate() {
                return stored;
            }

            @Override
            public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
                if (identities.size() > spans) {
                    throw new ResultTooLargeException("too large");
                }
                return stored.getSpans(tenantId, identities);
            }
        };
    }

    /** A store that already held spans when it was migrated. */
    private static final class StoreOfBefore extends ForwardingTraceRepository implements StoreProperties {

        private final InMemoryTraceRepository target;

        StoreOfBefore(InMemoryTraceRepository target) {
            this.target = target;
        }

        @Override
        protected TraceRepository delegate() {
            return target;
        }

        @Override
        public @Nullable String property(String name) {
            return name.equals(SEPARATE_EVENTS) ? null : target.property(name);
        }

        @Override
        public void setProperty(String name, String value) {
            target.setProperty(name, value);
        }
    }

    private static String propertyOf(UUID tenantId) {
        return StoreProperties.SEPARATE_EVENTS + "/" + tenantId;
    }

    private TraceSpan placeholder(UUID spanId) {
        return partial(tenant, spanId).toBuilder()
                .attributes(Map.of(ReservedAttributes.PLACEHOLDER, true))
                .build();
    }

    private SpanJoiner joiner() {
        return joiner(store);
    }

    private static SpanJoiner joiner(TraceRepository store) {
        return new SpanJoiner(store, event -> event.eventType().equals("message"), span -> span, CallReports.NONE);
    }

    private TraceSpan span(UUID spanId) {
        return TraceSpan.builder(tenant, TRACE, spanId, "chat", START)
                .kind(SpanKind.LLM)
                .build();
    }

    private static TraceSpan partial(UUID tenant, UUID spanId) {
        return TraceSpan.builder(tenant, TRACE, spanId, "partial", START)
                .kind(SpanKind.LLM)
                .events(List.of(SpanEvent.builder("message", START)
                        .description("hello")
                        .data(Map.of())
                        .build()))
                .build();
    }

    private TraceRepository recording(TraceRepository target, Class<?>... interfaces) {
        return (TraceRepository) Proxy.newProxyInstance(
                SpanJoinerTest.class.getClassLoader(), interfaces, (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
