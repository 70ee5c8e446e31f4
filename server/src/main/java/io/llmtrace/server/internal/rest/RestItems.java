package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.storage.InvalidRequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The items of a body: one object, an array of objects, or one object per line. Each is read separately, so that an invalid
 * item does not prevent the others from being stored.
 */
final class RestItems<T> {

    private static final MediaType JSON = MediaType.create("application", "json");
    private static final Set<String> LINES =
            Set.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines");

    private final List<T> good = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private boolean textReplaced;

    private RestItems() {}

    /**
     * An item that was not stored.
     *
     * @param index among all items of the body, from 0
     */
    record Rejected(int index, String reason) {}

    /**
     * Reads the items of a body.
     *
     * @param type the content type; null is read as JSON
     * @param reader throws InvalidRequestException for an item that cannot be stored
     * @throws Failure.FailureException 415 for another content type
     * @throws InvalidRequestException if the body is not JSON
     */
    static <T> RestItems<T> read(byte[] body, @Nullable MediaType type, Function<JsonNode, T> reader) {
        boolean lines = type != null && LINES.contains(type.type() + "/" + type.subtype());
        if (type != null && !lines && !type.belongsTo(JSON)) {
            throw Failure.exception(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type is " + type.type() + "/" + type.subtype()
                            + "; send application/json, or application/x-ndjson for one object per line");
        }
        RestItems<T> items = new RestItems<>();
        if (lines || isSeveralObjects(body)) {
            items.readLines(body, reader);
            return items;
        }
        JsonNode json = items.parse(body);
        if (json.isArray()) {
            for (int i = 0; i < json.size(); i++) {
                items.readItem(i, json.get(i), reader);
            }
        } else {
            items.readItem(0, json, reader);
        }
        return items;
    }

    /** Returns those that can be stored, in the order of the body. */
    List<T> good() {
        return good;
    }

    /** Returns the others, in the order of the body. */
    List<Rejected> rejected() {
        return rejected;
    }

    /** Returns whether text in the body was not valid Unicode, so that U+FFFD stands in the place of what was wrong. */
    boolean textReplaced() {
        return textReplaced;
    }

    int count() {
        return good.size() + rejected.size();
    }

    private JsonNode parse(byte[] json) {
        return TraceJson.readTree(json, () -> textReplaced = true);
    }

    private void readLines(byte[] body, Function<JsonNode, T> reader) {
        int index = 0;
        int start = 0;
        for (int i = 0; i <= body.length; i++) {
            if (i == body.length || body[i] == '\n') {
                if (!isBlank(body, start, i)) {
                    readLine(index++, Arrays.copyOfRange(body, start, i), reader);
                }
                start = i + 1;
            }
        }
    }

    private void readLine(int index, byte[] line, Function<JsonNode, T> reader) {
        try {
            readItem(index, parse(line), reader);
        } catch (InvalidRequestException e) {
            rejected.add(new Rejected(index, String.valueOf(e.getMessage())));
        }
    }

    private void readItem(int index, JsonNode json, Function<JsonNode, T> reader) {
        try {
            good.add(reader.apply(json));
        } catch (InvalidRequestException e) {
            rejected.add(new Rejected(index, String.valueOf(e.getMessage())));
        }
    }

    /**
     * Returns whether the body has one object per line, although it was sent as plain JSON, as some clients do: the first line
     * is a complete object, and more follows.
     */
    private static boolean isSeveralObjects(byte[] body) {
        int end = 0;
        while (end < body.length && body[end] != '\n') {
            end++;
        }
        if (isBlank(body, end, body.length) || body[0] != '{') {
            return false;
        }
        try {
            return TraceJson.readTree(Arrays.copyOf(body, end)).isObject();
        } catch (InvalidRequestException e) {
            return false; // one object over several lines
        }
    }

    private static boolean isBlank(byte[] body, int start, int end) {
        for (int i = start; i < end; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r' && body[i] != '\n') {
                return false;
            }
        }
        return true;
    }
}
