package io.llmtrace.cli.transfer;

import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceRepository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes traces in batches. */
@FunctionalInterface
public interface TraceSink {

    /**
     * Stores all that can be stored. Returns when they are durable.
     *
     * @return by index in the batch, why one was rejected; empty when all are stored
     * @throws io.llmtrace.storage.StorageException if the store fails; parts of the batch may be stored, and may be sent again
     */
    Map<Integer, String> store(List<TraceEvent> batch);

    /** @param ingest into the repository, if that is not a server's */
    static TraceSink of(TraceRepository repository, SpanIngest ingest) {
        TraceSink sink = repository instanceof RemoteTraceRepository remote
                ? remote::storeTraces
                : batch -> {
                    ingest.storeTraces(batch);
                    return Map.of();
                };
        return sink.orOneByOne();
    }

    /** One that finds those at fault when a whole batch is refused. To store the others again changes nothing. */
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
