package io.llmtrace.cli.transfer;

import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.json.CsvTable;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.ItemPages;
import io.llmtrace.storage.spi.ListPager;
import io.llmtrace.storage.spi.TracePager;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Writes all traces or spans that a query selects: whole ones, one per line as JSON, or a table as CSV, in which a trace is its summary. */
public final class TraceExporter {

    private final TraceRepository repository;
    private final TraceQuery query;
    private final Items items;
    private final Format format;
    private long traces;
    private long spans;
    private DamagedTraces damaged = DamagedTraces.NONE;

    /** What is written. */
    public enum Items {
        TRACES,
        SPANS
    }

    /** How it is written. */
    public enum Format {
        NDJSON,
        CSV
    }

    public TraceExporter(TraceRepository repository, TraceQuery query, Items items, Format format) {
        this.repository = repository;
        this.query = query;
        this.items = items;
        this.format = format;
    }

    /**
     * Writes them.
     *
     * @param goOn called after each; returns whether to continue
     * @return whether all of them were written
     */
    public boolean write(OutputStream target, BooleanSupplier goOn) throws IOException {
        BufferedOutputStream out = new BufferedOutputStream(target, 1 << 16);
        AtomicBoolean whole = new AtomicBoolean(true);
        try {
            forEach(writer(out), () -> {
                whole.set(goOn.getAsBoolean());
                return whole.get();
            });
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        }
        out.flush();
        return whole.get();
    }

    /** Returns what writes an item, after writing the header of a table. */
    private Consumer<Object> writer(OutputStream out) throws IOException {
        if (format == Format.NDJSON) {
            return unchecked(item -> {
                TraceJson.writeTo(out, item);
                out.write('\n');
            });
        }
        CsvTable table = items == Items.SPANS ? CsvTable.ofSpans() : CsvTable.ofSummaries();
        table.writeHeader(out);
        return unchecked(item -> table.writeRow(out, item));
    }

    private interface Writing {
        void write(Object item) throws IOException;
    }

    private static Consumer<Object> unchecked(Writing writing) {
        return item -> {
            try {
                writing.write(item);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private void forEach(Consumer<Object> writer, BooleanSupplier goOn) {
        if (items == Items.SPANS) {
            Predicate<TraceSpan> each = span -> {
                writer.accept(span);
                spans++;
                return goOn.getAsBoolean();
            };
            damaged = repository instanceof RemoteTraceRepository remote
                    ? remote.exportSpans(query, each)
                    : all(ListPager.ofSpans(repository, query), each);
        } else if (format == Format.CSV) {
            damaged = all(ListPager.ofSummaries(repository, query), summary -> {
                writer.accept(summary);
                return counted(summary.spanCount(), goOn);
            });
        } else {
            Predicate<TraceEvent> each = trace -> {
                writer.accept(trace);
                return counted(trace.spans().size(), goOn);
            };
            damaged = repository instanceof RemoteTraceRepository remote
                    ? remote.export(query, each)
                    : all(new TracePager(repository, query), each);
        }
    }

    private boolean counted(long spansOfTrace, BooleanSupplier goOn) {
        traces++;
        spans += spansOfTrace;
        return goOn.getAsBoolean();
    }

    private static <T> DamagedTraces all(ItemPages<T> pages, Predicate<T> each) {
        List<T> page = pages.next();
        while (!page.isEmpty() && page.stream().allMatch(each)) {
            page = pages.next();
        }
        return pages.damaged();
    }

    /** Returns the traces and spans that were left out, since the store is damaged. */
    public DamagedTraces damaged() {
        return damaged;
    }

    /** Returns how many traces were written; 0 if spans are. */
    public long traces() {
        return traces;
    }

    /** Returns how many spans were written, alone or in traces. */
    public long spans() {
        return spans;
    }
}
