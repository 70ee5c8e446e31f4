package io.llmtrace.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.ingest.internal.DeadLetterFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The requests that the repository refused for good, in the file {@code dead-letters.ndjson} of a data folder. They can be read
 * while a server adds to them; {@link SpanIngest#replayDeadLetters} stores them again.
 */
public final class DeadLetters {

    private final DeadLetterFile file;

    /** @param folder the folder of an {@link IngestConfig} */
    public DeadLetters(Path folder) {
        this.file = new DeadLetterFile(folder);
    }

    /** A request, or a part of one, that was refused. */
    public sealed interface Letter permits LetterValues {

        /** Returns when it was refused. */
        Instant at();

        /** Returns the tenant of its first item. */
        String tenantId();

        /** Returns what the repository said. */
        String reason();

        /** Returns {@code spans}, {@code traces} or {@code events}. */
        String kind();

        /** Returns the JSON array of its spans, traces or partial spans. */
        JsonNode items();
    }

    /** The implementation of a letter. It is not public, so that a new component breaks no caller. */
    record LetterValues(Instant at, String tenantId, String reason, String kind, JsonNode items) implements Letter {}

    /**
     * Returns all dead letters, oldest first. An incomplete line is skipped: it was never acknowledged.
     *
     * @throws io.llmtrace.storage.UnavailableException if the file cannot be read
     */
    public List<Letter> list() {
        return file.list().stream()
                .<Letter>map(letter -> new LetterValues(
                        letter.at(), letter.tenantId(), letter.reason(), letter.kind(), letter.items()))
                .toList();
    }
}
