package io.llmtrace.testkit;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.StoreProperties;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Repositories with one fault each, of the kind that real backends have had. */
final class Mutants {

    private Mutants() {}

    static final class LimitOffByOne extends Mutant {
        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            return right.querySpans(query.toBuilder()
                    .limit(Math.min(query.limit() + 1, TraceQuery.MAX_LIMIT))
                    .build());
        }
    }

    /** Sorts like {@link UUID#compareTo}, for which the sign bit reverses the order of ids. */
    static final class TiesBySignedIds extends Mutant {
        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            Page<TraceSpan> page = right.querySpans(query);
            Comparator<TraceSpan> order = Comparator.comparing(TraceSpan::startTime)
                    .thenComparing(TraceSpan::traceId)
                    .thenComparing(TraceSpan::spanId);
            return new Page<>(
                    page.items().stream()
                            .sorted(query.order() == Order.OLDEST_FIRST ? order : order.reversed())
                            .toList(),
                    page.nextCursor());
        }
    }

    static final class TenantIgnoredInGetSpan extends Mutant {
        private final Map<UUID, TraceSpan> bySpanId = new ConcurrentHashMap<>();

        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            super.storeSpans(spans);
            spans.forEach(span -> bySpanId.put(span.spanId(), span));
        }

        @Override
        public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
            return right.getSpan(tenantId, spanId).or(() -> Optional.ofNullable(bySpanId.get(spanId)));
        }
    }

    /** Compares trace ids and span ids separately, as two independent column conditions would. */
    static final class IdentitiesMixedInGetSpans extends Mutant {
        @Override
        public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
            return identities.stream()
                    .map(SpanIdentity::traceId)
                    .distinct()
                    .flatMap(
                            trace -> identities.stream().distinct().map(each -> new SpanIdentity(trace, each.spanId())))
                    .map(each -> right.getSpan(tenantId, each.traceId(), each.spanId()))
                    .flatMap(Optional::stream)
                    .distinct()
                    .toList();
        }
    }

    /** Lets a trace pass when each filter is met by some span, not all by the same one: a join per filter does that. */
    static final class PredicatesOnDifferentSpans extends Mutant {
        @Override
        public Page<TraceEvent> queryTraces(TraceQuery query) {
            if (query.cursor() != null || query.criteria().size() < 2) {
                return right.queryTraces(query);
            }
            TraceQuery none = TraceQuery.builder(query.tenantId()).build();
            List<TraceQuery> singles = query.criteria().stream()
                    .map(criterion -> with(none, criterion))
                    .toList();
            List<TraceEvent> all = right.queryTraces(none.toBuilder()
                            .order(query.order())
                            .limit(TraceQuery.MAX_LIMIT)
                            .build())
                    .items();
            return new Page<>(
                    all.stream()
                            .filter(trace -> singles.stream().allMatch(single -> single.matches(trace)))
                            .skip(query.offset())
                            .limit(query.limit())
                            .toList(),
                    null);
        }

        private static <T> TraceQuery with(TraceQuery query, Criterion<T> criterion) {
            return query.toBuilder()
                    .filter(criterion.filter(), criterion.value())
                    .build();
        }
    }

    static final class DeleteIncludesTheTime extends Mutant {
        @Override
        public long deleteTracesBefore(UUID tenantId, Instant time) {
            return right.deleteTracesBefore(tenantId, time.equals(Instant.MAX) ? time : time.plusNanos(1));
        }
    }

    static final class ExpiryIncludesTheTime extends Mutant {
        @Override
        public long deleteExpired(Instant now) {
            return right.deleteExpired(now.plusNanos(1));
        }
    }

    /** Stores the rule as it was said, but deletes by the start of traces whatever it says. */
    static final class ExpiryAlwaysByStart extends Mutant {
        private final Map<UUID, RetentionRule> said = new ConcurrentHashMap<>();

        @Override
        public @Nullable RetentionRule retention(UUID tenantId) {
            return said.get(tenantId);
        }

        @Override
        public void setRetention(UUID tenantId, @Nullable RetentionRule rule) {
            if (rule == null) {
                said.remove(tenantId);
            } else {
                said.put(tenantId, rule);
            }
            right.setRetention(tenantId, rule == null ? null : RetentionRule.of(rule.days()));
        }
    }

    /** Counts the spans of a trace by the versions that were written first, as an index of ends would that nothing updates. */
    static final class ExpiryByFirstVersions extends Mutant {
        private final InMemoryTraceRepository first = new InMemoryTraceRepository();

        @Override
        public void storeSpan(TraceSpan span) {
            if (right.getSpan(span.tenantId(), span.traceId(), span.spanId()).isEmpty()) {
                first.storeSpan(span);
            }
            super.storeSpan(span);
        }

        @Override
        public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
            ExpiredTraces byFirst = first.countExpired(tenantId, rule, now);
            return byFirst.traces() == 0 ? right.countExpired(tenantId, rule, now) : byFirst;
        }
    }

    static final class PropertiesKeepTheirFirstValue extends Mutant implements StoreProperties {
        @Override
        public @Nullable String property(String name) {
            return right.property(name);
        }

        @Override
        public void setProperty(String name, String value) {
            if (right.property(name) == null) {
                right.setProperty(name, value);
            }
        }
    }

    static final class DeleteCountsSpans extends Mutant {
        @Override
        public long deleteTracesBefore(UUID tenantId, Instant time) {
            long before = right.stats(tenantId).totalSpans();
            long traces = right.deleteTracesBefore(tenantId, time);
            return Math.max(traces, before - right.stats(tenantId).totalSpans());
        }
    }

    /** Begins each page with the last item of the previous one. */
    static final class CursorRepeatsAnItem extends Mutant {
        private final Map<String, TraceSpan> lastByCursor = new ConcurrentHashMap<>();

        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            Page<TraceSpan> page = right.querySpans(query);
            List<TraceSpan> items = new ArrayList<>(page.items());
            TraceSpan last = query.cursor() == null ? null : lastByCursor.get(query.cursor());
            if (last != null) {
                items.add(0, last);
            }
            if (page.nextCursor() != null) {
                lastByCursor.put(page.nextCursor(), items.get(items.size() - 1));
            }
            return new Page<>(items, page.nextCursor());
        }
    }

    /** Pages by time alone, which skips items with the time of a page's last item. */
    static final class CursorSkipsTies extends Mutant {
        private final Map<String, Instant> lastByCursor = new ConcurrentHashMap<>();

        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            Page<TraceSpan> page = right.querySpans(query);
            Instant last = query.cursor() == null ? null : lastByCursor.get(query.cursor());
            if (page.nextCursor() != null) {
                List<TraceSpan> items = page.items();
                lastByCursor.put(page.nextCursor(), items.get(items.size() - 1).startTime());
            }
            return new Page<>(
                    page.items().stream()
                            .filter(span -> !span.startTime().equals(last))
                            .toList(),
                    page.nextCursor());
        }
    }

    /** Pages by the current order: a trace that moves is missed or returned twice. */
    static final class CursorForgetsMoves extends Mutant {
        private final Map<String, TraceEvent> lastByCursor = new ConcurrentHashMap<>();

        @Override
        public Page<TraceEvent> queryTraces(TraceQuery query) {
            if (query.cursor() == null || !lastByCursor.containsKey(query.cursor())) {
                return remember(right.queryTraces(query));
            }
            TraceEvent last = lastByCursor.get(query.cursor());
            Comparator<TraceEvent> ascending =
                    Comparator.comparing(TraceEvent::createdAt).thenComparing(TraceEvent::traceId, Ids.BYTE_ORDER);
            Comparator<TraceEvent> order = query.order() == Order.OLDEST_FIRST ? ascending : ascending.reversed();
            List<TraceEvent> rest =
                    right
                            .queryTraces(query.toBuilder()
                                    .cursor(null)
                                    .limit(TraceQuery.MAX_LIMIT)
                                    .build())
                            .items()
                            .stream()
                            .filter(trace -> order.compare(trace, last) > 0)
                            .toList();
            if (rest.size() <= query.limit()) {
                return new Page<>(rest, null);
            }
            List<TraceEvent> items = rest.subList(0, query.limit());
            return remember(new Page<>(items, "after " + items.get(items.size() - 1)));
        }

        private Page<TraceEvent> remember(Page<TraceEvent> page) {
            if (page.nextCursor() != null) {
                lastByCursor.put(
                        page.nextCursor(), page.items().get(page.items().size() - 1));
            }
            return page;
        }
    }

    /** Searches the words of every version of a span. */
    static final class ReplacedTextStillFound extends Mutant {
        private final Map<List<UUID>, List<TraceSpan>> versions = new ConcurrentHashMap<>();

        @Override
        public void storeSpan(TraceSpan span) {
            storeSpans(List.of(span));
        }

        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            super.storeSpans(spans);
            for (TraceSpan span : spans) {
                versions.computeIfAbsent(
                                List.of(span.tenantId(), span.traceId(), span.spanId()),
                                id -> new CopyOnWriteArrayList<>())
                        .add(span);
            }
        }

        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            if (query.text() == null || query.cursor() != null) {
                return right.querySpans(query);
            }
            TraceQuery.Builder others = query.toBuilder().text(null).limit(TraceQuery.MAX_LIMIT);
            Stream<TraceSpan> found = right.querySpans(others.build()).items().stream()
                    .filter(span -> Stream.concat(
                                    Stream.of(span),
                                    versions
                                            .getOrDefault(
                                                    List.of(span.tenantId(), span.traceId(), span.spanId()), List.of())
                                            .stream())
                            .anyMatch(version -> TraceQuery.builder(query.tenantId())
                                    .text(query.text())
                                    .build()
                                    .matches(version)));
            return new Page<>(found.limit(query.limit()).toList(), null);
        }
    }

    /** Cuts times to milliseconds. */
    static final class TimesCutToMilliseconds extends Mutant {
        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            return right.querySpans(query).map(TimesCutToMilliseconds::cut);
        }

        private static TraceSpan cut(TraceSpan span) {
            return span.toBuilder()
                    .startTime(span.startTime().truncatedTo(ChronoUnit.MILLIS))
                    .build();
        }
    }

    /** Returns an empty text in place of null, like a column that is not nullable. */
    static final class EmptyTextForAbsent extends Mutant {
        @Override
        public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
            return right.getSpan(tenantId, traceId, spanId)
                    .map(span -> span.toBuilder()
                            .userId(Objects.requireNonNullElse(span.userId(), ""))
                            .build());
        }
    }

    static final class StatsCountEveryWrite extends Mutant {
        private final Map<UUID, Long> writes = new ConcurrentHashMap<>();

        @Override
        public void storeSpan(TraceSpan span) {
            super.storeSpan(span);
            writes.merge(span.tenantId(), 1L, Long::sum);
        }

        @Override
        public StorageStats stats(UUID tenantId) {
            StorageStats stats = right.stats(tenantId);
            return stats.toBuilder()
                    .totalSpans(Math.max(stats.totalSpans(), writes.getOrDefault(tenantId, 0L)))
                    .storageSizeBytes(0)
                    .build();
        }
    }

    /** Merges by a sort key without the trace id: of several spans with the same span id, one remains. */
    static final class CompactionLosesSpans extends Mutant {
        private final Set<TraceSpan> written = ConcurrentHashMap.newKeySet();

        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            super.storeSpans(spans);
            written.addAll(spans);
        }

        @Override
        void compact() {
            Map<List<UUID>, TraceSpan> bySpanId = new HashMap<>();
            for (TraceSpan span : written) {
                TraceSpan other = bySpanId.put(List.of(span.tenantId(), span.spanId()), span);
                if (other != null && !other.traceId().equals(span.traceId())) {
                    right.deleteTrace(other.tenantId(), other.traceId());
                }
            }
        }
    }

    /** Keeps the first version of a span in a merge instead of the last. */
    static final class CompactionRestoresTheFirstVersion extends Mutant {
        private final Map<List<UUID>, TraceSpan> firstVersions = new LinkedHashMap<>();

        @Override
        public void storeSpan(TraceSpan span) {
            super.storeSpan(span);
            synchronized (firstVersions) {
                firstVersions.putIfAbsent(List.of(span.tenantId(), span.traceId(), span.spanId()), span);
            }
        }

        @Override
        void compact() {
            synchronized (firstVersions) {
                firstVersions.values().stream()
                        .filter(span -> right.getSpan(span.tenantId(), span.traceId(), span.spanId())
                                .isPresent())
                        .forEach(right::storeSpan);
            }
        }
    }

    /** Writes with two statements and no transaction: a reader between them sees half of the new span. */
    static final class WritesInTwoHalves extends Mutant {
        private final AtomicLong reads = new AtomicLong();

        @Override
        public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
            reads.incrementAndGet();
            return right.getSpan(tenantId, traceId, spanId);
        }

        @Override
        public void storeSpan(TraceSpan span) {
            Optional<TraceSpan> old = right.getSpan(span.tenantId(), span.traceId(), span.spanId());
            if (old.isPresent()) {
                right.storeSpan(old.get().toBuilder().prompt(span.prompt()).build());
                letOthersRead();
            }
            right.storeSpan(span);
        }

        private void letOthersRead() {
            long before = reads.get();
            for (int i = 0; i < 100 && reads.get() == before; i++) {
                Thread.yield();
            }
        }
    }

    /** Notices an invalid batch when half of it is stored. */
    static final class BatchStopsHalfWay extends Mutant {
        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            Objects.requireNonNull(spans, "spans").forEach(right::storeSpan);
        }
    }

    /** Compares model names without case, like a database with a case-insensitive collation. */
    static final class ModelNameWithoutCase extends Mutant {
        @Override
        public Page<TraceSpan> querySpans(TraceQuery query) {
            String model = query.value(SpanField.MODEL_NAME);
            if (model == null || query.cursor() != null) {
                return right.querySpans(query);
            }
            TraceQuery others = query.toBuilder()
                    .modelName(null)
                    .limit(TraceQuery.MAX_LIMIT)
                    .build();
            return new Page<>(
                    right.querySpans(others).items().stream()
                            .filter(span -> model.equalsIgnoreCase(span.modelName()))
                            .limit(query.limit())
                            .toList(),
                    null);
        }
    }

    /** Leaves the error message out of the columns for lists. */
    static final class OutlinesWithoutErrors extends Mutant {
        @Override
        public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
            return querySpans(query)
                    .map(span ->
                            SpanOutline.of(span.toBuilder().errorMessage(null).build()));
        }
    }
}
