package io.llmtrace.cli.demo;

import io.llmtrace.cli.remote.OtlpSender;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.terminal.Formats;
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

/** Sends the traces over OTLP, reads everything back over REST, and compares it. */
public final class DemoRun {

    /** The number of spans in a request: the default of the OpenTelemetry SDKs. */
    private static final int BATCH_SPANS = 512;

    private static final UUID TENANT = TenantResolver.DEFAULT_TENANT;

    private final URI server;
    private final DemoData data;
    private final DemoProgress progress;
    private final Mismatches mismatches = new Mismatches();

    public DemoRun(URI server, DemoData data, DemoProgress progress) {
        this.server = server;
        this.data = data;
        this.progress = progress;
    }

    /** Sends and verifies all traces, and reports what differs. */
    public DemoReport sendAndVerify() throws InterruptedException {
        Sent sent = send();
        try (RemoteTraceRepository remote = RemoteTraceRepository.connect(server)) {
            long begin = System.nanoTime();
            verifySpans(remote);
            List<TraceSummary> listed = list(remote);
            verifyCounts(remote.stats(TENANT), listed, sent);
            progress.done(
                    "verified",
                    mismatches.isEmpty()
                            ? "every span came back over REST equal to what was sent, and nothing else is stored, in "
                                    + since(begin)
                            : "NOT everything came back as it was sent, see below");
            return new DemoReport(listed, remote.stats(TENANT), mismatches.list());
        }
    }

    private record Sent(Set<UUID> traceIds, long spans) {}

    private Sent send() throws InterruptedException {
        long begin = System.nanoTime();
        progress.begin("sending", Formats.count(data.count(), "trace") + " over OTLP");
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
                    progress.update(
                            "sending",
                            Formats.count((long) traceIds.size()) + " of " + Formats.count(data.count(), "trace") + ", "
                                    + Formats.count(acknowledged.get(), "span") + " acknowledged");
                }
            }
            workers.awaitAll();
        }
        progress.done(
                "sent",
                Formats.count(traceIds.size(), "trace") + ", " + Formats.count(spans, "span")
                        + " over OTLP/HTTP, all acknowledged, in " + since(begin));
        return new Sent(traceIds, spans);
    }

    /** Generates the traces again, and reads each of them from the server. */
    private void verifySpans(RemoteTraceRepository remote) throws InterruptedException {
        progress.begin("verifying", "every span over REST");
        AtomicLong verified = new AtomicLong();
        try (Workers workers = new Workers()) {
            for (Iterator<TraceEvent> traces = data.traces().iterator(); traces.hasNext(); ) {
                TraceEvent expected = traces.next();
                workers.submit(() -> {
                    Optional<TraceEvent> stored = remote.getTrace(TENANT, expected.traceId());
                    mismatches.compare(expected, stored);
                    verified.incrementAndGet();
                });
                progress.update(
                        "verifying", Formats.count(verified.get()) + " of " + Formats.count(data.count(), "trace"));
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
        mismatches.compareCounts("traces stored", sent.traceIds.size(), stats.totalTraces());
        mismatches.compareCounts("spans stored", sent.spans, stats.totalSpans());
        mismatches.compareCounts("traces listed", sent.traceIds.size(), listed.size());
        for (TraceSummary summary : listed) {
            if (!sent.traceIds.contains(summary.traceId())) {
                mismatches.add("trace " + summary.traceId() + " is listed, but was never sent");
            }
        }
    }

    private static String since(long beginNanos) {
        return Formats.duration(Duration.ofNanos(System.nanoTime() - beginNanos).toMillis());
    }
}
