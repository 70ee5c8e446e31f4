package io.llmtrace.explorer;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the nginx that is installed on this machine, with all its files in one folder. */
final class Nginx implements AutoCloseable {

    private static final String VARIABLE = "LLMTRACE_NGINX";
    private static final Duration START = Duration.ofSeconds(20);

    static final String MISSING = "the tests behind a proxy need nginx, and neither the PATH nor /usr/sbin has it."
            + " Install it (Debian: apt install nginx-light), or set " + VARIABLE + "=/path/to/nginx";

    private final Process process;

    private Nginx(Process process) {
        this.process = process;
    }

    /**
     * Starts nginx, and returns when it accepts connections.
     *
     * @param servers the {@code server} blocks of its configuration
     * @param port one of those on which it listens
     */
    static Nginx start(Path folder, String servers, int port) {
        try {
            Path configuration = Files.writeString(folder.resolve("nginx.conf"), """
                    # The key and the passwords are in a folder of this user alone.
                    user root;
                    daemon off;
                    worker_processes 1;
                    pid nginx.pid;
                    error_log stderr warn;
                    events {}
                    http {
                        access_log off;
                        client_body_temp_path body;
                        proxy_temp_path proxy;
                        fastcgi_temp_path fastcgi;
                        uwsgi_temp_path uwsgi;
                        scgi_temp_path scgi;
                        %s
                    }
                    """.formatted(servers));
            Process process = new ProcessBuilder(
                            executable()
                                    .orElseThrow(() -> new IllegalStateException(MISSING))
                                    .toString(),
                            "-p",
                            folder.toString(),
                            "-e",
                            "stderr",
                            "-c",
                            configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("nginx.log").toFile())
                    .start();
            Nginx nginx = new Nginx(process);
            nginx.awaitPort(port, folder.resolve("nginx.log"));
            return nginx;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitPort(int port, Path log) throws IOException {
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                Thread.onSpinWait(); // not there yet
            }
        }
        close();
        throw new IllegalStateException("nginx does not start: " + Files.readString(log));
    }

    /** Returns a port that is free now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the path of nginx, or empty if it is not installed. */
    static Optional<Path> executable() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            return Optional.of(Path.of(named));
        }
        List<String> path = List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
        return Stream.concat(path.stream(), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
