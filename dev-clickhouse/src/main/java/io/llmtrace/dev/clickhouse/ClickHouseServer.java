package io.llmtrace.dev.clickhouse;

import io.llmtrace.dev.clickhouse.internal.engine.EngineFinder;
import io.llmtrace.dev.clickhouse.internal.engine.Environment;
import io.llmtrace.dev.clickhouse.internal.server.Endpoint;
import io.llmtrace.dev.clickhouse.internal.server.ExternalUrl;
import io.llmtrace.dev.clickhouse.internal.server.OwnServer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A ClickHouse server for tests and development. It serves HTTP and the native protocol on loopback, with a user and a password.
 *
 * <p>The first available of these is used: the server at {@code LLMTRACE_CLICKHOUSE_URL}; the binary at
 * {@code LLMTRACE_CLICKHOUSE_BINARY}, or {@code clickhouse} on the PATH; the same engine as a shared library, which is fetched
 * once. A process that was started here ends with {@link #close} and with the JVM that started it, however that ends.
 *
 * <p>Thread-safe: methods that start, end, pause or resume the process exclude each other.
 */
public final class ClickHouseServer implements AutoCloseable {

    private final Endpoint endpoint;
    private final @Nullable ExternalUrl external;
    private final @Nullable OwnServer own;

    private ClickHouseServer(Endpoint endpoint, @Nullable ExternalUrl external, @Nullable OwnServer own) {
        this.endpoint = endpoint;
        this.external = external;
        this.own = own;
    }

    /** Starts a server on free ports with an empty temporary folder, or uses the server at {@code LLMTRACE_CLICKHOUSE_URL}. */
    public static ClickHouseServer start() {
        return start(ClickHouseServerOptions.defaults());
    }

    /**
     * Starts a server, and returns when it answers.
     *
     * @throws ClickHouseNotFoundException if there is no ClickHouse and none can be fetched
     * @throws ClickHouseStartException if the server does not start
     */
    public static ClickHouseServer start(ClickHouseServerOptions options) {
        return start(options, Environment.ofThisMachine(options.variables()));
    }

    static ClickHouseServer start(ClickHouseServerOptions options, Environment environment) {
        Optional<String> url = environment.variable(Environment.URL);
        if (url.isPresent() && ClickHouseServerOptionsValues.allowExternal(options)) {
            return external(ExternalUrl.parse(url.get()));
        }
        return of(OwnServer.start(new EngineFinder(environment).find(options.progress()), options));
    }

    static ClickHouseServer of(OwnServer own) {
        return new ClickHouseServer(own.endpoint(), null, own);
    }

    private static ClickHouseServer external(ExternalUrl external) {
        try {
            external.endpoint().execute("SELECT 1");
        } catch (ClickHouseQueryException e) {
            throw new ClickHouseStartException(
                    "the server of " + Environment.URL + " (" + external + ") does not answer: " + e.getMessage()
                            + "; correct the variable, or unset it to have a server started",
                    e);
        }
        return new ClickHouseServer(external.endpoint(), external, null);
    }

    /** Returns the host name or address that clients connect to. */
    public String host() {
        return endpoint.host();
    }

    /** Returns the port for HTTP. */
    public int httpPort() {
        return endpoint.httpPort();
    }

    /** Returns the port for the native protocol. */
    public int nativePort() {
        return own("has a native port that is not known").nativePort();
    }

    /** Returns the user, who may do everything. */
    public String user() {
        return endpoint.user();
    }

    /** Returns the password of the user. */
    public String password() {
        return endpoint.password();
    }

    /** Returns the storage URL {@code clickhouse://user:password@host:port/database}, with the HTTP port. */
    public String url(String database) {
        return external != null
                ? external.url(database)
                : "clickhouse://" + endpoint.credentials() + "@" + endpoint.authority() + "/" + database;
    }

    /**
     * Runs one statement over HTTP.
     *
     * @return the answer as text, in the format TabSeparated unless the statement names another; empty if there is none
     * @throws ClickHouseQueryException with the server's message if it refuses the statement, or if it does not answer
     */
    public String execute(String sql) {
        return endpoint.execute(sql);
    }

    /** Returns whether this is the server at {@code LLMTRACE_CLICKHOUSE_URL}, which cannot be stopped, killed or paused. */
    public boolean isExternal() {
        return own == null;
    }

    /** Ends the process gracefully (SIGTERM), if it runs; {@link #restart} starts it again. */
    public void stop() {
        own("cannot be stopped").stop();
    }

    /** Kills the process (SIGKILL), as a crash would; {@link #restart} starts it again. */
    public void kill() {
        own("cannot be killed").kill();
    }

    /**
     * Starts the process again with the same folder and ports, and returns when it answers. If it still runs, it is ended
     * gracefully first.
     */
    public void restart() {
        own("cannot be restarted").restart();
    }

    /** Freezes the process (SIGSTOP): it accepts connections but answers nothing. */
    public void pause() {
        own("cannot be paused").pause();
    }

    /** Lets a paused process continue. */
    public void resume() {
        own("cannot be resumed").resume();
    }

    /** Returns whether the process exists, running or paused. */
    public boolean isRunning() {
        return own == null || own.isRunning();
    }

    /** Returns whether the process has ended without a call here: by a crash, or by a signal from elsewhere. */
    public boolean endedByItself() {
        return own != null && own.endedByItself();
    }

    /** Returns the folder with configuration, data and logs. */
    public Path folder() {
        return own("has no folder here").folder();
    }

    /** Returns the id of the process. */
    public long pid() {
        return own("has no process here").pid();
    }

    /** Returns a future that completes when the present process ends, for whatever reason. */
    public CompletableFuture<Void> onExit() {
        return own("has no process here").onExit();
    }

    /** Returns the last lines of the server's log, for the message of a failed test. */
    public String log() {
        return own("has no log here").log();
    }

    private OwnServer own(String what) {
        if (own == null) {
            throw new IllegalStateException("an external server " + what + ": " + external + "; unset "
                    + Environment.URL + " to have one started, or request one with ownProcess() of the options");
        }
        return own;
    }

    /** Ends the process, and deletes its folder if that is a temporary one. An external server is left alone. */
    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
