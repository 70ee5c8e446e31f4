package io.llmtrace.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.ndjson.NdjsonReader;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.InvalidRequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads lines, stores what they hold in batches, and keeps account of what was rejected. */
public final class TraceImporter {

    private static final int BATCH_TRACES = 500;
    /** Well below what a server takes in one request, and what a heap holds of one batch. */
    private static final long BATCH_BYTES = 8 << 20;

    private static final int MAX_KEPT_REJECTIONS = 1_000;

    private final TraceSink sink;
    private final UUID tenantId;
    private final List<TraceEvent> batch = new ArrayList<>();
    private final List<Rejection> placesOfBatch = new ArrayList<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private long batchBytes;
    private long traces;
    private long spans;
    private long rejectedLines;

    /** @param tenantId whose all lines must be; one that does not say gets it */
    public TraceImporter(TraceSink sink, UUID tenantId) {
        this.sink = sink;
        this.tenantId = tenantId;
    }

    /** @param line from 1 */
    public record Rejection(String file, long line, String reason) {}

    /**
     * Returns when all of it is stored, or rejected.
     *
     * @param file as messages shall call it
     * @param afterBatch called after each batch
     */
    public void read(String file, NdjsonReader lines, Runnable afterBatch) throws IOException {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            if (isBlank(line)) {
                continue;
            }
            add(file, lines.lineNumber(), line);
            if (batch.size() >= BATCH_TRACES || batchBytes >= BATCH_BYTES) {
                flush();
                afterBatch.run();
            }
        }
        flush();
    }

    /** Lines with a trace or a span that were stored. */
    public long traces() {
        return traces;
    }

    public long spans() {
        return spans;
    }

    public long rejectedLines() {
        return rejectedLines;
    }

    /** The first {@value #MAX_KEPT_REJECTIONS}. */
    public List<Rejection> rejections() {
        return Collections.unmodifiableList(rejections);
    }

    private void add(String file, long lineNumber, byte[] line) {
        try {
            batch.add(parse(line));
            placesOfBatch.add(new Rejection(file, lineNumber, ""));
            batchBytes += line.length;
        } catch (InvalidRequestException | IllegalArgumentException e) {
            reject(new Rejection(file, lineNumber, String.valueOf(e.getMessage())));
        }
    }

    private TraceEvent parse(byte[] line) {
        JsonNode json = TraceJson.readTree(line);
        return json.has("span_id")
                ? TraceEvent.ofSpans(List.of(TraceJson.readSpan(json, tenantId)))
                : TraceJson.readTrace(json, tenantId);
    }

    private void flush() {
        if (batch.isEmpty()) {
            return;
        }
        Map<Integer, String> rejected = sink.store(List.copyOf(batch));
        for (int i = 0; i < batch.size(); i++) {
            String reason = rejected.get(i);
            if (reason == null) {
                traces++;
                spans += batch.get(i).spans().size();
            } else {
                reject(new Rejection(
                        placesOfBatch.get(i).file(), placesOfBatch.get(i).line(), reason));
            }
        }
        batch.clear();
        placesOfBatch.clear();
        batchBytes = 0;
    }

    private void reject(Rejection rejection) {
        rejectedLines++;
        if (rejections.size() < MAX_KEPT_REJECTIONS) {
            rejections.add(rejection);
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
