package io.llmtrace.cli.transfer;

import io.llmtrace.ingest.SpanProcessor;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.Remapper;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Maps the spans that a query selects again, page by page, and writes those that have changed. */
public final class SpanRemapping {

    /** The number of spans read at a time. It is small, since spans of agents can have a megabyte each. */
    private static final int PAGE_SPANS = 200;

    private final Remapper remapper;
    private final List<SpanProcessor> processors;
    private final FieldChanges changes = new FieldChanges();
    private long read;
    private long changed;
    private long failed;
    private @Nullable String firstFailure;

    /** @param processors applied to each span before it is written, as to a new one */
    public SpanRemapping(Remapper remapper, List<SpanProcessor> processors) {
        this.remapper = remapper;
        this.processors = List.copyOf(processors);
    }

    /**
     * Maps the spans.
     *
     * @param dryRun whether to write nothing
     * @param eachPage called after each page
     */
    public void run(TraceRepository repository, TraceQuery query, boolean dryRun, Runnable eachPage) {
        Optional<TraceQuery> next =
                Optional.of(query.toBuilder().limit(PAGE_SPANS).build());
        while (next.isPresent()) {
            Page<TraceSpan> page = repository.querySpans(next.get());
            List<TraceSpan> different = new ArrayList<>();
            page.items().forEach(span -> addIfDifferent(span, different));
            if (!dryRun && !different.isEmpty()) {
                repository.storeSpans(different);
            }
            eachPage.run();
            next = next.get().next(page);
        }
    }

    private void addIfDifferent(TraceSpan stored, List<TraceSpan> to) {
        read++;
        TraceSpan again = stored;
        try {
            again = process(remapper.remap(stored));
        } catch (IllegalArgumentException | InvalidRequestException e) {
            failed++;
            firstFailure = firstFailure == null ? stored + ": " + e.getMessage() : firstFailure;
        }
        again = again == null ? stored : again;
        changes.add(stored, again);
        if (!again.equals(stored)) {
            changed++;
            to.add(again);
        }
    }

    private @Nullable TraceSpan process(TraceSpan span) {
        TraceSpan current = span;
        for (SpanProcessor processor : processors) {
            TraceSpan next = processor.process(current);
            if (next == null) {
                return null;
            }
            current = next;
        }
        return current;
    }

    public long read() {
        return read;
    }

    public long changed() {
        return changed;
    }

    /** Returns the number of spans that could not be mapped, and were left unchanged. */
    public long failed() {
        return failed;
    }

    public @Nullable String firstFailure() {
        return firstFailure;
    }

    public FieldChanges changes() {
        return changes;
    }
}
