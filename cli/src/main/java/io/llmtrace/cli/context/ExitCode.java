package io.llmtrace.cli.context;

import java.util.LinkedHashMap;
import java.util.Map;

/** The exit codes of commands. */
public final class ExitCode {

    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int NOT_FOUND = 3;
    public static final int INCOMPLETE = 4;

    private ExitCode() {}

    /** Returns what each code means, as {@code --help} lists it. */
    public static Map<String, String> descriptions() {
        Map<String, String> descriptions = new LinkedHashMap<>();
        descriptions.put(Integer.toString(OK), "done");
        descriptions.put(
                Integer.toString(FAILED),
                "the store, the server or the network failed; a file could not be read to its end, or results not be"
                        + " written; serve ended while requests had no answer; doctor or demo found something wrong");
        descriptions.put(Integer.toString(USAGE), "wrong usage, or a wrong setting");
        descriptions.put(Integer.toString(NOT_FOUND), "no trace or span has that id");
        descriptions.put(
                Integer.toString(INCOMPLETE),
                "import: some lines were rejected, the others are stored; export: some traces cannot be read, the others are"
                        + " written; deadletter replay: some are left");
        return descriptions;
    }
}
