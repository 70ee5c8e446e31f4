package io.llmtrace.cli.transfer;

import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.TracePager;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Writes all traces that a query selects, one per line. */
public final class TraceExporter {

    private final TraceRepository repository;
    private final TraceQuery query;
    private long traces;
    private long spans;
    private DamagedTraces damaged = DamagedTraces.NONE;

    public TraceExporter(TraceRepository repository, TraceQuery query) {
        this.repository = repository;
        this.query = query;
    }

    /**
     * Writes the traces.
     *
     * @param goOn called after each trace; returns whether to continue
     * @return whether all of them were written
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
            TraceJson.writeTo(out, trace);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        traces++;
        spans += trace.spans().size();
    }

    private void forEach(Predicate<TraceEvent> goOn) {
        if (repository instanceof RemoteTraceRepository remote) {
            damaged = remote.export(query, goOn);
            return;
        }
        TracePager pager = new TracePager(repository, query);
        List<TraceEvent> page = pager.next();
        while (!page.isEmpty() && page.stream().allMatch(goOn)) {
            page = pager.next();
        }
        damaged = pager.damaged();
    }

    /** Returns the traces and spans that were left out, since the store is damaged. */
    public DamagedTraces damaged() {
        return damaged;
    }

    public long traces() {
        return traces;
    }

    public long spans() {
        return spans;
    }
}
