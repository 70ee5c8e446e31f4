package io.llmtrace.ingest.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.UnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The file of the submissions that the repository refuses for good, one JSON object a line:
 * {@code {"at": …, "tenant_id": …, "reason": …, "kind": "spans|traces|events", "items": […]}}. Thread-safe.
 */
public final class DeadLetterFile {

    private static final String NAME = "dead-letters.ndjson";

    private final Path file;

    /** @param folder the folder of the file, which is created with the first letter */
    public DeadLetterFile(Path folder) {
        this.file = folder.resolve(NAME);
    }

    /**
     * A submission that was refused.
     *
     * @param items the JSON array of its spans or traces
     */
    public record Letter(Instant at, String tenantId, String reason, String kind, JsonNode items) {

        private byte[] line() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("at", at.toString())
                    .put("tenant_id", tenantId)
                    .put("reason", reason)
                    .put("kind", kind);
            json.set("items", items);
            return (TraceJson.write(json) + "\n").getBytes(StandardCharsets.UTF_8);
        }

        public Submission submission() {
            return Submission.Kind.valueOf(kind.toUpperCase(Locale.ROOT)).read(TraceJson.writeBytes(items));
        }
    }

    /** Adds a submission, and returns once it is durable. */
    synchronized void add(Submission submission, String reason) {
        JsonNode items = TraceJson.readTree(submission.json());
        byte[] line = new Letter(
                        Instant.now(),
                        items.path(0).path("tenant_id").asText(),
                        reason,
                        submission.kind().name().toLowerCase(Locale.ROOT),
                        items)
                .line();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            long end = channel.size();
            if (end > 0 && !endsLine(channel, end)) {
                // The last line is incomplete, because of a crash. Ends it, so that the new letter is on a line of its
                // own.
                end = channel.write(ByteBuffer.wrap(new byte[] {'\n'}), end) + end;
            }
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                end += channel.write(bytes, end);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new UnavailableException(
                    file + " cannot be written: " + e.getMessage() + "; free or repair its disk", e);
        }
    }

    private static boolean endsLine(FileChannel channel, long end) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        channel.read(last, end - 1);
        return last.get(0) == '\n';
    }

    /** Returns all letters, oldest first. An incomplete line is skipped: it was never acknowledged. */
    public synchronized List<Letter> list() {
        List<Letter> letters = new ArrayList<>();
        if (!Files.exists(file)) {
            return letters;
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.endsWith("}")) {
                    JsonNode letter = TraceJson.readTree(line.getBytes(StandardCharsets.UTF_8));
                    letters.add(new Letter(
                            Instant.parse(letter.path("at").asText()),
                            letter.path("tenant_id").asText(),
                            letter.path("reason").asText(),
                            letter.path("kind").asText(),
                            letter.path("items")));
                }
            }
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage(), e);
        }
        return letters;
    }

    /** Removes letters that are in the store now. Letters that were added since they were listed stay. */
    public synchronized void remove(List<Letter> stored) {
        List<Letter> rest = new ArrayList<>(list());
        rest.removeAll(stored);
        Path next = file.resolveSibling(NAME + ".next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (Letter letter : rest) {
                ByteBuffer bytes = ByteBuffer.wrap(letter.line());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
