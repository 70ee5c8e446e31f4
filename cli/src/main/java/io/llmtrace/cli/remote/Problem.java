package io.llmtrace.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.net.URI;

/** Turns a problem document (RFC 9457) into the exception that the store behind the server would have thrown. */
final class Problem {

    private Problem() {}

    static StorageException of(URI server, int status, byte[] body) {
        String message = messageOf(server, status, body);
        return switch (status) {
            case 400, 413, 415, 422 -> new InvalidRequestException(message);
            case 405, 501 -> new NotSupportedException(message);
            case 429, 504 -> new OverloadedException(message);
            default ->
                // 500 means a corrupt store, for which retries are useless, or another fault in the server, whose
                // message begins with "unexpected".
                status == 500 && !message.startsWith("unexpected")
                        ? new CorruptStoreException(message)
                        : new UnavailableException(message);
        };
    }

    /** Returns the detail of the document; for any other answer its status. */
    private static String messageOf(URI server, int status, byte[] body) {
        String fallback = server + " answered " + status;
        try {
            JsonNode problem = TraceJson.readTree(body);
            if (problem.hasNonNull("detail")) {
                return problem.path("detail").asText();
            }
            return problem.hasNonNull("title")
                    ? fallback + ": " + problem.path("title").asText()
                    : fallback;
        } catch (InvalidRequestException e) {
            return fallback;
        }
    }
}
