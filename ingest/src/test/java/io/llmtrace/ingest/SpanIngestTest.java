package io.llmtrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpanIngestTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final UUID tenant = UUID.randomUUID();
    private final UUID traceId = UUID.randomUUID();
    private final UUID spanId = UUID.randomUUID();
    private final TraceRepository repository = new InMemoryTraceRepository();
    private final SpanIngest ingest = new SpanIngest(repository, new JoinedWords());

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void storeEvents_beforeTheSpan_areHeldByAPlaceholder() {
        ingest.storeEvents(List.of(partial("hello")));

        TraceSpan placeholder = stored();
        assertThat(placeholder.attributes()).containsEntry(ReservedAttributes.PLACEHOLDER, true);
        assertThat(placeholder.prompt()).isEqualTo("hello");
    }

    @Test
    void store_afterItsEvents_takesThemOver() {
        ingest.storeEvents(List.of(partial("hello")));
        ingest.store(List.of(span(SpanKind.LLM, null)));

        TraceSpan joined = stored();
        assertThat(joined.operationName()).isEqualTo("chat");
        assertThat(joined.attributes()).doesNotContainKey(ReservedAttributes.PLACEHOLDER);
        assertThat(joined.prompt()).isEqualTo("hello");
        assertThat(joined.events()).hasSize(1);
    }

    @Test
    void storeEvents_afterTheSpan_areAdded() {
        ingest.store(List.of(span(SpanKind.LLM, null)));
        ingest.storeEvents(List.of(partial("hello")));
        ingest.storeEvents(List.of(partial("world")));

        assertThat(stored().operationName()).isEqualTo("chat");
        assertThat(stored().prompt()).isEqualTo("hello world");
    }

    @Test
    void store_spanWithItsOwnContent_keepsItAndTheEvents() {
        ingest.storeEvents(List.of(partial("hello")));
        ingest.store(List.of(span(SpanKind.AGENT, "own")));

        assertThat(stored().prompt()).isEqualTo("own");
        assertThat(stored().events()).hasSize(1);
    }

    @Test
    void store_afterARestart_stillFindsEventsOfASpanWithoutContent() {
        ingest.storeEvents(List.of(partial("hello")));
        new SpanIngest(repository, new JoinedWords()).store(List.of(span(SpanKind.LLM, null)));

        assertThat(stored().prompt()).isEqualTo("hello");
    }

    @Test
    void anyOrderWithResends_givesTheSame() {
        List<Runnable> writes = new ArrayList<>(List.of(
                () -> ingest.store(List.of(span(SpanKind.LLM, null))),
                () -> ingest.storeEvents(List.of(partial("a"))),
                () -> ingest.storeEvents(List.of(partial("b", "c"))),
                () -> ingest.storeEvents(List.of(partial("d")))));
        writes.addAll(List.copyOf(writes));
        for (int seed = 0; seed < 50; seed++) {
            repository.deleteTrace(tenant, traceId);
            Collections.shuffle(writes, new Random(seed));
            writes.forEach(Runnable::run);

            assertThat(stored().prompt()).as("seed %d", seed).isEqualTo("a b c d");
            assertThat(stored().operationName()).isEqualTo("chat");
            assertThat(stored().events()).hasSize(4);
        }
    }

    @Test
    void writesAtOnce_loseNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 50; round++) {
                repository.deleteTrace(tenant, traceId);
                List<Future<?>> running = new ArrayList<>();
                for (String word : List.of("a", "b", "c", "d", "e", "f")) {
                    running.add(threads.submit(() -> ingest.storeEvents(List.of(partial(word)))));
                }
                running.add(threads.submit(() -> ingest.store(List.of(span(SpanKind.LLM, null)))));
                for (Future<?> write : running) {
                    write.get();
                }

                assertThat(stored().prompt()).isEqualTo("a b c d e f");
                assertThat(stored().operationName()).isEqualTo("chat");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void storeTraces_keepsCreationAndEmptyTraces() {
        TraceEvent early = TraceEvent.of(traceId, tenant, START.minusSeconds(5), List.of(span(SpanKind.LLM, "p")));
        TraceEvent empty = TraceEvent.of(UUID.randomUUID(), tenant, START, List.of());
        UUID other = UUID.randomUUID();
        TraceEvent plain = TraceEvent.ofSpans(
                List.of(span(SpanKind.LLM, "p").toBuilder().traceId(other).build()));
        ingest.storeTraces(List.of(early, empty, plain));

        assertThat(repository.getTrace(tenant, traceId)).contains(early);
        assertThat(repository.getTrace(tenant, empty.traceId())).contains(empty);
        assertThat(repository.getTrace(tenant, other)).contains(plain);
    }

    private TraceSpan stored() {
        return repository.getSpan(tenant, traceId, spanId).orElseThrow();
    }

    private TraceSpan span(SpanKind kind, String prompt) {
        return TraceSpan.builder(tenant, traceId, spanId, "chat", START)
                .kind(kind)
                .prompt(prompt)
                .response(prompt)
                .build();
    }

    private TraceSpan partial(String... words) {
        List<SpanEvent> events = new ArrayList<>();
        for (String word : words) {
            UUID id = UUID.nameUUIDFromBytes(word.getBytes(StandardCharsets.UTF_8));
            events.add(SpanEvent.builder("word", START.plusMillis(word.charAt(0)))
                    .id(id)
                    .description(word)
                    .data(Map.of())
                    .build());
        }
        return TraceSpan.builder(tenant, traceId, spanId, "partial", START.plusMillis(1))
                .kind(SpanKind.LLM)
                .events(events)
                .build();
    }

    /** Makes the prompt of a span from the descriptions of its "word" events. */
    private static final class JoinedWords implements EventContent {
        @Override
        public boolean isSeparate(SpanEvent event) {
            return event.eventType().equals("word");
        }

        @Override
        public TraceSpan complete(TraceSpan span) {
            String words = span.events().stream()
                    .filter(this::isSeparate)
                    .map(SpanEvent::description)
                    .sorted()
                    .collect(Collectors.joining(" "));
            boolean ours = span.prompt() == null || span.attributes().containsKey("filled");
            return words.isEmpty() || !ours
                    ? span
                    : span.toBuilder().prompt(words).attributes(merged(span)).build();
        }

        private static Map<String, Object> merged(TraceSpan span) {
            Map<String, Object> attributes = new HashMap<>(span.attributes());
            attributes.put("filled", true);
            return attributes;
        }
    }
}
