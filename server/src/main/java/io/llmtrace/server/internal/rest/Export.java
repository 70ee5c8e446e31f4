package io.llmtrace.server.internal.rest;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.CsvTable;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.ClientGoneException;
import io.llmtrace.server.internal.http.Parameters;
import io.llmtrace.server.internal.http.ResponseOutput;
import io.llmtrace.server.internal.limits.MemoryBudget;
import io.llmtrace.server.internal.limits.ReadCancellation;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.ItemPages;
import io.llmtrace.storage.spi.ListPager;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import io.llmtrace.storage.spi.TracePager;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams all traces or spans that a query selects: whole ones, one per line as JSON, or a table as CSV, in which a trace is its
 * summary. A page is read when the client has received the one before, and takes memory until it is
 * sent. A fault on the way cuts the connection, so that half an export never looks like a complete one. Traces and spans
 * that cannot be read because the store is damaged are left out, and a last line says so: what can be read can be saved. CSV has no
 * place for such a line, so that the connection is cut.
 */
final class Export {

    private static final Logger LOG = LoggerFactory.getLogger(Export.class);
    private static final MediaType NDJSON = MediaType.parse("application/x-ndjson");
    private static final MediaType CSV = MediaType.parse("text/csv; charset=utf-8; header=present");

    private static final String WITHOUT_TRACE =
            "raise it to export this trace, or leave it out by the filters and read its spans in pages (/api/v1/spans)";
    private static final String WITHOUT_SPAN = "raise it to export this span, or leave it out by the filters";

    /** How long an export waits for room in the store or in memory, as requests by others may take so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Call call;
    private final ItemPages<?> pager;

    /** The table to write; null for JSON. */
    private final @Nullable CsvTable table;

    private final String instead;
    private final @Nullable Long limit;
    private long written;

    Export(TraceRepository repository, Call call) {
        this.call = call;
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.export(parameters, call.tenant());
        ListedItems what = ListedItems.of(parameters);
        boolean csv = parameters.optional("format", false, Export::isCsv);
        this.pager = switch (what) {
            case SPANS -> ListPager.ofSpans(repository, query);
            case TRACES -> csv ? ListPager.ofSummaries(repository, query) : new TracePager(repository, query);
        };
        this.table = !csv ? null : what == ListedItems.SPANS ? CsvTable.ofSpans() : CsvTable.ofSummaries();
        this.instead = what == ListedItems.SPANS ? WITHOUT_SPAN : WITHOUT_TRACE;
        this.limit = QueryParameters.exportLimit(parameters);
    }

    private static boolean isCsv(String format) {
        return switch (format) {
            case "csv" -> true;
            case "ndjson" -> false;
            default -> throw new IllegalArgumentException("not one of [ndjson, csv]: '" + format + "'");
        };
    }

    /** Items, with the memory that they take until it is closed. */
    private record LoadedPage(List<?> items, MemoryBudget.Reservation memory) {}

    /** Returns the response. Reads the first page before, so that a query that fails is answered with a status and the reason. */
    HttpResponse start() {
        LoadedPage first = load();
        call.context().clearRequestTimeout();
        HttpResponseWriter writer = HttpResponse.streaming();
        writer.write(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(table == null ? NDJSON : CSV)
                .build());
        call.context().blockingTaskExecutor().execute(() -> writeAll(first, writer));
        return writer;
    }

    private LoadedPage load() {
        MemoryBudget.Reservation memory = call.answers().open();
        try {
            return new LoadedPage(memory.<List<?>>read(instead, pager::next), memory);
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
    }

    /** An export that has begun waits for the room that answers to others take, and holds none meanwhile. */
    private LoadedPage loadWhenThereIsRoom() throws InterruptedException {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (ReadCancellation read =
                    ReadCancellation.interruptOn(call.context().whenRequestCancelling())) {
                return load();
            } catch (ResultTooLargeException e) {
                throw e;
            } catch (OverloadedException e) {
                if (System.nanoTime() > giveUp || call.context().isCancelled()) {
                    throw e;
                }
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private void writeAll(LoadedPage first, HttpResponseWriter writer) {
        try (ResponseOutput out = new ResponseOutput(writer)) {
            if (table != null) {
                table.writeHeader(out);
            }
            LoadedPage page = first;
            while (write(page, out)) {
                page = loadWhenThereIsRoom();
            }
            writeLeftOut(out);
            writer.close();
        } catch (ClientGoneException e) {
            writer.close(e);
        } catch (Throwable e) {
            OutOfMemoryErrors.note(e);
            if (!call.context().isCancelled()) {
                LOG.error("export failed after {} items", written, e);
            }
            writer.close(e);
        }
    }

    private void writeLeftOut(ResponseOutput out) throws IOException {
        DamagedTraces damaged = pager.damaged();
        if (damaged.isEmpty()) {
            return;
        }
        LOG.error(
                "export wrote {} items, and left out {} traces and {} spans, which are damaged; the first of them: {} {}; {}",
                written,
                damaged.count(),
                damaged.spanCount(),
                damaged.first(),
                damaged.firstSpans(),
                damaged.reason());
        if (table != null) {
            throw new CorruptStoreException(
                    "a table cannot say what it lacks; the export as NDJSON does: " + damaged.reason());
        }
        TraceJson.writeTo(out, LeftOut.OfExport.of(damaged));
        out.write('\n');
        out.flush();
    }

    /** Writes a page, and returns whether another may follow: not after the limit, nor after an empty one. */
    private boolean write(LoadedPage page, ResponseOutput out) throws IOException {
        try (MemoryBudget.Reservation memory = page.memory) {
            for (Object item : page.items) {
                if (limit != null && written == limit) {
                    break;
                }
                write(item, out);
                written++;
            }
            out.flush();
            return !page.items.isEmpty() && (limit == null || written < limit);
        }
    }

    private void write(Object item, ResponseOutput out) throws IOException {
        if (table != null) {
            table.writeRow(out, item);
            return;
        }
        TraceJson.writeTo(out, item);
        out.write('\n');
    }
}
