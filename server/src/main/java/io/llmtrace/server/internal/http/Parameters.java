package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.QueryParams;
import io.llmtrace.model.FieldType;
import io.llmtrace.server.internal.failures.Failure;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request. Every name is known to the route, and occurs once. */
public final class Parameters {

    private final QueryParams params;

    private Parameters(QueryParams params) {
        this.params = params;
    }

    /**
     * Reads a query string.
     *
     * @param known names that the route understands
     * @throws Failure.FailureException naming any other parameter, one that is given twice, or one whose escapes are not UTF-8
     */
    static Parameters of(String query, List<String> known) {
        for (String parameter : query.split("&")) {
            if (!isUtf8(parameter)) {
                String name = parameter.split("=", 2)[0];
                throw Failure.badParameter(name, name + ": what its escapes decode to is not UTF-8");
            }
        }
        QueryParams params = QueryParams.fromQueryString(query);
        for (String name : params.names()) {
            if (known.stream().noneMatch(one -> admits(one, name))) {
                throw Failure.badParameter(
                        name,
                        "unknown parameter '" + name + "'; known are "
                                + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
            if (params.getAll(name).size() > 1) {
                throw Failure.badParameter(name, "parameter '" + name + "' is given more than once");
            }
        }
        return new Parameters(params);
    }

    /** Returns whether a text with escapes is UTF-8. Armeria would put U+FFFD in the place of what is not, and search for that. */
    private static boolean isUtf8(String text) {
        String bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Returns the names of the parameters in the request. */
    public Set<String> names() {
        return params.names();
    }

    /** Returns the text of a parameter; null if the request does not have it. */
    public @Nullable String text(String name) {
        return params.get(name);
    }

    /**
     * Returns the value of a parameter.
     *
     * @param expected what the value must be, for the message when the parameter is missing
     * @throws Failure.FailureException naming the parameter if it is missing, or the parser refuses it
     */
    public <T> T required(String name, String expected, Function<String, T> parser) {
        T value = optional(name, parser);
        if (value == null) {
            throw Failure.badParameter(name, "parameter '" + name + "' is missing; give " + expected);
        }
        return value;
    }

    /** Returns the value of a parameter, or the default if the request does not have it. */
    public <T> T optional(String name, T defaultValue, Function<String, T> parser) {
        T value = optional(name, parser);
        return value == null ? defaultValue : value;
    }

    /** Returns the value of a parameter; null if the request does not have it. */
    public <T> @Nullable T optional(String name, Function<String, T> parser) {
        String text = params.get(name);
        return text == null ? null : parse(name, text, parser);
    }

    /** Returns the value of a whole-number parameter, or the default if the request does not have it. */
    public int number(String name, int defaultValue) {
        return optional(name, defaultValue, Parameters::wholeNumber);
    }

    /**
     * Parses a text.
     *
     * @throws Failure.FailureException naming the parameter if the parser throws an IllegalArgumentException
     */
    public static <T> T parse(String name, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw Failure.badParameter(name, name + ": " + e.getMessage());
        }
    }

    /** Parses a whole number of 32 bits. If the text is not one, throws an IllegalArgumentException whose message can be shown to users. */
    public static int wholeNumber(String text) {
        long value = FieldType.COUNT.parse(text);
        if (value != (int) value) {
            throw new IllegalArgumentException("not a number, or out of range: '" + text + "'");
        }
        return (int) value;
    }

    /** Returns whether a known name is the name, or stands for all names with its prefix, such as {@code tag.{key}}. */
    private static boolean admits(String known, String name) {
        if (!known.endsWith("}")) {
            return known.equals(name);
        }
        String prefix = known.substring(0, known.indexOf('{'));
        return name.startsWith(prefix) && name.length() > prefix.length();
    }
}
