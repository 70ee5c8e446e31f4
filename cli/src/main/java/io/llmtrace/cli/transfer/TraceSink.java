package io.llmtrace.cli.transfer;

import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceRepository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A destination for batches of traces. */
@FunctionalInterface
public interface TraceSink {

    /**
     * Stores the traces, except those that are rejected. Returns once they are durable.
     *
     * @return the reasons why traces were rejected, by index in the batch; empty if all are stored
     * @throws io.llmtrace.storage.StorageException if the store fails; some traces may be stored, and the batch may be sent
     *     again
     */
    Map<Integer, String> store(List<TraceEvent> batch);

    /**
     * Returns the sink of a repository.
     *
     * @param ingest the ingest into the repository; not used if the repository is a server
     */
    static TraceSink of(TraceRepository repository, SpanIngest ingest) {
        TraceSink sink = repository instanceof RemoteTraceRepository remote
                ? remote::storeTraces
                : batch -> {
                    ingest.storeTraces(batch);
                    return Map.of();
                };
        return sink.orOneByOne();
    }

    /**
     * Returns a sink that stores the traces of a refused batch one by one, to find those at fault. Storing the others a second
     * time is harmless.
     */
    private TraceSink orOneByOne() {
        return batch -> {
            try {
                return store(batch);
            } catch (InvalidRequestException e) {
                return batch.size() == 1 ? Map.of(0, String.valueOf(e.getMessage())) : storeOneByOne(batch);
            }
        };
    }

    private Map<Integer, String> storeOneByOne(List<TraceEvent> batch) {
        Map<Integer, String> rejected = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            int index = i;
            orOneByOne().store(List.of(batch.get(i))).values().forEach(reason -> rejected.put(index, reason));
        }
        return rejected;
    }
}
