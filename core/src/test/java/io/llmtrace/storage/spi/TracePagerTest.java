package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TracePagerTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final TraceQuery QUERY =
            TraceQuery.builder(TENANT).order(Order.OLDEST_FIRST).limit(3).build();

    private final Store store = new Store();

    @Test
    void smallTraces_areReadInFewLargePages() {
        store(3_000, 10);

        assertThat(scan()).hasSize(3_000).doesNotHaveDuplicates();
        assertThat(store.limits).containsExactly(20, 160, 1_280, 4_000);
    }

    @Test
    void largeTraces_areReadInSmallPages() {
        store(25, 4 << 20);

        assertThat(scan()).hasSize(25);
        assertThat(store.limits.get(0)).isEqualTo(20);
        assertThat(store.limits.get(1)).isEqualTo(7);
    }

    @Test
    void pageThatDoesNotFit_isReadAsSmallerOnes() {
        store(30, 10);
        store.room = 6;

        assertThat(scan()).hasSize(30).doesNotHaveDuplicates();
        assertThat(store.limits).containsExactly(20, 10, 5, 5, 5, 5, 5, 5);
    }

    @Test
    void storeThatIsBusyForAWhile_getsLargerPagesAgain() {
        store(3_000, 10);
        store.busyFor = 4;

        assertThat(scan()).hasSize(3_000).doesNotHaveDuplicates();
        assertThat(store.limits).containsExactly(20, 10, 5, 2, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048);
    }

    @Test
    void storeThatStaysBusy_endsTheScan() {
        store(2, 10);
        store.busyFor = Integer.MAX_VALUE;

        assertThatThrownBy(this::scan).isExactlyInstanceOf(OverloadedException.class);
        assertThat(store.limits).containsExactly(20, 10, 5, 2, 1);
    }

    @Test
    void traceThatDoesNotFit_isRefused() {
        store(2, 10);
        store.room = 0;

        assertThatThrownBy(this::scan).isExactlyInstanceOf(ResultTooLargeException.class);
        assertThat(store.limits).containsExactly(20, 10, 5, 2, 1);
    }

    @Test
    void damagedTraces_areLeftOut_andListed() {
        store(300, 10);
        List<UUID> all = scan();
        store.limits.clear();
        store.damaged = Set.of(all.get(0), all.get(57), all.get(58), all.get(299));

        TracePager scan = new TracePager(store, QUERY);
        assertThat(scan(scan))
                .isEqualTo(all.stream()
                        .filter(trace -> !store.damaged.contains(trace))
                        .toList());
        assertThat(scan.damaged())
                .isEqualTo(DamagedTraces.of(
                        4,
                        List.of(all.get(0), all.get(57), all.get(58), all.get(299)),
                        0,
                        List.of(),
                        "damaged: " + all.get(0)));
    }

    @Test
    void idsOfDamagedTraces_areListedUpToALimit() {
        store(150, 10);
        List<UUID> all = scan();
        store.damaged = Set.copyOf(all);

        TracePager scan = new TracePager(store, QUERY);
        assertThat(scan(scan)).isEmpty();
        assertThat(scan.damaged())
                .isEqualTo(DamagedTraces.of(
                        150, all.subList(0, DamagedTraces.MAX_LISTED), 0, List.of(), "damaged: " + all.get(0)));
    }

    @Test
    void spansOfDamagedTracesThatCanBeRead_areReturned_andTheOthersListed() {
        store(5, 10);
        List<UUID> all = scan();
        PartlyReadable partly = new PartlyReadable(store);
        UUID part = all.get(1);
        UUID none = all.get(2);
        List<UUID> lost =
                IntStream.range(0, 150).mapToObj(i -> new UUID(0, 100 + i)).toList();
        store.damaged = Set.of(part, none, all.get(3));
        TraceEvent trace = store.memory.getTrace(TENANT, part).orElseThrow();
        partly.readable.put(part, ReadableTrace.of(trace, lost, "part"));
        partly.readable.put(
                none, ReadableTrace.of(TraceEvent.of(none, TENANT, Instant.EPOCH, List.of()), lost, "none"));

        TracePager scan = new TracePager(partly, QUERY);
        assertThat(scan(scan)).containsExactly(all.get(0), part, all.get(4));
        assertThat(scan.damaged())
                .isEqualTo(DamagedTraces.of(
                        2,
                        List.of(none, all.get(3)),
                        150,
                        lost.subList(0, DamagedTraces.MAX_LISTED).stream()
                                .map(span -> new SpanIdentity(part, span))
                                .toList(),
                        "part"));
    }

    @Test
    void damageThatHidesWhichTraceIsNext_endsTheScan() {
        store(2, 10);
        store.damaged = Set.of(scan().get(1));
        store.idsAreDamaged = true;

        TracePager scan = new TracePager(store, QUERY);
        assertThat(scan.next()).hasSize(1);
        assertThatThrownBy(scan::next)
                .isExactlyInstanceOf(CorruptStoreException.class)
                .hasMessageStartingWith("damaged: ");
    }

    private List<UUID> scan() {
        return scan(new TracePager(store, QUERY));
    }

    private static List<UUID> scan(TracePager scan) {
        List<UUID> traces = new ArrayList<>();
        for (List<TraceEvent> page = scan.next(); !page.isEmpty(); page = scan.next()) {
            page.forEach(trace -> traces.add(trace.traceId()));
        }
        assertThat(scan.next()).isEmpty();
        return traces;
    }

    private void store(int traces, int characters) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < traces; i++) {
            spans.add(TraceSpan.builder(TENANT, UUID.randomUUID(), new UUID(0, 1), "chat", Instant.ofEpochSecond(i))
                    .prompt("p".repeat(characters))
                    .build());
        }
        store.memory.storeSpans(spans);
    }

    private static final class Store extends ForwardingTraceRepository {
        private final TraceRepository memory = new InMemoryTraceRepository();
        private final List<Integer> limits = new ArrayList<>();
        private Set<UUID> damaged = Set.of();
        private boolean idsAreDamaged;
        private int room = Integer.MAX_VALUE;
        private int busyFor;

        @Override
        protected TraceRepository delegate() {
            return memory;
        }

        @Override
        public Page<TraceEvent> queryTraces(TraceQuery query) {
            limits.add(query.limit());
            if (query.limit() > room) {
                throw new ResultTooLargeException("no room");
            }
            if (busyFor > 0) {
                busyFor--;
                throw new OverloadedException("others fill the memory");
            }
            Page<TraceEvent> page = super.queryTraces(query);
            for (TraceEvent trace : page.items()) {
                if (damaged.contains(trace.traceId())) {
                    throw new CorruptStoreException("damaged: " + trace.traceId());
                }
            }
            return page;
        }

        @Override
        public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
            if (idsAreDamaged) {
                throw new CorruptStoreException("damaged as well");
            }
            return super.queryTraceSummaries(query);
        }
    }

    /** Of a trace that is not listed, not even the ids of the spans can be read. */
    private static final class PartlyReadable extends ForwardingTraceRepository implements StoreIntegrity {
        private final Store store;
        private final Map<UUID, ReadableTrace> readable = new HashMap<>();

        PartlyReadable(Store store) {
            this.store = store;
        }

        @Override
        protected TraceRepository delegate() {
            return store;
        }

        @Override
        public List<String> findDamage(int max) {
            return List.of();
        }

        @Override
        public Page<UUID> queryTraceIds(TraceQuery query) {
            Page<TraceSummary> page = store.queryTraceSummaries(query);
            return new Page<>(page.items().stream().map(TraceSummary::traceId).toList(), page.nextCursor());
        }

        @Override
        public Optional<ReadableTrace> readableTrace(UUID tenantId, UUID traceId) {
            ReadableTrace found = readable.get(traceId);
            if (found == null) {
                throw new CorruptStoreException("nothing can be read");
            }
            return Optional.of(found);
        }
    }
}
