package io.llmtrace.cli.transfer;

import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Writes the traces that a query selects, all pages of them, one a line. */
public final class TraceExporter {

    /** Whole traces of agents take megabytes each. */
    private static final int PAGE_TRACES = 50;

    private final TraceRepository repository;
    private final TraceQuery query;
    private long traces;
    private long spans;

    public TraceExporter(TraceRepository repository, TraceQuery query) {
        this.repository = repository;
        this.query = query.toBuilder().limit(PAGE_TRACES).build();
    }

    /**
     * @param goOn asked after each trace
     * @return whether all of it was written
     */
    public boolean write(OutputStream target, BooleanSupplier goOn) throws IOException {
        BufferedOutputStream out = new BufferedOutputStream(target, 1 << 16);
        AtomicBoolean whole = new AtomicBoolean(true);
        try {
            forEach(trace -> {
                write(trace, out);
                whole.set(goOn.getAsBoolean());
                return whole.get();
            });
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        }
        out.flush();
        return whole.get();
    }

    private void write(TraceEvent trace, OutputStream out) {
        try {
            out.write(TraceJson.writeBytes(trace));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        traces++;
        spans += trace.spans().size();
    }

    private void forEach(Predicate<TraceEvent> goOn) {
        if (repository instanceof RemoteTraceRepository remote) {
            remote.export(query, goOn);
            return;
        }
        Optional<TraceQuery> next = Optional.of(query);
        while (next.isPresent()) {
            Page<TraceEvent> page = repository.queryTraces(next.get());
            if (!page.items().stream().allMatch(goOn)) {
                return;
            }
            next = next.get().next(page);
        }
    }

    public long traces() {
        return traces;
    }

    public long spans() {
        return spans;
    }
}
