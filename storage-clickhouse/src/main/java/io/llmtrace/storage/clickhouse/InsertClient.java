package io.llmtrace.storage.clickhouse;

import com.clickhouse.client.api.Client;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;

/**
 * Connections to one server for inserts alone, so that one that hangs can be ended: a timeout of the network counts while an
 * answer is awaited, but not while rows are sent, and a server that reads no more would hold the call for ever. Closing the
 * client is the only thing that ends it.
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

    /** @throws SocketTimeoutException if the call was ended since it, or another one beside it, took longer */
    void call(Duration timeout, Call call) throws Exception {
        Client mine = current();
        ScheduledFuture<?> end = Clock.after(timeout, () -> replace(mine));
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
