package io.llmtrace.dev.clickhouse;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A ClickHouse server for tests and for development: HTTP and the native protocol on loopback, with a user and a password.
 *
 * <p>What runs is, in this order: the server that {@code LLMTRACE_CLICKHOUSE_URL} names; a process of the {@code clickhouse}
 * that {@code LLMTRACE_CLICKHOUSE_BINARY} names or that is on the PATH; a process of the same engine as a shared library,
 * which is fetched once. A process of ours ends with {@link #close}, and with the JVM that started it, however that ends.
 *
 * <p>Thread-safe. Methods that end or start the process exclude each other.
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

    /** Starts a server with free ports and an empty temporary folder, or takes the one that a variable names. */
    public static ClickHouseServer start() {
        return start(ClickHouseServerOptions.defaults());
    }

    /**
     * Returns when the server answers.
     *
     * @throws ClickHouseNotFoundException if there is no ClickHouse, and none can be fetched
     * @throws ClickHouseStartException if it does not start
     */
    public static ClickHouseServer start(ClickHouseServerOptions options) {
        return start(options, Environment.ofThisMachine(options.variables()));
    }

    static ClickHouseServer start(ClickHouseServerOptions options, Environment environment) {
        Optional<String> url = environment.variable(Environment.URL);
        if (url.isPresent() && options.allowExternal()) {
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

    public String host() {
        return endpoint.host();
    }

    public int httpPort() {
        return endpoint.httpPort();
    }

    /** The port of the native protocol. */
    public int nativePort() {
        return own("has a native port that is not known").nativePort();
    }

    public String user() {
        return endpoint.user();
    }

    public String password() {
        return endpoint.password();
    }

    /** @return {@code clickhouse://user:password@host:port/database}, with the HTTP port */
    public String url(String database) {
        return external != null
                ? external.url(database)
                : "clickhouse://" + endpoint.credentials() + "@" + endpoint.authority() + "/" + database;
    }

    /**
     * Runs one statement over HTTP.
     *
     * @return the answer as text, in ClickHouse's TabSeparated format unless the statement says otherwise; empty if there is none
     * @throws ClickHouseQueryException if the server refuses it, with the server's message, or does not answer
     */
    public String execute(String sql) {
        return endpoint.execute(sql);
    }

    /** Whether this is the server that {@code LLMTRACE_CLICKHOUSE_URL} names: it cannot be stopped, killed or paused. */
    public boolean isExternal() {
        return own == null;
    }

    /** Ends the process in order, SIGTERM first; {@link #restart} starts it again. Nothing happens if it has ended. */
    public void stop() {
        own("cannot be stopped").stop();
    }

    /** Ends the process at once (SIGKILL), as a crash would; {@link #restart} starts it again. */
    public void kill() {
        own("cannot be killed").kill();
    }

    /** Starts the process again, with the same folder and ports; ends it in order first if it runs. Returns when it answers. */
    public void restart() {
        own("cannot be restarted").restart();
    }

    /** Freezes the process (SIGSTOP): it accepts connections, and answers nothing. */
    public void pause() {
        own("cannot be paused").pause();
    }

    /** Lets a paused process go on. */
    public void resume() {
        own("cannot be resumed").resume();
    }

    /** Whether the process runs, or is paused. */
    public boolean isRunning() {
        return own == null || own.isRunning();
    }

    /** Whether the process has ended although nothing here has ended it: a crash, or somebody else's signal. */
    public boolean endedByItself() {
        return own != null && own.endedByItself();
    }

    /** The folder with configuration, data and logs. */
    public Path folder() {
        return own("has no folder here").folder();
    }

    public long pid() {
        return own("has no process here").pid();
    }

    /** Completes when the process that runs now ends, however that happens. */
    public CompletableFuture<Void> onExit() {
        return own("has no process here").onExit();
    }

    /** The end of what the server has logged, for the message of a failed test. */
    public String log() {
        return own("has no log here").log();
    }

    private OwnServer own(String what) {
        if (own == null) {
            throw new IllegalStateException("a server that is not ours " + what + ": " + external + "; unset "
                    + Environment.URL + " to have one started, or ask for one by ownProcess() of the options");
        }
        return own;
    }

    /** Ends the process in order, and removes its folder if that is a temporary one. An external server stays as it is. */
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
