package io.llmtrace.ingest;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from the receivers into the repository. What calls of many threads hand in is stored together, and joined with events
 * that came apart. A call returns when its spans are durable: in the repository, or in the spool if the repository does not take
 * them now. It throws what the repository throws if there is no spool, and
 * {@link io.llmtrace.storage.OverloadedException} when there is no more room; nothing of the call is promised then.
 *
 * <p>Thread-safe. Whoever makes it owns the repository: that stays open when this is closed.
 */
public final class SpanIngest implements AutoCloseable {

    /** On a span of which only events have arrived so far. */
    public static final String PLACEHOLDER = "llmtrace.placeholder";

    private static final Logger LOG = LoggerFactory.getLogger(SpanIngest.class);

    private final IngestConfig config;
    private final IngestCounters counters = new IngestCounters();
    private final StoreAccess store;
    private final Committer committer;
    private final @Nullable Spool spool;
    private final @Nullable DeadLetters deadLetters;
    private final @Nullable Drainer drainer;

    public SpanIngest(TraceRepository repository, EventContent content) {
        this(repository, content, IngestConfig.defaults(), (spans, took) -> {});
    }

    /** @throws UnavailableException if the spool's folder cannot be used */
    public SpanIngest(TraceRepository repository, EventContent content, IngestConfig config, IngestObserver observer) {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(content, "content");
        this.config = Objects.requireNonNull(config, "config");
        Path folder = config.folder();
        this.spool = folder == null
                ? null
                : new Spool(folder.resolve("spool"), config.maxSpoolBytes(), config.keepFreeBytes());
        this.deadLetters = folder == null ? null : new DeadLetters(folder);
        this.store = new StoreAccess(new SpanJoiner(repository, content), config.patience(), observer);
        this.committer = new Committer(config, store, counters, spool, deadLetters);
        this.drainer = spool == null ? null : new Drainer(config, spool, store, committer, counters);
        if (spool != null) {
            counters.accepted(spool.state().spans());
        }
        committer.start();
        if (drainer != null) {
            drainer.start();
        }
    }

    /** Stores spans. */
    public void store(Collection<TraceSpan> spans) {
        submit(new Submission.Spans(List.copyOf(spans)));
    }

    /** Stores traces, which may say when they were created, and may have no spans. */
    public void storeTraces(Collection<TraceEvent> traces) {
        submit(new Submission.Traces(List.copyOf(traces)));
    }

    /**
     * Adds events to spans.
     *
     * @param partialSpans spans that hold nothing but events, and what is known beside them
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
                            "span " + span.spanId() + " cannot be redacted, and is not stored for that reason: " + e,
                            e);
                }
                LOG.warn("span {} is stored as it came, it cannot be redacted: {}", span.spanId(), e.toString());
            }
        }
        return current;
    }

    /**
     * To be called before a delete: what waits in the spool would come back after it.
     *
     * @throws UnavailableException if something waits
     */
    public void requireDrained() {
        if (spool != null && !spool.isEmpty()) {
            throw new UnavailableException(
                    "spans of before wait to be stored, " + spool.state().spans()
                            + " of them, and a delete would not reach them; try again when the store has taken them");
        }
    }

    /** Whether spans can wait on disk for the repository. */
    public boolean hasSpool() {
        return spool != null;
    }

    /** What became of all that was handed in. */
    public IngestState state() {
        return counters.state(
                committer.bytesInFlight(), spool == null ? SpoolState.EMPTY : spool.state(), store.failure());
    }

    /**
     * Tries to store dead letters again, one by one. Those that the repository still refuses stay.
     *
     * @return how many spans were stored
     */
    public long replayDeadLetters() {
        if (deadLetters == null) {
            return 0;
        }
        requireDrained();
        List<DeadLetters.Letter> stored = new ArrayList<>();
        long spans = 0;
        for (DeadLetters.Letter letter : deadLetters.list()) {
            Submission submission = letter.submission();
            RuntimeException failure = store.tryFor(List.of(submission));
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

    /** Takes no more; returns when all that was handed in is durable. What is in the spool stays there for the next start. */
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
