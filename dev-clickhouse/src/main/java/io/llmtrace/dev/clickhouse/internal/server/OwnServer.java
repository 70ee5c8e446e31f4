package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseQueryException;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import io.llmtrace.dev.clickhouse.internal.engine.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A server whose process was started here. */
public final class OwnServer implements AutoCloseable {

    /** A port that was free when it was chosen may be taken before the server listens on it. */
    private static final int START_ATTEMPTS = 3;

    private static final String PORT_TAKEN = "Address already in use";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
    private static final Duration POLL_TIMEOUT = Duration.ofSeconds(5);

    private final Engine engine;
    private final ServerFolder folder;
    private final ServerFiles files;
    private final ServerFiles.Values values;
    private ServerProcess process;
    private boolean endExpected;
    private boolean closed;

    private OwnServer(Engine engine, ServerFolder folder, ServerFiles files, ServerFiles.Values values) {
        this.engine = engine;
        this.folder = folder;
        this.files = files;
        this.values = values;
        this.process = ServerProcess.start(engine, files, values.logLevel());
    }

    public static OwnServer start(Engine engine, ClickHouseServerOptions options) {
        try {
            Path wanted = options.folder();
            ServerFolder folder = wanted == null ? ServerFolder.temporary() : ServerFolder.kept(wanted);
            try {
                return start(engine, options, folder);
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ClickHouseStartException("cannot prepare the folder of a server: " + e, e);
        }
    }

    private static OwnServer start(Engine engine, ClickHouseServerOptions options, ServerFolder folder)
            throws IOException {
        ServerFiles files = new ServerFiles(folder.path());
        int attempt = 0;
        while (true) {
            ServerFiles.Values values = values(engine, options, files);
            files.write(values, options.configXml(), options.usersXml());
            OwnServer server = new OwnServer(engine, folder, files, values);
            try {
                server.awaitReady();
                LiveServers.add(server);
                return server;
            } catch (RuntimeException e) {
                server.process.kill();
                if (++attempt == START_ATTEMPTS || !server.log().contains(PORT_TAKEN)) {
                    throw e;
                }
            }
        }
    }

    private static ServerFiles.Values values(Engine engine, ClickHouseServerOptions options, ServerFiles files)
            throws IOException {
        int[] free = Ports.free(2);
        return new ServerFiles.Values(
                port("httpPort", options.httpPort(), free[0]),
                port("nativePort", options.nativePort(), free[1]),
                password(options, files.folder()),
                UUID.randomUUID().toString(),
                options.memoryLimitBytes(),
                options.logLevel(),
                engine instanceof Engine.Library);
    }

    private static int port(String name, int wanted, int free) {
        if (wanted == 0) {
            return free;
        }
        if (!Ports.isFree(wanted)) {
            throw new ClickHouseStartException(name + " " + wanted + " is in use by another program on "
                    + ServerFiles.HOST + ": end that program, or choose another port (0 for any free one)");
        }
        return wanted;
    }

    private static String password(ClickHouseServerOptions options, Path folder) throws IOException {
        String configured = options.password();
        String password =
                configured != null ? configured : Passwords.storedIn(folder).orElseGet(Passwords::random);
        Passwords.store(folder, password);
        return password;
    }

    /** Waits until the server answers with its own macro: another program may have taken the port in the meantime. */
    private void awaitReady() {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        String last = "";
        while (System.nanoTime() - deadline < 0) {
            if (process.endsWithin(POLL_INTERVAL)) {
                throw new ClickHouseStartException("the server ended with " + process.exitCode()
                        + " before it answered; its log in " + folder.path() + " ends with:\n" + log());
            }
            try {
                last = endpoint()
                        .execute("SELECT getMacro('" + ServerFiles.INSTANCE_MACRO + "')", POLL_TIMEOUT)
                        .strip();
                if (last.equals(values.instance())) {
                    return;
                }
            } catch (ClickHouseQueryException e) {
                last = String.valueOf(e.getMessage());
            }
        }
        throw new ClickHouseStartException(
                "the server does not answer on " + endpoint().authority() + " after " + START_TIMEOUT.toSeconds()
                        + " s (" + last + "); its log ends with:\n" + log());
    }

    public Endpoint endpoint() {
        return new Endpoint(ServerFiles.HOST, values.httpPort(), ServerFiles.USER, values.password());
    }

    public int nativePort() {
        return values.nativePort();
    }

    public Path folder() {
        return folder.path();
    }

    public String log() {
        return files.logEnd();
    }

    public synchronized long pid() {
        return process.pid();
    }

    public synchronized CompletableFuture<Void> onExit() {
        return process.onExit();
    }

    public synchronized boolean isRunning() {
        return process.isAlive();
    }

    public synchronized boolean endedByItself() {
        return !endExpected && !process.isAlive();
    }

    public synchronized void stop() {
        endExpected = true;
        process.stop();
    }

    public synchronized void kill() {
        endExpected = true;
        process.kill();
    }

    public synchronized void restart() {
        if (closed) {
            throw new IllegalStateException("the server is closed");
        }
        stop();
        process = ServerProcess.start(engine, files, values.logLevel());
        endExpected = false;
        awaitReady();
    }

    public synchronized void pause() {
        process.pause();
    }

    public synchronized void resume() {
        process.resume();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        endExpected = true;
        if (folder.isTemporary()) {
            process.kill(); // nothing is kept, so there is no reason to wait
        } else {
            process.stop();
        }
        LiveServers.remove(this);
        try {
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
