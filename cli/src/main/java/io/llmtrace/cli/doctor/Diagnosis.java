package io.llmtrace.cli.doctor;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * The result of one check.
 *
 * @param name the name of the check
 * @param message one line; if the check is not ok, it says what to do
 */
public record Diagnosis(Result result, String name, String message) {

    /** The outcome of a check. */
    public enum Result {
        OK,
        /** It works, but deserves attention. */
        WARN,
        /** It does not work. */
        FAIL;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Diagnosis ok(String name, String message) {
        return new Diagnosis(Result.OK, name, message);
    }

    static Diagnosis warn(String name, String message) {
        return new Diagnosis(Result.WARN, name, message);
    }

    static Diagnosis fail(String name, String message) {
        return new Diagnosis(Result.FAIL, name, message);
    }

    /** Returns whether the check failed. Static, so that it is not a field of the JSON. */
    public static boolean failed(Diagnosis diagnosis) {
        return diagnosis.result() == Result.FAIL;
    }
}
