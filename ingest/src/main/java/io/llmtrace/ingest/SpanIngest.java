package io.llmtrace.ingest;

import io.llmtrace.ingest.internal.BatchLimits;
import io.llmtrace.ingest.internal.CallReports;
import io.llmtrace.ingest.internal.Committer;
import io.llmtrace.ingest.internal.DeadLetterFile;
import io.llmtrace.ingest.internal.Drainer;
import io.llmtrace.ingest.internal.IngestCounters;
import io.llmtrace.ingest.internal.IngestDeletes;
import io.llmtrace.ingest.internal.SpanJoiner;
import io.llmtrace.ingest.internal.Spool;
import io.llmtrace.ingest.internal.StoreWriter;
import io.llmtrace.ingest.internal.Submission;
import io.llmtrace.ingest.internal.SubmissionQueue;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.SelectedTraces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipeline that carries spans from the receivers to the repository. It stores the submissions of concurrent calls together,
 * and joins spans with events that arrived separately. A call returns once its spans are durable: in the repository, or in the
 * spool if the repository is unavailable. Without a spool, a call throws the exception of the repository.
 * {@link io.llmtrace.storage.OverloadedException} means that too much is waiting already. After an exception, some of the spans
 * may be stored.
 *
 * <p>Thread-safe. The repository belongs to the caller: it stays open when this is closed.
 */
