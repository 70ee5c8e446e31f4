package io.llmtrace.storage.clickhouse;

import com.clickhouse.client.api.Client;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;

/**
 * Ends a read whose thread was interrupted, since nobody waits for its answer any more. A thread that waits for a server does not
 * notice the interrupt; so its connection is closed for it, and the server ends a query that only reads when its connection is
 * closed. The same happens when the whole process goes.
 */
final class ReadWatch implements AutoCloseable {

    /** What a statement has to be sent with. 2: it may change settings, as it does with these, but no data. */
    static final Map<String, String> SETTINGS =
            Map.of("readonly", "2", "cancel_http_readonly_queries_on_client_close", "1");

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final ScheduledFuture<?> looks;

    private ReadWatch(ScheduledFuture<?> looks) {
        this.looks = looks;
    }

    /** Of the current thread, until it closes this. */
    static ReadWatch begin(Client client, String queryId) {
        Thread reader = Thread.currentThread();
        return new ReadWatch(Clock.every(BETWEEN_LOOKS, () -> {
            if (reader.isInterrupted()) {
                client.cancelTransportRequest(queryId);
            }
        }));
    }

    @Override
    public void close() {
        looks.cancel(false);
    }
}
