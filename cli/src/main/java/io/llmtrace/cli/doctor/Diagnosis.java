package io.llmtrace.cli.doctor;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * What one check found.
 *
 * @param message one line; of a check that is not ok, with what to do
 */
public record Diagnosis(Result result, String name, String message) {

    /** How a check ended. */
    public enum Result {
        OK,
        /** Works, but somebody should look at it. */
        WARN,
        /** Does not work. */
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

    /** As a method, not a JSON field: the result says it. */
    public static boolean failed(Diagnosis diagnosis) {
        return diagnosis.result() == Result.FAIL;
    }
}
