package io.llmtrace.server;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole traces, one a line, as many as there are: a page is read when the client has taken the one before. A fault on the
 * way cuts the connection, so that half an export never looks like a whole one.
 */
final class Export {

    private static final Logger LOG = LoggerFactory.getLogger(Export.class);
    private static final MediaType NDJSON = MediaType.parse("application/x-ndjson");

    /** Few, since a trace may be large. */
    private static final int PAGE_SIZE = 20;

    private final TraceRepository repository;
    private final Call call;
    private final TraceQuery query;
    private final @Nullable Long limit;
    private long written;

    Export(TraceRepository repository, Call call) {
        this.repository = repository;
        this.call = call;
        Parameters parameters = call.parameters();
        this.query = parameters.export(call.tenant(), PAGE_SIZE);
        this.limit = parameters.exportLimit();
    }

    /** The first page is read here, so that a query that cannot be served is answered with the reason. */
    HttpResponse start() {
        Page<TraceEvent> first = repository.queryTraces(query);
        call.context().clearRequestTimeout();
        HttpResponseWriter writer = HttpResponse.streaming();
        writer.write(ResponseHeaders.builder(HttpStatus.OK).contentType(NDJSON).build());
        call.context().blockingTaskExecutor().execute(() -> writeAll(first, writer));
        return writer;
    }

    private void writeAll(Page<TraceEvent> first, HttpResponseWriter writer) {
        try {
            Page<TraceEvent> page = first;
            while (write(page, writer)) {
                Optional<TraceQuery> next = query.next(page);
                if (next.isEmpty()) {
                    break;
                }
                page = repository.queryTraces(next.get());
            }
            writer.close();
        } catch (CompletionException e) {
            writer.close(e); // the client has gone
        } catch (RuntimeException e) {
            LOG.error("export broke off after {} traces", written, e);
            writer.close(e);
        }
    }

    /** @return whether to go on */
    private boolean write(Page<TraceEvent> page, HttpResponseWriter writer) {
        for (TraceEvent trace : page.items()) {
            if (limit != null && written == limit) {
                return false;
            }
            byte[] json = TraceJson.writeBytes(trace);
            byte[] line = Arrays.copyOf(json, json.length + 1);
            line[json.length] = '\n';
            if (!writer.tryWrite(HttpData.wrap(line))) {
                return false;
            }
            written++;
            writer.whenConsumed().join();
        }
        return true;
    }
}
