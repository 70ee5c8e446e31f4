package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.ForwardingTraceRepository;
import io.llmtrace.storage.spi.MemoryEstimate;
import io.llmtrace.storage.spi.ReadMemory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The memory that answers may take together, and the answers to requests for more. */
@Timeout(60)
class ReadMemoryTest {

    private static final int MEMORY = 1 << 20;
    private static final int TEXT = 100_000;
    private static final String SUFFIX =
            "the answer takes more than the 1048576 bytes of memory that all answers may take"
                    + " together (max-read-memory); ";

    private final CountingStore store = new CountingStore();
    private final RunningServer server =
            RunningServer.over(store, RunningServer.config().maxReadMemory(MEMORY));
    private final UUID trace = UUID.randomUUID();

    @AfterEach
    void closeServer() {
        server.close();
    }

    @Test
    void answersThatDoNotFit_are413WithWhatToAskInstead() {
        storeSpans(20, trace);

        assertRefused(
                "/api/v1/spans", "ask for fewer spans at a time (limit), or for their outlines (/api/v1/outlines)");
        assertRefused(
                "/api/v1/spans?order=duration",
                "ask for fewer spans at a time (limit), or for their outlines (/api/v1/outlines)");
        String pages =
                "ask for the spans of the trace in pages (/api/v1/spans?trace_id=…&limit=…), or for their outlines"
                        + " (/api/v1/outlines)";
        assertRefused("/api/v1/traces/" + trace, pages);
        assertRefused("/api/v1/traces/" + trace + "/actions", pages);
        assertRefused(
                "/api/v1/export",
                "raise it to export this trace, or leave it out by the filters and read its spans in pages (/api/v1/spans)");
        assertThat(server.get("/api/v1/export?what=spans").text().lines()).hasSize(20);
        assertThat(server.get("/api/v1/spans?limit=5").json().path("data").size())
                .isEqualTo(5);
        await().until(() -> used() == 0);
    }

    @Test
    void answersOfAnySizeWithinTheMemory_areComplete() {
        storeSpans(9, trace);

        RunningServer.Answer answer = server.get("/api/v1/traces/" + trace);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.bytes())
                .isEqualTo(TraceJson.writeBytes(
                        store.memory.getTrace(RunningServer.TENANT, trace).orElseThrow()));
        await().until(() -> used() == 0);
    }

    @Test
    void export_readsPagesThatFit() {
        for (int i = 0; i < 30; i++) {
            storeSpans(1, UUID.randomUUID());
        }

        assertThat(server.get("/api/v1/export").text().lines()).hasSize(30);
        assertThat(server.get("/api/v1/export?limit=7").text().lines()).hasSize(7);
        await().until(() -> used() == 0);
    }

    @Test
    void export_waitsForRoomThatOthersTake() {
        for (int i = 0; i < 30; i++) {
            storeSpans(1, UUID.randomUUID());
        }
        store.busyPages.set(3);

        assertThat(server.get("/api/v1/export").text().lines()).hasSize(30);
        assertThat(store.busyPages).hasValue(0);
    }

    @Test
    void errorOfTheProcess_is503WithAMessage() {
        store.error = new OutOfMemoryError("Java heap space");

        assertThat(server.get("/api/v1/spans").toString())
                .isEqualTo(
                        "503 {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                                + "\"detail\":\"the server ran out of memory; ask for less, or give it a larger heap (-Xmx)\"}");
        store.error = new StackOverflowError();
        assertThat(server.get("/api/v1/export").toString())
                .contains("500", "unexpected error; see the server's log for the cause");
    }

    @Test
    void readThatBeganFirst_waitsForTheOthers_whichAreRefused() throws Exception {
        MemoryBudget budget = new MemoryBudget(100);
        MemoryBudget.Reservation first = budget.open();
        MemoryBudget.Reservation second = budget.open();
        CountDownLatch secondReads = new CountDownLatch(1);
        CountDownLatch firstWaits = new CountDownLatch(1);
        CompletableFuture<Long> waiting = new CompletableFuture<>();
        Thread reader = new Thread(() -> waiting.complete(first.read("less", () -> {
            ReadMemory memory = ReadMemory.ofRead(0, "");
            memory.reserve(60);
            secondReads.countDown();
            awaitUninterrupted(firstWaits);
            memory.reserve(40);
            return 100L;
        })));
        reader.start();
        secondReads.await();

        assertThatThrownBy(() -> second.read("less", () -> {
                    ReadMemory memory = ReadMemory.ofRead(0, "");
                    memory.reserve(30);
                    firstWaits.countDown();
                    await().until(() -> reader.getState() == Thread.State.TIMED_WAITING);
                    try (memory) {
                        memory.reserve(50);
                    }
                    return true;
                }))
                .isExactlyInstanceOf(OverloadedException.class)
                .hasMessage("the answers being sent use all of the 100 bytes of memory that they may take together"
                        + " (max-read-memory); try again later, or less");
        assertThat(waiting.get()).isEqualTo(100);
        assertThatThrownBy(() -> second.read("less", () -> {
                    ReadMemory.ofRead(0, "").reserve(101);
                    return true;
                }))
                .isExactlyInstanceOf(ResultTooLargeException.class);
        first.close();
        second.close();
        assertThat(budget.used()).isZero();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertRefused(String path, String instead) {
        RunningServer.Answer answer = server.get(path);
        assertThat(answer.status()).as(path).isEqualTo(413);
        assertThat(answer.json().path("detail").asText()).isEqualTo(SUFFIX + instead);
    }

    private void storeSpans(int count, UUID traceId) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(TraceSpan.builder(
                            RunningServer.TENANT, traceId, new UUID(0, i + 1), "chat", Instant.ofEpochSecond(i))
                    .prompt("p".repeat(TEXT))
                    .build());
        }
        store.memory.storeSpans(spans);
    }

    private long used() {
        return server.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("llmtrace_read_memory_bytes "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }

    /** A store that counts what it returns, as stores outside of the heap do. */
    private static final class CountingStore extends ForwardingTraceRepository {
        private final TraceRepository memory = new InMemoryTraceRepository();
        /** How often a page after the first is refused because there is no room at the moment. */
        private final AtomicInteger busyPages = new AtomicInteger();

        private volatile @Nullable Error error;

        @Override
        protected TraceRepository delegate() {
            return memory;
        }

        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            return counted(super.querySpans(query), Page::items);
        }

        @Override
        public Page<TraceEvent> queryTraces(TraceQuery query) {
            if (query.cursor() != null && query.limit() == 1 && busyPages.get() > 0) {
                busyPages.decrementAndGet();
            }
            if (query.cursor() != null && busyPages.get() > 0) {
                throw new OverloadedException("no room at the moment");
            }
            return counted(
                    super.queryTraces(query),
                    page -> page.items().stream()
                            .flatMap(found -> found.spans().stream())
                            .toList());
        }

        @Override
        public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
            return counted(
                    super.getTrace(tenantId, traceId),
                    found -> found.orElseThrow().spans());
        }

        @Override
        public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
            return counted(super.getSpans(tenantId, identities), spans -> spans);
        }

        private <T> T counted(T result, Function<T, List<TraceSpan>> spansOf) {
            Error failure = error;
            if (failure != null) {
                throw failure;
            }
            try (ReadMemory read = ReadMemory.ofRead(Long.MAX_VALUE, "none")) {
                spansOf.apply(result).forEach(span -> read.reserve(MemoryEstimate.ofSpan(span)));
                read.keepResult();
                return result;
            }
        }
    }
}
