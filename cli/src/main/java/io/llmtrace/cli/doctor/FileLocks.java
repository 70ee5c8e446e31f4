package io.llmtrace.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who locks a file, as Linux tells in {@code /proc/locks}. To try the lock instead would take it for a moment, and stop a
 * server that starts just then; and to open the file would free a lock that this process itself holds on it.
 */
final class FileLocks {

    private static final Path LIST = Path.of("/proc/locks");

    /** <pre>1: POSIX  ADVISORY  WRITE 4711 fe:00:131077 0 EOF</pre> */
    private static final Pattern WRITE_LOCK = Pattern.compile(".* WRITE (-?[0-9]+) [0-9a-f]+:[0-9a-f]+:([0-9]+) .*");

    private FileLocks() {}

    static boolean areListed() {
        return Files.isReadable(LIST);
    }

    /** The id of the process that holds a lock for writing. */
    static Optional<String> holderOf(Path file) throws IOException {
        String inode = String.valueOf(Files.getAttribute(file, "unix:ino"));
        return Files.readAllLines(LIST).stream()
                .map(WRITE_LOCK::matcher)
                .filter(Matcher::matches)
                .filter(lock -> lock.group(2).equals(inode))
                .map(lock -> lock.group(1))
                .findFirst();
    }
}
