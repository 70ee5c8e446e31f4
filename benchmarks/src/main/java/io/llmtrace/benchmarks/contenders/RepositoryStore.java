package io.llmtrace.benchmarks.contenders;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** A store of llmtrace, used through its public interface only. */
record RepositoryStore(TraceRepository repository) implements Store {

    private static final String PENDING = "text_index_pending";
    private static final Duration POLL = Duration.ofMillis(20);

    @Override
    public void write(List<TraceSpan> batch) {
        repository.storeSpans(batch);
    }

    @Override
    public int page(TraceQuery query) {
        return repository.queryTraceSummaries(query).items().size();
    }

    @Override
    public int trace(UUID tenantId, UUID traceId) {
        return repository
                .getTrace(tenantId, traceId)
                .map(TraceEvent::spans)
                .map(List::size)
                .orElse(0);
    }

    @Override
    public int span(UUID tenantId, UUID spanId) {
        return repository.getSpan(tenantId, spanId).isPresent() ? 1 : 0;
    }

    @Override
    public long stats(UUID tenantId) {
        return repository.stats(tenantId).totalSpans();
    }

    @Override
    public void settle() {
        while (!repository.check().details().getOrDefault(PENDING, "0").equals("0")) {
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    @Override
    public void close() {
        repository.close();
    }
}
