package io.llmtrace.server.internal.rest;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.ClientGoneException;
import io.llmtrace.server.internal.http.Parameters;
import io.llmtrace.server.internal.http.ResponseOutput;
import io.llmtrace.server.internal.limits.MemoryBudget;
import io.llmtrace.server.internal.limits.ReadCancellation;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import io.llmtrace.storage.spi.TracePager;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams whole traces, one per line. A page is read when the client has received the one before, and takes memory until it is
 * sent. A fault on the way cuts the connection, so that half an export never looks like a complete one. Traces and spans
 * that cannot be read because the store is damaged are left out, and a last line says so: what can be read can be saved.
 */
final class Export {

    private static final Logger LOG = LoggerFactory.getLogger(Export.class);
    private static final MediaType NDJSON = MediaType.parse("application/x-ndjson");

    private static final String INSTEAD =
            "raise it to export this trace, or leave it out by the filters and read its spans in pages (/api/v1/spans)";

    /** How long an export waits for room in the store or in memory, as requests by others may take so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Call call;
    private final TracePager pager;
    private final @Nullable Long limit;
    private long written;

    Export(TraceRepository repository, Call call) {
        this.call = call;
        Parameters parameters = call.parameters();
        this.pager = new TracePager(repository, QueryParameters.export(parameters, call.tenant()));
        this.limit = QueryParameters.exportLimit(parameters);
    }

    /** Traces, with the memory that they take until it is closed. */
    private record LoadedPage(List<TraceEvent> traces, MemoryBudget.Reservation memory) {}

    /** Returns the response. Reads the first page before, so that a query that fails is answered with a status and the reason. */
    HttpResponse start() {
        LoadedPage first = load();
        call.context().clearRequestTimeout();
        HttpResponseWriter writer = HttpResponse.streaming();
        writer.write(ResponseHeaders.builder(HttpStatus.OK).contentType(NDJSON).build());
        call.context().blockingTaskExecutor().execute(() -> writeAll(first, writer));
        return writer;
    }

    private LoadedPage load() {
        MemoryBudget.Reservation memory = call.answers().open();
        try {
            return new LoadedPage(memory.read(INSTEAD, pager::next), memory);
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
                LOG.error("export failed after {} traces", written, e);
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
                "export wrote {} traces, and left out {} others and {} spans, which are damaged; the first of them: {} {}; {}",
                written,
                damaged.count(),
                damaged.spanCount(),
                damaged.first(),
                damaged.firstSpans(),
                damaged.reason());
        TraceJson.writeTo(out, LeftOut.OfExport.of(damaged));
        out.write('\n');
        out.flush();
    }

    /** Writes a page, and returns whether another may follow: not after the limit, nor after an empty one. */
    private boolean write(LoadedPage page, ResponseOutput out) throws IOException {
        try (MemoryBudget.Reservation memory = page.memory) {
            for (TraceEvent trace : page.traces) {
                if (limit != null && written == limit) {
                    break;
                }
                TraceJson.writeTo(out, trace);
                out.write('\n');
                written++;
            }
            out.flush();
            return !page.traces.isEmpty() && (limit == null || written < limit);
        }
    }
}
