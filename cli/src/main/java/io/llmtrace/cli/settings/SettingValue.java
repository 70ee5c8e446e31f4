package io.llmtrace.cli.settings;

/**
 * @param origin who set it: {@code --port}, {@code LLMTRACE_PORT}, a file's path, or {@code default}
 * @param rank of the origin: of flags 0, variables 1, files 2, defaults 3
 */
public record SettingValue(String text, String origin, int rank) {

    static final int FLAG = 0;
    static final int VARIABLE = 1;
    static final int FILE = 2;
    static final int DEFAULT = 3;

    public boolean isDefault() {
        return rank == DEFAULT;
    }
}
