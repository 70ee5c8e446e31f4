package io.llmtrace.dev.clickhouse.internal.launcher;

import com.sun.jna.Pointer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code libchdb} as a server. The library behaves like clickhouse-local: a statement makes it open its listeners, and it then
 * stays up as long as a query reads from a pipe to which nobody writes.
 *
 * <pre>
 * hold pipe ──&gt; SELECT … FROM file('/proc/self/fd/N')     closed on SIGTERM: the query ends, and then the engine
 * "exit"    ──&gt; terminal on standard input                 read when the engine reaches its prompt
 * </pre>
 */
final class LibraryServer {

    /** The engine's main thread parses and plans queries, which needs more than the JVM's default of 1 MiB. */
    private static final long STACK_BYTES = 16L << 20;

    /** How long running queries may take when the server is stopped. */
    private static final long GRACE_MILLIS = 1_000;

    private final PseudoTerminal terminal;
    private final Thread engine;
    private final int holdEnd;
    private volatile boolean stopping;
    private volatile String error = "";

    private LibraryServer(String library, String configFile, String dataFolder, String logLevel) {
        // Without a terminal the engine aborts on any exception in a background thread, such as a wrong password on the
        // native port.
        terminal = PseudoTerminal.onStandardInput();
        int[] hold = new int[2];
        LibC.check("pipe2", LibC.INSTANCE.pipe2(hold, LibC.O_CLOEXEC));
        holdEnd = hold[1];
        String[] arguments = arguments(configFile, dataFolder, logLevel, hold[0]);
        Chdb chdb = Chdb.load(library);
        // The JVM needs its own signal handlers, above all that of SIGSEGV.
        chdb.chdb_set_signal_handlers_enabled(0);
        engine = new Thread(null, () -> error = serve(chdb, arguments), "engine", STACK_BYTES);
    }

    /** Serves until SIGTERM, then exits with 0; exits with 1 if the engine ends for another reason. */
    static void run(String library, String configFile, String dataFolder, String logLevel) {
        // The engine silently ignores a missing file, and would then run without any password.
        if (!Files.isReadable(Path.of(configFile))) {
            throw new IllegalArgumentException("cannot read the configuration: " + configFile);
        }
        removeSystemTables(Path.of(dataFolder));
        new LibraryServer(library, configFile, dataFolder, logLevel).serveUntilStopped();
    }

    /**
     * Deletes the system tables that the last run left on disk. The library keeps the database {@code system} in memory, and could
     * not create its logs over these files.
     */
    private static void removeSystemTables(Path dataFolder) {
        Path system = dataFolder.resolve("data/system");
        if (!Files.exists(system)) {
            return;
        }
        try (Stream<Path> files = Files.walk(system)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] arguments(String configFile, String dataFolder, String logLevel, int holdStart) {
        return new String[] {
            "clickhouse",
            "--config-file=" + configFile,
            "--path=" + dataFolder,
            "--log-level=" + logLevel,
            "--interactive",
            "--progress=off",
            "--disable_suggestion",
            "--query=SYSTEM START LISTEN QUERIES ALL;"
                    + " SELECT * FROM file('/proc/self/fd/" + holdStart + "', 'LineAsString', 'x String') FORMAT Null"
                    + " SETTINGS max_execution_time = 0, max_threads = 1, log_queries = 0"
        };
    }

    private static String serve(Chdb chdb, String[] arguments) {
        Pointer result = chdb.chdb_query_cmdline(arguments.length, arguments);
        @Nullable String error = result == null ? "no result" : chdb.chdb_result_error(result);
        return error == null ? "" : error;
    }

    private void serveUntilStopped() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        engine.start();
        try {
            // An engine that cannot open its listeners reaches its prompt; "exit" ends it.
            do {
                terminal.type("exit\n");
            } while (!joined(300));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (!stopping) {
            end();
        }
    }

    private boolean joined(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.timedJoin(engine, millis);
        return !engine.isAlive();
    }

    private void stop() {
        stopping = true;
        LibC.INSTANCE.close(holdEnd);
        try {
            if (!joined(GRACE_MILLIS)) {
                shutConnections();
            }
            engine.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    /** Shuts down all sockets: the engine would wait five seconds for clients with idle connections. */
    private static void shutConnections() {
        File[] descriptors = new File("/proc/self/fd").listFiles();
        for (File each : descriptors == null ? new File[0] : descriptors) {
            if (isSocket(each.toPath())) {
                LibC.INSTANCE.shutdown(Integer.parseInt(each.getName()), LibC.SHUT_RDWR);
            }
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // the descriptor was closed since it was listed
        }
    }

    /** Halts the JVM without exit handlers: those of the library could crash while the engine's threads run. */
    private void end() {
        if (stopping && error.isEmpty()) {
            System.err.println("launcher: stopped");
            Runtime.getRuntime().halt(0);
        }
        System.err.println("launcher: the engine ended by itself: " + (error.isEmpty() ? "see above" : error));
        Runtime.getRuntime().halt(Launcher.ENDED_BY_ITSELF);
    }
}
