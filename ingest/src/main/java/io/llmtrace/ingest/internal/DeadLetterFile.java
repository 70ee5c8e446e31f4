package io.llmtrace.ingest.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.InvalidRequestException;
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
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The file of the submissions that the repository refuses for good, one JSON object a line:
 * {@code {"at": …, "tenant_id": …, "reason": …, "kind": "spans|traces|events", "items": […]}}. Thread-safe.
 */
public final class DeadLetterFile {

    private static final String NAME = "dead-letters.ndjson";

    /** For the ids of more traces, decoding a line takes less time than looking for each of them. */
    private static final int MAX_SEARCHED_FOR = 16;

    private final Path file;

    /** @param folder the folder of the file, which is created with the first letter */
    public DeadLetterFile(Path folder) {
        this.file = in(folder);
    }

    /** Returns the file in a data folder, which exists only if there were letters. */
    public static Path in(Path folder) {
        return folder.resolve(NAME);
    }

    /**
     * A submission that was refused.
     *
     * @param items the JSON array of its spans or traces
     */
    public record Letter(Instant at, String tenantId, String reason, String kind, JsonNode items) {

        private static Letter of(String line) {
            JsonNode letter = TraceJson.readTree(line.getBytes(StandardCharsets.UTF_8));
            return new Letter(
                    Instant.parse(letter.path("at").asText()),
                    letter.path("tenant_id").asText(),
                    letter.path("reason").asText(),
                    letter.path("kind").asText(),
                    letter.path("items"));
        }

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

        /** Not by {@link Submission#without}: no reader may take the items, which is why they are here. */
        private Letter without(UUID tenant, Set<UUID> traceIds) {
            ArrayNode left = JsonNodeFactory.instance.arrayNode();
            for (JsonNode item : items) {
                if (!isOf(tenant, item) || !traceIds.contains(traceOf(item))) {
                    left.add(item);
                }
            }
            return withItems(left);
        }

        private Letter withItems(ArrayNode changed) {
            return new Letter(at, tenantId, reason, kind, changed);
        }

        private static boolean isOf(UUID tenant, JsonNode item) {
            return item.path("tenant_id").asText().equals(tenant.toString());
        }

        private static UUID traceOf(JsonNode item) {
            return UUID.fromString(item.path("trace_id").asText());
        }

        /** Returns when a span started or a trace was created. */
        private static Instant timeOf(JsonNode item) {
            return Instant.parse(item.path(item.has("start_time") ? "start_time" : "created_at")
                    .asText());
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
            throw cannotBeWritten(e);
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
        each(letters::add);
        return letters;
    }

    /** Returns when the traces of a tenant that have dead letters were created, as far as the letters know. */
    synchronized Map<UUID, Instant> created(UUID tenantId) {
        Map<UUID, Instant> created = new HashMap<>();
        each(letter -> {
            for (JsonNode item : letter.items) {
                if (Letter.isOf(tenantId, item)) {
                    created.merge(Letter.traceOf(item), Letter.timeOf(item), (a, b) -> a.isBefore(b) ? a : b);
                }
            }
        });
        return created;
    }

    /** Removes what letters hold of some traces. */
    synchronized void removeTraces(UUID tenantId, Set<UUID> traceIds) {
        if (mentionsAny(traceIds)) {
            rewrite(letter -> letter.without(tenantId, traceIds));
        }
    }

    /** Returns whether the file may hold something of one of the traces, without decoding it: most deletes are of other traces. */
    private boolean mentionsAny(Set<UUID> traceIds) {
        if (traceIds.size() > MAX_SEARCHED_FOR) {
            return Files.exists(file);
        }
        List<String> ids = traceIds.stream().map(UUID::toString).toList();
        AtomicBoolean found = new AtomicBoolean();
        eachLine(line -> {
            found.set(ids.stream().anyMatch(line::contains));
            return !found.get();
        });
        return found.get();
    }

    /** Removes letters that are in the store now. Letters that were added since they were listed stay. */
    public synchronized void remove(List<Letter> stored) {
        Set<Letter> all = new HashSet<>(stored);
        if (!all.isEmpty()) {
            rewrite(letter -> all.contains(letter) ? letter.withItems(JsonNodeFactory.instance.arrayNode()) : letter);
        }
    }

    /** Replaces each letter, one by one, since all of them may be larger than the heap. One without items is left out. */
    private void rewrite(UnaryOperator<Letter> change) {
        Path next = file.resolveSibling(NAME + ".next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            each(letter -> {
                Letter changed = change.apply(letter);
                if (!changed.items.isEmpty()) {
                    write(channel, changed);
                }
            });
            channel.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw cannotBeWritten(e);
        }
    }

    private void write(FileChannel channel, Letter letter) {
        ByteBuffer bytes = ByteBuffer.wrap(letter.line());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw cannotBeWritten(e);
        }
    }

    private void each(Consumer<Letter> consumer) {
        try {
            eachLine(line -> {
                consumer.accept(Letter.of(line));
                return true;
            });
        } catch (InvalidRequestException | IllegalArgumentException | DateTimeException e) {
            throw new UnavailableException(
                    file + " has a line that is no dead letter: " + e.getMessage() + "; repair or remove it", e);
        }
    }

    /** Passes the complete lines, until one is answered with false. */
    private void eachLine(Predicate<String> goOn) {
        if (Files.notExists(file)) {
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            boolean more = true;
            for (String line = lines.readLine(); line != null && more; line = lines.readLine()) {
                more = !line.endsWith("}") || goOn.test(line);
            }
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private UnavailableException cannotBeWritten(IOException e) {
        return new UnavailableException(
                file + " cannot be written: " + e.getMessage() + "; free or repair its disk", e);
    }
}
