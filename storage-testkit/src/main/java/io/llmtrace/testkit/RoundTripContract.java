package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that every way of writing and reading returns spans and traces complete and unchanged. */
abstract class RoundTripContract extends ContractTest {

    private static final int MANY_SPANS = 5_000;

    RoundTripContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void span_everyField() {
        TraceSpan span = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        repository.storeSpan(span);
        verify(() -> {
            assertStored(TraceEvent.ofSpans(List.of(span)));
            ExactAssertions.assertSame("getSpan by its id alone", repository.getSpan(tenant, span.spanId()), span);
        });
    }

    @Test
    void span_onlyWhatIsRequired() {
        TraceSpan span = span().build();
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    @Test
    void span_emptyOperationName() {
        TraceSpan span = span().operationName("").build();
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    @Test
    void trace_everyField() {
        UUID traceId = UUID.randomUUID();
        TraceEvent trace = TraceEvent.of(
                traceId,
                tenant,
                Samples.START.minusSeconds(60),
                List.of(
                        Samples.full(tenant, traceId, UUID.randomUUID()),
                        span().traceId(traceId).build()));
        repository.storeTrace(trace);
        verify(() -> assertStored(trace));
    }

    @Test
    void trace_withoutSpans() {
        TraceEvent trace = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START, List.of());
        repository.storeTrace(trace);
        verify(() -> {
            assertStored(trace);
            assertTraces(everything(), trace);
            assertSpans(everything());
        });
    }

    @Test
    void trace_withoutSpansThenGivenSome() {
        TraceSpan span = span().build();
        TraceEvent empty = TraceEvent.of(span.traceId(), tenant, Samples.START.minusNanos(1), List.of());
        repository.storeTrace(empty);
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.of(span.traceId(), tenant, empty.createdAt(), List.of(span))));
    }

    @Test
    void trace_ofManySpans() {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < MANY_SPANS; i++) {
            spans.add(span().traceId(traceId)
                    .startTime(Samples.START.plusNanos(i / 3)) // with ties
                    .kind(SpanKind.TOOL)
                    .promptTokens((long) i)
                    .prompt("step " + i)
                    .build());
        }
        TraceEvent trace = TraceEvent.ofSpans(spans);
        Collections.shuffle(spans, new Random(5));
        repository.storeSpans(spans);
        TraceQuery all = query().order(Order.OLDEST_FIRST).limit(MANY_SPANS).build();
        verify(() -> {
            ExactAssertions.assertSame("getTrace", repository.getTrace(tenant, traceId), trace);
            assertTraces(all, trace);
            assertSpans(all, trace.spans());
        });
    }

    @Test
    void spansOfATrace_comeInTheOrderOfStartThenId() {
        UUID traceId = UUID.randomUUID();
        TraceSpan late =
                span().traceId(traceId).startTime(Samples.START.plusNanos(1)).build();
        TraceSpan low = span().traceId(traceId).spanId(new UUID(1, -1)).build();
        TraceSpan high = span().traceId(traceId).spanId(new UUID(-1, 1)).build();
        store(late, high, low);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(low, high, late))));
    }

    @Test
    void writtenAsSpanAsBatchOrAsTrace_readsTheSame() {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            spans.add(Samples.full(tenant, traceId, UUID.randomUUID()));
        }
        repository.storeSpan(spans.get(0));
        repository.storeSpans(List.of(spans.get(1)));
        repository.storeTrace(TraceEvent.ofSpans(List.of(spans.get(2))));
        verify(() -> assertStored(TraceEvent.ofSpans(spans)));
    }

    @Test
    void batch_ofManyTracesAndTenants() {
        TraceSpan mine = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        TraceSpan second = span().startTime(Samples.START.plusSeconds(1)).build();
        TraceSpan theirs = Samples.full(otherTenant, UUID.randomUUID(), UUID.randomUUID());
        store(mine, theirs, second);
        verify(() -> {
            assertSpans(everything(), second, mine);
            assertSpans(TraceQuery.builder(otherTenant).build(), theirs);
            assertStored(TraceEvent.ofSpans(List.of(second)));
        });
    }

    @Test
    void emptyBatch_storesNothing() {
        repository.storeSpans(List.of());
        verify(() -> {
            assertSpans(everything());
            assertTraces(everything());
        });
    }

    @ParameterizedTest
    @EnumSource(SpanKind.class)
    void everyKind(SpanKind kind) {
        TraceSpan span = span().kind(kind).build();
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OpenAI",
                "openai",
                "OPENAI",
                "Anthropic",
                "VLLm",
                "SGLang",
                "TGI",
                "Ollama",
                "AzureOpenAI",
                "Bedrock",
                "",
                " ",
                "other",
                "Custom(\"x\")",
                "深度求索",
                "🦙.cpp",
                "null"
            })
    void everyProvider_comesBackUnchanged(String name) {
        TraceSpan span = span().provider(new LlmProvider(name)).build();
        TraceSpan without = span().traceId(span.traceId())
                .startTime(Samples.START.plusNanos(1))
                .build();
        store(span, without);
        verify(() -> {
            assertStored(TraceEvent.ofSpans(List.of(span, without)));
            assertSpans(query().provider(new LlmProvider(name)).build(), span);
        });
    }

    @Test
    void idsAtTheirEnds() {
        List<UUID> ids = List.of(
                new UUID(0, 0),
                new UUID(0, 1),
                Ids.spanIdOf(-1),
                new UUID(1, 0),
                new UUID(Long.MAX_VALUE, -1),
                new UUID(Long.MIN_VALUE, 0),
                new UUID(-1, -1));
        List<TraceSpan> spans = new ArrayList<>();
        for (UUID owner : ids) {
            for (UUID id : ids) {
                spans.add(Samples.span(owner)
                        .traceId(id)
                        .spanId(id)
                        .parentSpanId(id)
                        .build());
            }
        }
        repository.storeSpans(spans);
        verify(() -> {
            for (TraceSpan span : spans) {
                TraceEvent trace = TraceEvent.ofSpans(List.of(span));
                ExactAssertions.assertSame("getTrace", repository.getTrace(span.tenantId(), span.traceId()), trace);
                ExactAssertions.assertSame(
                        "getSpan", repository.getSpan(span.tenantId(), span.traceId(), span.spanId()), span);
            }
            spans.stream()
                    .filter(span -> span.tenantId().equals(span.traceId()))
                    .forEach(span -> assertStored(TraceEvent.ofSpans(List.of(span))));
        });
    }

    @Test
    void whatFollowsFromOtherFields_isReadAsItWasWritten() {
        UUID traceId = UUID.randomUUID();
        TraceSpan derived = span().traceId(traceId)
                .endTime(Samples.START.plusMillis(250))
                .promptTokens(3L)
                .completionTokens(4L)
                .securityFindings(Samples.findings())
                .build();
        TraceSpan given = derived.toBuilder()
                .spanId(UUID.randomUUID())
                .durationMs(9L)
                .totalTokens(0L)
                .securityScore(0)
                .build();
        store(derived, given);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(derived, given))));
    }

    @Test
    void zeroAndAbsent_stayApart() {
        UUID traceId = UUID.randomUUID();
        TraceSpan absent = span().traceId(traceId).build();
        TraceSpan zero = absent.toBuilder()
                .spanId(UUID.randomUUID())
                .parentSpanId(new UUID(0, 0))
                .endTime(absent.startTime())
                .durationMs(0L)
                .promptTokens(0L)
                .completionTokens(0L)
                .totalTokens(0L)
                .cacheReadTokens(0L)
                .cacheWriteTokens(0L)
                .reasoningTokens(0L)
                .timeToFirstTokenMs(0L)
                .statusCode(0)
                .estimatedCostUsd(0.0)
                .securityScore(0)
                .build();
        store(absent, zero);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(absent, zero))));
    }

    @Test
    void emptyTextAndAbsent_stayApart() {
        UUID traceId = UUID.randomUUID();
        TraceSpan absent = span().traceId(traceId).build();
        TraceSpan empty = absent.toBuilder()
                .spanId(UUID.randomUUID())
                .provider(new LlmProvider(""))
                .modelName("")
                .prompt("")
                .response("")
                .errorMessage("")
                .finishReason("")
                .sessionId("")
                .userId("")
                .serviceName("")
                .build();
        store(absent, empty);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(absent, empty))));
    }

    @Test
    void outline_hasEachTypeOfFindingOnce_inTheOrderOfTheirCharacters() {
        List<SecurityFinding> findings = new ArrayList<>();
        for (String type : List.of("\uff5e", "pii", "\ud83d\ude00", "Pii", "pii", "")) {
            findings.add(SecurityFinding.of(Severity.LOW, type, "", Samples.START));
        }
        TraceSpan span = span().securityFindings(findings).build();
        repository.storeSpan(span);
        verify(() -> assertOutlines(everything(), List.of(span)));
        assertThat(SpanOutline.of(span).digest().findingTypes())
                .containsExactly("", "Pii", "pii", "\ud83d\ude00", "\uff5e");
    }

    @Test
    void manyTags() {
        Map<String, String> tags = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            tags.put("key " + i, "value " + i);
        }
        TraceSpan span = span().tags(tags).build();
        repository.storeSpan(span);
        verify(() -> {
            assertStored(TraceEvent.ofSpans(List.of(span)));
            assertSpans(query().tags(tags).build(), span);
        });
    }

    @Test
    void unknownIds_giveNothing() {
        TraceSpan span = span().build();
        repository.storeSpan(span);
        UUID unknown = UUID.randomUUID();
        verify(() -> {
            ExactAssertions.assertAbsent("getTrace", repository.getTrace(tenant, unknown));
            ExactAssertions.assertAbsent("getTrace", repository.getTrace(unknown, span.traceId()));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(tenant, unknown));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(tenant, span.traceId(), unknown));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(tenant, unknown, span.spanId()));
            assertTraces(query().traceId(unknown).build());
            assertSpans(query().traceId(unknown).build());
        });
    }

    /** The same span id can occur in two traces, since OTLP's span ids have 8 bytes only. */
    @Test
    void manySpans_byTheirIdentities_inTheOrderAskedFor() {
        TraceSpan first = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        TraceSpan second = span().build();
        TraceSpan twin = span().spanId(second.spanId()).build();
        store(first, second, twin);
        SpanIdentity unknown = new SpanIdentity(first.traceId(), second.spanId());
        verify(() -> {
            assertThat(repository.getSpans(
                            tenant,
                            List.of(
                                    SpanIdentity.of(twin),
                                    unknown,
                                    SpanIdentity.of(first),
                                    SpanIdentity.of(twin),
                                    SpanIdentity.of(second))))
                    .containsExactly(twin, first, second);
            SpanIdentity mixed = new SpanIdentity(second.traceId(), first.spanId());
            assertThat(repository.getSpans(tenant, List.of(SpanIdentity.of(twin), mixed)))
                    .containsExactly(twin);
            assertThat(repository.getSpans(tenant, List.of(unknown))).isEmpty();
            assertThat(repository.getSpans(tenant, List.of())).isEmpty();
        });
    }
}
