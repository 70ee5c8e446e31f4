package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** llmtrace itself, through its public interface. */
record RepositoryContender(String scheme) implements Contender {

    private static final String PENDING = "text_index_pending";
    private static final Duration POLL = Duration.ofMillis(20);

    @Override
    public Store open(Path folder) {
        return new RepositoryStore(TraceRepositories.open(scheme + folder.resolve("traces.db")));
    }

    private record RepositoryStore(TraceRepository repository) implements Store {

        @Override
        public void write(List<TraceSpan> batch) {
            repository.storeSpans(batch);
        }

        @Override
        public int page(UUID tenantId, int limit) {
            TraceQuery query = TraceQuery.builder(tenantId).limit(limit).build();
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
}