public final class SpanIngest implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpanIngest.class);

    private final IngestConfig config;
    private final TraceRepository repository;
    private final IngestCounters counters = new IngestCounters();
    private final StoreWriter store;
    private final Committer committer;
    private final IngestDeletes deletes;
    private final @Nullable Spool spool;
    private final @Nullable DeadLetterFile deadLetters;
    private final @Nullable Drainer drainer;

    /** Starts an ingest with the default settings, which have no spool. */
    public SpanIngest(TraceRepository repository, EventContent content) {
        this(repository, content, IngestConfig.defaults(), (spans, took) -> {});
    }

    /**
     * Starts an ingest, and begins to store what an earlier process left in the spool.
     *
     * @param observer called after each stored batch
     * @throws UnavailableException if the spool's folder cannot be used
     */
    public SpanIngest(TraceRepository repository, EventContent content, IngestConfig config, IngestObserver observer) {
        this.repository = Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(content, "content");
        this.config = Objects.requireNonNull(config, "config");
        Path folder = config.folder();
        this.spool = folder == null
                ? null
                : new Spool(folder.resolve("spool"), config.maxSpoolBytes(), keepFreeBytes(folder, config));
        this.deadLetters = folder == null ? null : new DeadLetterFile(folder);
        this.store = new StoreWriter(
                new SpanJoiner(
                        repository,
                        content::isSeparate,
                        content::complete,
                        new CallReports(
                                content::callOf, content::isFromEvent, content::withoutCall, content::withReport)),
                config.patience(),
                (took, spans) -> observer.stored(spans, took));
        this.deletes = new IngestDeletes(repository, spool, deadLetters, store);
        BatchLimits limits = new BatchLimits(
                config.maxBatchSpans(), config.maxBatchBytes(), config.linger(), config.maxBytesInFlight());
        this.committer = new Committer(new SubmissionQueue(limits, counters), store, counters, spool, deadLetters);
        this.drainer = spool == null
                ? null
                : new Drainer(limits, config.patience(), spool, store, committer, counters, this::deleteExpired);
        if (spool != null) {
            counters.addAccepted(spool.content().spans());
        }
        committer.start();
        if (drainer != null) {
            drainer.start();
        }
    }

    /** Returns how much the spool leaves free: of a small disk a quarter, or it would have no room at all. */
    private static long keepFreeBytes(Path folder, IngestConfig config) {
        Path existing = folder.toAbsolutePath();
        while (existing != null && Files.notExists(existing)) {
            existing = existing.getParent();
        }
        return existing == null
                ? config.keepFreeBytes()
                : Math.min(config.keepFreeBytes(), existing.toFile().getTotalSpace() / 4);
    }

    /** Stores spans. Returns once they are durable. */
    public void store(Collection<TraceSpan> spans) {
        submit(new Submission.Spans(List.copyOf(spans)));
    }

    /** Stores traces, which may have a creation time of their own, and may have no spans. */
    public void storeTraces(Collection<TraceEvent> traces) {
        submit(new Submission.Traces(List.copyOf(traces)));
    }

    /**
     * Adds events to their spans, which may arrive earlier or later.
     *
     * @param partialSpans spans that hold only their events, and the resource and the scope of the events
     */
    public void storeEvents(Collection<TraceSpan> partialSpans) {
        submit(new Submission.Events(List.copyOf(partialSpans)));
    }

    private void submit(Submission submission) {
        Submission processed = config.processors().isEmpty() ? submission : submission.mapped(this::process);
        if (processed.count() == 0) {
            return;
        }
        CompletableFuture<Void> done = committer.submit(processed);
        try {
            done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private List<TraceSpan> process(List<TraceSpan> spans) {
        List<TraceSpan> processed = new ArrayList<>(spans.size());
        for (TraceSpan span : spans) {
            TraceSpan result = process(span);
            if (result != null) {
                processed.add(result);
            }
        }
        return processed;
    }

    private @Nullable TraceSpan process(TraceSpan span) {
        TraceSpan current = span;
        for (SpanProcessor processor : config.processors()) {
            try {
                TraceSpan processed = processor.process(current);
                if (processed == null) {
                    return null;
                }
                current = processed;
            } catch (RuntimeException e) {
                if (!config.failOpen()) {
                    throw new InvalidRequestException(
                            "span " + span.spanId() + " cannot be redacted, and is therefore not stored: " + e, e);
                }
                LOG.warn("span {} cannot be redacted, and is stored unredacted: {}", span.spanId(), e.toString());
            }
        }
        return current;
    }

    /**
     * Deletes a trace, as after everything that was acknowledged before is stored: its spans that wait in the spool are deleted,
     * too, and those of dead letters.
     *
     * @return whether there was such a trace, in the repository or in the spool
     * @throws UnavailableException if the repository is away
     */
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        boolean deleted = deletes.trace(tenantId, traceId);
        tryAgainToDrain();
        return deleted;
    }

    /**
     * Deletes the traces that were created before a time, as after everything that was acknowledged before is stored. Dead letters
     * lose the spans of these traces, too.
     *
     * @return how many traces this call deleted, in the repository or in the spool
     * @throws UnavailableException if the repository is away
     */
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        long deleted = deletes.before(tenantId, time);
        tryAgainToDrain();
        return deleted;
    }

    /**
     * Deletes the traces that a query selects in the repository, each as {@link #deleteTrace} does. What a query would select only
     * once it is stored stays.
     *
     * @return how many traces this call deleted
     * @throws IllegalArgumentException if the query has no filter
     * @throws UnavailableException if the repository is away
     */
    public long deleteTraces(TraceQuery query) {
        long deleted = SelectedTraces.delete(repository, query, traceId -> deletes.trace(query.tenantId(), traceId));
        tryAgainToDrain();
        return deleted;
    }

    /** What has waited may be older than the retention: it is deleted now, and not by the next run of the repository. */
    private void deleteExpired() {
        try {
            TraceRetention.of(repository).deleteExpired(Instant.now());
        } catch (NotSupportedException e) {
            LOG.debug("the repository has no retention", e);
        } catch (RuntimeException e) { // draining must go on, whatever the repository does
            LOG.warn("traces that are too old could not be deleted for now: {}", e.toString());
        }
    }

    /** There may be room in the store now. */
    private void tryAgainToDrain() {
        store.forgetFailure();
        if (drainer != null) {
            drainer.wake();
        }
    }

    private void requireDrained() {
        if (spool != null && !spool.isEmpty()) {
            throw new UnavailableException(spool.content().spans()
                    + " newer spans wait in the spool, and must be stored before dead letters: try again when they are"
                    + (store.failure().isEmpty() ? "" : ". The store: " + store.failure()));
        }
    }

    /** Returns whether spans can wait on disk for the repository. */
    public boolean hasSpool() {
        return spool != null;
    }

    /** Returns the counts of all spans since the start, by outcome. */
    public IngestState state() {
        return new IngestStateValues(
                counters.accepted(),
                counters.stored(),
                counters.deadLettered(),
                counters.rejected(),
                committer.bytesInFlight(),
                spool == null ? SpoolStateValues.EMPTY : stateOf(spool.content()),
                store.failure());
    }

    private static SpoolState stateOf(Spool.Content content) {
        return new SpoolStateValues(
                content.submissions(),
                content.spans(),
                content.bytes(),
                content.oldest(),
                content.full(),
                content.damage(),
                content.damagedSpans());
    }

    /**
     * Tries to store the dead letters again, one by one. Those that the repository still refuses stay.
     *
     * @return the number of spans stored
     */
    public long replayDeadLetters() {
        if (deadLetters == null) {
            return 0;
        }
        requireDrained();
        List<DeadLetterFile.Letter> stored = new ArrayList<>();
        long spans = 0;
        for (DeadLetterFile.Letter letter : deadLetters.list()) {
            Submission submission = letter.submission();
            RuntimeException failure = store.write(List.of(submission));
            if (failure == null) {
                stored.add(letter);
                spans += submission.count();
            } else if (!Committer.isFinal(failure)) {
                deadLetters.remove(stored);
                throw failure;
            }
        }
        deadLetters.remove(stored);
        return spans;
    }

    /** Refuses further calls, and returns once all submissions are settled. The spool keeps its content for the next start. */
    @Override
    public void close() {
        try {
            committer.close();
            if (drainer != null) {
                drainer.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
        if (spool != null) {
            spool.close();
        }
    }
}
