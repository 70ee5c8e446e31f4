package io.llmtrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.InvalidRequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The items of a body: one object, an array of them, or one a line. Each is read on its own, so that a bad one does not
 * spoil the others.
 *
 * @param good in their order
 * @param rejected by their place among all, from 0
 */
record RestItems<T>(List<T> good, List<Rejected> rejected) {

    private static final MediaType JSON = MediaType.create("application", "json");
    private static final Set<String> LINES =
            Set.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines");

    /** An item that was not stored. */
    record Rejected(int index, String reason) {}

    /**
     * @param reader throws InvalidRequestException for an item that cannot be stored
     * @throws Failure.FailureException 415 for another content type
     * @throws InvalidRequestException if the whole is not JSON
     */
    static <T> RestItems<T> read(byte[] body, @Nullable MediaType type, Function<JsonNode, T> reader) {
        boolean lines = type != null && LINES.contains(type.type() + "/" + type.subtype());
        if (type != null && !lines && !type.belongsTo(JSON)) {
            throw Failure.exception(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type is " + type.type() + "/" + type.subtype()
                            + "; send application/json, or application/x-ndjson for one object a line");
        }
        RestItems<T> items = new RestItems<>(new ArrayList<>(), new ArrayList<>());
        if (lines || isSeveralObjects(body)) {
            items.readLines(body, reader);
            return items;
        }
        JsonNode json = TraceJson.readTree(body);
        if (json.isArray()) {
            for (int i = 0; i < json.size(); i++) {
                items.readItem(i, json.get(i), reader);
            }
        } else {
            items.readItem(0, json, reader);
        }
        return items;
    }

    int count() {
        return good.size() + rejected.size();
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
            readItem(index, TraceJson.readTree(line), reader);
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

    /** Lines are sent as plain JSON as well: then the first line is an object, and something follows it. */
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
            return false; // an object over several lines
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
