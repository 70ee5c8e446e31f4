package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Closing a repository, and arguments that are refused before any work is done. */
abstract class LifecycleContract extends ContractTest {

    LifecycleContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void everyMethodOfAClosedRepository_throws() {
        repository.close();
        everyMethod()
                .forEach((name, call) -> assertThatThrownBy(() -> call.accept(repository))
                        .as(name)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("repository is closed: "));
    }

    @Test
    void close_mayBeCalledAgain() {
        repository.close();
        assertThatCode(repository::close).doesNotThrowAnyException();
    }

    @Test
    void nullArguments_areNamed() {
        UUID id = UUID.randomUUID();
        refuses("trace", r -> r.storeTrace(missing()));
        refuses("span", r -> r.storeSpan(missing()));
        refuses("spans", r -> r.storeSpans(missing()));
        refuses("query", r -> r.queryTraces(missing()));
        refuses("query", r -> r.queryTraceSummaries(missing()));
        refuses("query", r -> r.querySpans(missing()));
        refuses("query", r -> r.querySpanOutlines(missing()));
        refuses("tenantId", r -> r.getTrace(missing(), id));
        refuses("traceId", r -> r.getTrace(id, missing()));
        refuses("tenantId", r -> r.getSpan(missing(), id));
        refuses("spanId", r -> r.getSpan(id, missing()));
        refuses("tenantId", r -> r.getSpan(missing(), id, id));
        refuses("traceId", r -> r.getSpan(id, missing(), id));
        refuses("spanId", r -> r.getSpan(id, id, missing()));
        refuses("tenantId", r -> r.getSpans(missing(), List.of()));
        refuses("tenantId", r -> r.deleteTracesBefore(missing(), Samples.START));
        refuses("time", r -> r.deleteTracesBefore(id, missing()));
        refuses("tenantId", r -> r.deleteTrace(missing(), id));
        refuses("traceId", r -> r.deleteTrace(id, missing()));
        refuses("tenantId", r -> r.stats(missing()));
    }

    @Test
    void nullInABatch_storesNothingOfIt() {
        TraceSpan first = span().build();
        TraceSpan last = span().build();
        assertThatNullPointerException().isThrownBy(() -> repository.storeSpans(Arrays.asList(first, missing(), last)));
        verify(() -> {
            assertSpans(everything());
            assertTraces(everything());
        });
    }

    /** The caller may change its collection as soon as the call returns. */
    @Test
    void batch_isReadBeforeTheCallReturns() {
        TraceSpan span = span().build();
        List<TraceSpan> batch = new ArrayList<>(List.of(span));
        repository.storeSpans(batch);
        batch.clear();
        verify(() -> assertSpans(everything(), span));
    }

    @Test
    void toString_isShort() {
        assertThat(repository.toString()).isNotBlank().hasSizeLessThan(300);
    }

    private void refuses(String argument, Consumer<TraceRepository> call) {
        assertThatNullPointerException()
                .isThrownBy(() -> call.accept(repository))
                .withMessage(argument);
    }

    private Map<String, Consumer<TraceRepository>> everyMethod() {
        TraceSpan span = span().build();
        Map<String, Consumer<TraceRepository>> methods = new LinkedHashMap<>();
        methods.put("storeTrace", r -> r.storeTrace(TraceEvent.ofSpans(List.of(span))));
        methods.put("storeSpan", r -> r.storeSpan(span));
        methods.put("storeSpans", r -> r.storeSpans(List.of(span)));
        methods.put("storeSpans of none", r -> r.storeSpans(List.of()));
        methods.put("queryTraces", r -> r.queryTraces(query().build()));
        methods.put("queryTraceSummaries", r -> r.queryTraceSummaries(query().build()));
        methods.put("querySpans", r -> r.querySpans(query().build()));
        methods.put("querySpanOutlines", r -> r.querySpanOutlines(query().build()));
        methods.put("getTrace", r -> r.getTrace(tenant, span.traceId()));
        methods.put("getSpan", r -> r.getSpan(tenant, span.traceId(), span.spanId()));
        methods.put("getSpans", r -> r.getSpans(tenant, List.of(SpanIdentity.of(span))));
        methods.put("getSpans of none", r -> r.getSpans(tenant, List.of()));
        methods.put("getSpan by its id alone", r -> r.getSpan(tenant, span.spanId()));
        methods.put("deleteTracesBefore", r -> r.deleteTracesBefore(tenant, Samples.START));
        methods.put("deleteTrace", r -> r.deleteTrace(tenant, span.traceId()));
        methods.put("stats", r -> r.stats(tenant));
        methods.put("globalStats", TraceRepository::globalStats);
        methods.put("check", TraceRepository::check);
        return methods;
    }
}
