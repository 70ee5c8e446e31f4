package io.llmtrace.cli.demo;

import io.llmtrace.cli.remote.OtlpSender;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Sends the traces over OTLP, reads everything back over REST, and compares. */
public final class DemoRun {

    /** As the OpenTelemetry SDKs do by default. */
    private static final int BATCH_SPANS = 512;

    private static final UUID TENANT = TenantResolver.DEFAULT_TENANT;

    private final URI server;
    private final DemoData data;
    private final Steps steps;
    private final Differences differences = new Differences();

    public DemoRun(URI server, DemoData data, Steps steps) {
        this.server = server;
        this.data = data;
        this.steps = steps;
    }

    public DemoReport sendAndVerify() throws InterruptedException {
        Sent sent = send();
        try (RemoteTraceRepository remote = RemoteTraceRepository.connect(server)) {
            long begin = System.nanoTime();
            verifySpans(remote);
            List<TraceSummary> listed = list(remote);
            verifyCounts(remote.stats(TENANT), listed, sent);
            steps.done(
                    "verified",
                    differences.isEmpty()
                            ? "every span came back over REST equal to what was sent, and nothing else is there, in "
                                    + since(begin)
                            : "NOT all is as it was sent, see below");
            return new DemoReport(listed, remote.stats(TENANT), differences.list());
        }
    }

    private record Sent(Set<UUID> traceIds, long spans) {}

    private Sent send() throws InterruptedException {
        long begin = System.nanoTime();
        steps.begin("sending", Figures.count(data.count(), "trace") + " over OTLP");
        OtlpSender sender = new OtlpSender(server);
        Set<UUID> traceIds = new HashSet<>();
        long spans = 0;
        AtomicLong acknowledged = new AtomicLong();
        try (Workers workers = new Workers()) {
            List<TraceSpan> batch = new ArrayList<>();
            for (Iterator<TraceEvent> traces = data.traces().iterator(); traces.hasNext(); ) {
                TraceEvent trace = traces.next();
                traceIds.add(trace.traceId());
                spans += trace.spans().size();
                batch.addAll(trace.spans());
                if (batch.size() >= BATCH_SPANS || !traces.hasNext()) {
                    List<TraceSpan> full = List.copyOf(batch);
                    batch.clear();
                    workers.submit(() -> {
                        sender.send(full);
                        acknowledged.addAndGet(full.size());
                    });
                    steps.update(
                            "sending",
                            Figures.count((long) traceIds.size()) + " of " + Figures.count(data.count(), "trace") + ", "
                                    + Figures.count(acknowledged.get(), "span") + " acknowledged");
                }
            }
            workers.awaitAll();
        }
        steps.done(
                "sent",
                Figures.count(traceIds.size(), "trace") + ", " + Figures.count(spans, "span")
                        + " over OTLP/HTTP, all acknowledged, in " + since(begin));
        return new Sent(traceIds, spans);
    }

    /** Generates the traces once more, and asks for each. */
    private void verifySpans(RemoteTraceRepository remote) throws InterruptedException {
        steps.begin("verifying", "every span over REST");
        AtomicLong verified = new AtomicLong();
        try (Workers workers = new Workers()) {
            for (Iterator<TraceEvent> traces = data.traces().iterator(); traces.hasNext(); ) {
                TraceEvent expected = traces.next();
                workers.submit(() -> {
                    Optional<TraceEvent> stored = remote.getTrace(TENANT, expected.traceId());
                    differences.compare(expected, stored);
                    verified.incrementAndGet();
                });
                steps.update(
                        "verifying", Figures.count(verified.get()) + " of " + Figures.count(data.count(), "trace"));
            }
            workers.awaitAll();
        }
    }

    private static List<TraceSummary> list(RemoteTraceRepository remote) {
        List<TraceSummary> all = new ArrayList<>();
        Optional<TraceQuery> next =
                Optional.of(TraceQuery.builder(TENANT).limit(500).build());
        while (next.isPresent()) {
            Page<TraceSummary> page = remote.queryTraceSummaries(next.get());
            all.addAll(page.items());
            next = next.get().next(page);
        }
        return all;
    }

    private void verifyCounts(StorageStats stats, List<TraceSummary> listed, Sent sent) {
        differences.compareCounts("traces stored", sent.traceIds.size(), stats.totalTraces());
        differences.compareCounts("spans stored", sent.spans, stats.totalSpans());
        differences.compareCounts("traces listed", sent.traceIds.size(), listed.size());
        for (TraceSummary summary : listed) {
            if (!sent.traceIds.contains(summary.traceId())) {
                differences.add("trace " + summary.traceId() + " is listed, but was never sent");
            }
        }
    }

    private static String since(long beginNanos) {
        return Figures.duration(Duration.ofNanos(System.nanoTime() - beginNanos).toMillis());
    }
}
