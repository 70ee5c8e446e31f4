package io.llmtrace.storage.clickhouse.internal.engine;

import com.clickhouse.client.api.Client;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;

/**
 * The connections to one server that are used for inserts only. A socket timeout applies while an answer is awaited but not while
 * rows are sent, so a server that stops reading would block an insert forever. Only closing the whole client ends it; therefore
 * reads have a client of their own.
 */
final class InsertClient implements AutoCloseable {

    private final Supplier<Client> maker;
    private Client client;
    private boolean closed;

    InsertClient(Supplier<Client> maker) {
        this.maker = maker;
        this.client = maker.get();
    }

    interface Call {
        void on(Client client) throws Exception;
    }

    /** @throws SocketTimeoutException if this call, or another one on the same client, took longer than its timeout */
    void call(Duration timeout, Call call) throws Exception {
        Client mine = current();
        ScheduledFuture<?> end = Timers.after(timeout, () -> replace(mine));
        try {
            call.on(mine);
        } catch (Exception e) {
            if (current() == mine) {
                throw e;
            }
            SocketTimeoutException timedOut =
                    new SocketTimeoutException("not done after " + timeout.toMillis() + " ms");
            timedOut.initCause(e);
            throw timedOut;
        } finally {
            end.cancel(false);
        }
    }

    private synchronized Client current() {
        return client;
    }

    private void replace(Client hanging) {
        synchronized (this) {
            if (client == hanging && !closed) {
                client = maker.get();
            }
        }
        hanging.close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        client.close();
    }
}
