package io.llmtrace.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a command's exit code says. */
final class ExitCode {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    static final int INCOMPLETE = 4;

    private ExitCode() {}

    /** As {@code --help} lists them. */
    static Map<String, String> descriptions() {
        Map<String, String> descriptions = new LinkedHashMap<>();
        descriptions.put(Integer.toString(OK), "done");
        descriptions.put(
                Integer.toString(FAILED),
                "the store, the server or the network failed; doctor or demo found something wrong");
        descriptions.put(Integer.toString(USAGE), "wrong usage, or a wrong setting");
        descriptions.put(Integer.toString(NOT_FOUND), "no trace or span has that id");
        descriptions.put(Integer.toString(INCOMPLETE), "import: some lines were rejected, the others are stored");
        return descriptions;
    }
}
