package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.QueryParams;
import io.llmtrace.server.internal.failures.Failure;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request. Every name is known to the route, and occurs once. */
public final class Parameters {

    private final QueryParams params;

    /**
     * Checks the names of the parameters.
     *
     * @param known names that the route understands
     * @throws Failure.FailureException naming any other parameter, or one that is given twice
     */
    Parameters(QueryParams params, List<String> known) {
        this.params = params;
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

    /** Parses a whole number of 32 bits. */
    public static int wholeNumber(String text) {
        return number(text, Integer::valueOf);
    }

    /** Parses a number. If the text is not one, throws an IllegalArgumentException whose message can be shown to users. */
    public static <N extends Number> N number(String text, Function<String, N> parser) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number, or out of range: '" + text + "'", e);
        }
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
