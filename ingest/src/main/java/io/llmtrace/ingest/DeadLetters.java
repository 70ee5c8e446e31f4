package io.llmtrace.ingest;

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
 * What the repository will never take, one JSON object on each line of {@code dead-letters.ndjson}:
 * {@code {"at": …, "tenant_id": …, "reason": …, "kind": "spans|traces|events", "items": […]}}.
 */
public final class DeadLetters {

    static final String FILE = "dead-letters.ndjson";

    private final Path file;

    /** @param folder of an {@link IngestConfig} */
    public DeadLetters(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /**
     * One that was refused.
     *
     * @param items as JSON: spans, or traces
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

        Submission submission() {
            return Submission.Kind.valueOf(kind.toUpperCase(Locale.ROOT)).read(TraceJson.writeBytes(items));
        }
    }

    /** Returns when it is durable. */
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
                // A crash has left half a line.
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

    /** All of them, the oldest first. A line that cannot be read is left out: it was never acknowledged. */
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

    /** Leaves these out, which are stored now; what was added meanwhile stays. */
    synchronized void remove(List<Letter> stored) {
        List<Letter> rest = new ArrayList<>(list());
        rest.removeAll(stored);
        Path next = file.resolveSibling(FILE + ".next");
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
