package io.llmtrace.storage.clickhouse.internal.engine;

import com.clickhouse.client.api.Client;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;

/**
 * Ends the read of an interrupted thread, since nobody waits for its answer any more. A thread that waits for a server does not
 * notice the interrupt. So a timer closes its connection, and the server then cancels the read, as it does when the whole process
 * dies.
 */
final class ReadWatch implements AutoCloseable {

    /** Settings that a watched statement must be sent with. {@code readonly = 2} allows a change of settings but not of data. */
    static final Map<String, String> SETTINGS =
            Map.of("readonly", "2", "cancel_http_readonly_queries_on_client_close", "1");

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

    private final ScheduledFuture<?> checks;

    private ReadWatch(ScheduledFuture<?> checks) {
        this.checks = checks;
    }

    /** Watches the current thread until it closes the watch. */
    static ReadWatch begin(Client client, String queryId) {
        Thread reader = Thread.currentThread();
        return new ReadWatch(Timers.every(CHECK_INTERVAL, () -> {
            if (reader.isInterrupted()) {
                client.cancelTransportRequest(queryId);
            }
        }));
    }

    @Override
    public void close() {
        checks.cancel(false);
    }
}
