package io.llmtrace.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.ndjson.NdjsonReader;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.InvalidRequestException;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.ZipException;

/** Reads NDJSON, stores its traces and spans in batches, and collects what is rejected. */
public final class TraceImporter {

    private static final int BATCH_TRACES = 500;
    /** The size of a batch, well below a server's limit for one request and the heap that one batch may use. */
    private static final long BATCH_BYTES = 8 << 20;

    private static final String LEFT_OUT = "left_out";

    private static final int MAX_KEPT_REJECTIONS = 1_000;

    private final TraceSink sink;
    private final UUID tenantId;
    private final List<TraceEvent> batch = new ArrayList<>();
    private final List<Rejection> linesOfBatch = new ArrayList<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private final List<Rejection> brokenFiles = new ArrayList<>();
    private final List<Rejection> leftOut = new ArrayList<>();
    private long batchBytes;
    private long traces;
    private long spans;
    private long rejectedLines;

    /** @param tenantId the tenant of all lines; a line without a tenant gets it, and one with another tenant is rejected */
    public TraceImporter(TraceSink sink, UUID tenantId) {
        this.sink = sink;
        this.tenantId = tenantId;
    }

    /**
     * A line that was rejected.
     *
     * @param line number of the line, from 1
     */
    public record Rejection(String file, long line, String reason) {}

    /** Opens a source. */
    @FunctionalInterface
    public interface Source {
        NdjsonReader open() throws IOException;
    }

    /**
     * Reads all lines of a source. Returns once each of them is stored or rejected. Of a source that cannot be read to its end, such as a
     * file that was cut off, the lines before that are stored.
     *
     * @param file the name of the source in messages
     * @param afterBatch called after each batch
     */
    public void read(String file, Source source, Consumer<NdjsonReader> afterBatch) {
        long tracesBefore = traces;
        long line = 1;
        try (NdjsonReader lines = source.open()) {
            try {
                readAll(file, lines, afterBatch);
            } finally {
                line = lines.lineNumber();
            }
        } catch (IOException e) {
            flush();
            String stored = Formats.count(traces - tracesBefore, "trace") + " before that "
                    + (traces - tracesBefore == 1 ? "is" : "are") + " stored";
            brokenFiles.add(new Rejection(file, line, reasonOf(e) + "; " + stored));
        }
    }

    private void readAll(String file, NdjsonReader lines, Consumer<NdjsonReader> afterBatch) throws IOException {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            if (isBlank(line)) {
                continue;
            }
            add(file, lines, line);
            if (batch.size() >= BATCH_TRACES || batchBytes >= BATCH_BYTES) {
                flush();
                afterBatch.accept(lines);
            }
        }
        flush();
    }

    private static String reasonOf(IOException e) {
        if (e instanceof EOFException) {
            return "the file ends amid its compressed data, so it was cut off";
        }
        return e instanceof ZipException
                ? "its compressed data is damaged (" + e.getMessage() + ")"
                : "cannot be read (" + e + ")";
    }

    /** Returns the number of lines that were stored. */
    public long traces() {
        return traces;
    }

    public long spans() {
        return spans;
    }

    public long rejectedLines() {
        return rejectedLines;
    }

    /** Returns the first {@value #MAX_KEPT_REJECTIONS} rejections. */
    public List<Rejection> rejections() {
        return Collections.unmodifiableList(rejections);
    }

    /** Returns the sources that could not be read to their end: where that was, why, and how much is stored. */
    public List<Rejection> brokenFiles() {
        return Collections.unmodifiableList(brokenFiles);
    }

    /** Returns the lines in which exports of damaged stores say what they lack. */
    public List<Rejection> leftOut() {
        return Collections.unmodifiableList(leftOut);
    }

    /** Returns the first line that was read, but is not stored since the store failed; empty if there is none. */
    public Optional<Rejection> firstUnstored() {
        return linesOfBatch.stream().findFirst();
    }

    private void add(String file, NdjsonReader lines, byte[] line) {
        try {
            JsonNode json = read(lines, line);
            if (json.has(LEFT_OUT)) {
                leftOut.add(new Rejection(file, lines.lineNumber(), textOf(json)));
                return;
            }
            batch.add(parse(json));
            linesOfBatch.add(new Rejection(file, lines.lineNumber(), ""));
            batchBytes += line.length;
        } catch (InvalidRequestException | IllegalArgumentException e) {
            reject(new Rejection(file, lines.lineNumber(), String.valueOf(e.getMessage())));
        }
    }

    /** Returns what the last line of an export says that the export lacks. */
    private static String textOf(JsonNode json) {
        return "the export left out " + LeftOutText.of(RemoteTraceRepository.leftOut(json)) + "; "
                + json.path("reason").asText();
    }

    private TraceEvent parse(JsonNode json) {
        return json.has("span_id")
                ? TraceEvent.ofSpans(List.of(TraceJson.readSpan(json, tenantId)))
                : TraceJson.readTrace(json, tenantId);
    }

    private static JsonNode read(NdjsonReader lines, byte[] line) {
        try {
            return TraceJson.readTree(line);
        } catch (InvalidRequestException e) {
            if (!lines.isOpen()) {
                throw e;
            }
            throw new InvalidRequestException(
                    e.getMessage() + "; the file ends in this line, so it may have been cut off", e);
        }
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
                        linesOfBatch.get(i).file(), linesOfBatch.get(i).line(), reason));
            }
        }
        batch.clear();
        linesOfBatch.clear();
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
