package io.llmtrace.e2e;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.server.TenantResolver;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that send spans over OTLP, and record which ones the server has acknowledged. */
final class Senders implements AutoCloseable {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final int SPANS_PER_REQUEST = 7;

    private final ExecutorService threads;
    private final Duration timeout;
    private final int count;
    private final List<Future<?>> running = new ArrayList<>();
    private final Queue<UUID> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();
    private volatile ServerProcess server;
    private volatile boolean stopped;

    Senders(int count) {
        this(count, Duration.ofSeconds(40));
    }

    /** @param timeout the time after which a client repeats a request */
    Senders(int count, Duration timeout) {
        this.count = count;
        this.timeout = timeout;
        this.threads = Executors.newFixedThreadPool(count);
    }

    /** Sends to this server until it has ended or {@link #stop} is called. */
    void start(ServerProcess to) {
        server = to;
        stopped = false;
        running.clear();
        for (int i = 0; i < count; i++) {
            running.add(threads.submit(this::send));
        }
    }

    private void send() {
        List<TraceSpan> spans = spans();
        while (!stopped) {
            try {
                int status = server.post(
                                timeout,
                                "/v1/traces",
                                "application/x-protobuf",
                                SpanEncoder.encode(spans).toByteArray())
                        .statusCode();
                if (status == 200) {
                    spans.forEach(span -> acknowledged.add(span.spanId()));
                    spans = spans();
                } else {
                    refused.incrementAndGet(); // and retried
                }
            } catch (HttpTimeoutException e) {
                timedOut.incrementAndGet(); // and retried
            } catch (IOException e) {
                return; // the server has ended; the request may or may not have been stored
            }
        }
    }

    private static List<TraceSpan> spans() {
        UUID trace = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < SPANS_PER_REQUEST; i++) {
            long id = UUID.randomUUID().getMostSignificantBits() | 1;
            spans.add(TraceSpan.builder(
                            TenantResolver.DEFAULT_TENANT, trace, new UUID(0, id), "chat", START.plusMillis(i))
                    .endTime(START.plusSeconds(1))
                    .prompt("What is " + i + "?")
                    .build());
        }
        return spans;
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    /** Returns the number of answers other than 200. */
    int refusedCount() {
        return refused.get();
    }

    int timedOutCount() {
        return timedOut.get();
    }

    Set<UUID> acknowledged() {
        return new HashSet<>(acknowledged);
    }

    /** Stops sending, and waits for the requests in flight. */
    void stop() throws Exception {
        stopped = true;
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }
}
