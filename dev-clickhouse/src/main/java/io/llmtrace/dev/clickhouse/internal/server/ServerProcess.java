package io.llmtrace.dev.clickhouse.internal.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.jna.Native;
import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import io.llmtrace.dev.clickhouse.internal.engine.Commands;
import io.llmtrace.dev.clickhouse.internal.engine.Engine;
import io.llmtrace.dev.clickhouse.internal.launcher.Launcher;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The process of a server: a small JVM that runs the engine as a library, or was replaced by its binary. */
final class ServerProcess {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(1);

    /**
     * Starts all servers. The kernel kills a server when the thread that started it ends, not only when that thread's process
     * does; so this thread never ends.
     */
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "clickhouse-starter");
        thread.setDaemon(true);
        return thread;
    });

    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    static ServerProcess start(Engine engine, ServerFiles files, String logLevel) {
        ProcessBuilder builder = new ProcessBuilder(command(engine, files, logLevel))
                .directory(files.folder().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(files.console().toFile()));
        // Options for this JVM (agents, heap) are not meant for that of the server.
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(builder.environment()::remove);
        // With the watchdog the binary forks, and signals reach the wrong one of two processes.
        builder.environment().put("CLICKHOUSE_WATCHDOG_ENABLE", "0");
        // The library ignores the time zone of its configuration and uses this one.
        builder.environment().put("TZ", "UTC");
        try {
            return new ServerProcess(STARTER.submit(builder::start).get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickHouseStartException("interrupted while starting a server", e);
        } catch (ExecutionException e) {
            throw new ClickHouseStartException("cannot run " + builder.command().get(0), e.getCause());
        }
    }

    private static List<String> command(Engine engine, ServerFiles files, String logLevel) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-XX:ErrorFile=" + files.folder().resolve("jvm-error.log"),
                "-Djna.tmpdir=" + files.temporary()));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-cp",
                origin(Launcher.class) + File.pathSeparator + origin(Native.class),
                Launcher.class.getName(),
                String.valueOf(ProcessHandle.current().pid())));
        command.addAll(engine.launcherArguments(files.config(), files.data(), logLevel));
        return command;
    }

    /** Returns the jar or folder that a class was loaded from. */
    private static Path origin(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Waits in a thread of its own, since {@code onExit} of a handle looked up by its id was seen to miss an exit (JDK 25). */
    CompletableFuture<Void> onExit() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        process.waitFor();
                        ended.complete(null);
                    } catch (InterruptedException e) {
                        ended.completeExceptionally(e); // never happens: nobody has a reference to this thread
                    }
                },
                "clickhouse-exit");
        thread.setDaemon(true);
        thread.start();
        return ended;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Waits for the end of the process, and returns whether it has ended within the timeout. */
    boolean endsWithin(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickHouseStartException("interrupted while waiting for a server", e);
        }
    }

    /** Ends the process gracefully, or kills it if that takes too long. */
    void stop() {
        if (!isAlive()) {
            return;
        }
        process.destroy();
        resume();
        try {
            if (process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** Kills the process, and returns when it has ended, even in an interrupted thread: a kill takes no time. */
    void kill() {
        process.destroyForcibly();
        boolean interrupted = Thread.interrupted();
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the process, and returns when all its threads have stopped: until then, some of them may still answer. */
    void pause() {
        signal("STOP");
        long end = System.nanoTime() + STOP_TIMEOUT.toNanos();
        while (isAlive() && !isStopped()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("process " + pid() + " runs on after SIGSTOP");
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }

    /** Returns whether all threads are stopped; true if that cannot be told, as on systems other than Linux. */
    private boolean isStopped() {
        File[] threads = new File("/proc/" + pid() + "/task").listFiles();
        return threads == null
                || Arrays.stream(threads).allMatch(thread -> {
                    try {
                        // The state follows the name, which is in parentheses and may contain any character.
                        String stat = Files.readString(thread.toPath().resolve("stat"), ISO_8859_1);
                        return stat.startsWith(") T ", stat.lastIndexOf(')'));
                    } catch (IOException e) {
                        return !thread.exists(); // the thread has ended
                    }
                });
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        if (!isAlive()) {
            return;
        }
        try {
            Commands.run(Path.of("/"), List.of("sh", "-c", "kill -" + name + " " + pid()));
        } catch (IOException e) {
            if (isAlive()) {
                throw new IllegalStateException("cannot send SIG" + name + " to " + pid(), e);
            }
        }
    }
}
