package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.ServerProcess;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * llmtrace behind its server, which is a process of its own. Spans are sent over OTLP/HTTP as uncompressed protobuf, encoded before
 * the clock starts. A write ends when the server acknowledges it, which means that the spans are durable.
 */
final class ServedContender implements Contender {

    private final Contender stored;
    private final Function<Path, String> url;

    private ServedContender(Contender stored, Function<Path, String> url) {
        this.stored = stored;
        this.url = url;
    }

    static ServedContender onSqlite() {
        return new ServedContender(
                new RepositoryContender("sqlite:"), folder -> "sqlite:" + folder.resolve("traces.db"));
    }

    static ServedContender onClickHouse() {
        return new ServedContender(
                new ClickHouseRepositoryContender(),
                folder -> ClickHouseDatabase.of(folder).url());
    }

    @Override
    public Store open(Path folder) {
        return new ServedStore(ServerProcess.start(folder.resolve("server"), url.apply(folder)));
    }

    @Override
    public long size(Path folder) {
        return stored.size(folder);
    }

    @Override
    public void delete(Path folder) {
        stored.delete(folder);
    }

    private static final class ServedStore implements WriteOnlyStore {
        private static final Duration TIMEOUT = Duration.ofMinutes(2);
        private static final Duration POLL = Duration.ofMillis(20);

        private final ServerProcess server;
        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final Map<List<TraceSpan>, byte[]> bodies = new IdentityHashMap<>();
        private long prepared;
        private ServerProcess.Usage before;

        ServedStore(ServerProcess server) {
            this.server = server;
            this.before = server.usage();
        }

        @Override
        public void prepare(List<List<TraceSpan>> batches) {
            bodies.clear();
            batches.forEach(batch -> bodies.put(batch, SpanEncoder.encode(batch).toByteArray()));
            prepared = batches.stream().mapToLong(List::size).sum();
            before = server.usage();
        }

        @Override
        public void write(List<TraceSpan> batch) {
            byte[] body = bodies.get(batch);
            if (body == null) {
                throw new IllegalStateException("a batch that was not prepared");
            }
            HttpResponse<String> answer =
                    send(HttpRequest.newBuilder(server.uri().resolve("/v1/traces"))
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/x-protobuf")
                            .POST(BodyPublishers.ofByteArray(body)));
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("server answers " + answer.statusCode() + ": " + answer.body());
            }
        }

        /** Waits until everything acknowledged has left the spool for the store. */
        @Override
        public void settle() {
            String health;
            do {
                LockSupport.parkNanos(POLL.toNanos());
                health = send(HttpRequest.newBuilder(server.uri().resolve("/health")))
                        .body();
            } while (!health.contains("\"spool\":{\"spans\":0,"));
        }

        @Override
        public Map<Metric, Double> usage() {
            ServerProcess.Usage now = server.usage();
            return Map.of(
                    Metric.SERVER_CPU_MICROSECONDS,
                    (now.cpuSeconds() - before.cpuSeconds()) * 1e6 / Math.max(1, prepared),
                    Metric.SERVER_MEMORY_BYTES,
                    (double) now.peakBytes());
        }

        private HttpResponse<String> send(HttpRequest.Builder request) {
            try {
                return client.send(request.build(), BodyHandlers.ofString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the server was asked", e);
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
