package io.llmtrace.cli.settings;

import org.jspecify.annotations.Nullable;

/**
 * The value of a setting that is in effect.
 *
 * @param origin what set it: {@code --port}, {@code LLMTRACE_PORT}, the path of a file, or {@code default}
 * @param rank precedence of the origin: 0 for flags, 1 for variables, 2 for the file, 3 for defaults
 * @param problem why it is no value at all, such as a list in the file; null if it is one, which may still be wrong
 */
public record SettingValue(
        String text, String origin, int rank, @Nullable String problem) {

    static final int FLAG = 0;
    static final int VARIABLE = 1;
    static final int FILE = 2;
    static final int DEFAULT = 3;

    SettingValue(String text, String origin, int rank) {
        this(text, origin, rank, null);
    }

    public boolean isDefault() {
        return rank == DEFAULT;
    }
}
