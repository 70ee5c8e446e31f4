package io.llmtrace.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the process that has locked a file, in Linux's {@code /proc/locks}. Trying to lock the file would be simpler, but would
 * hold the lock for a moment, so that a server starting at that moment would fail. Closing the file would also release any lock
 * that this process itself holds on it.
 */
final class FileLocks {

    private static final Path LIST = Path.of("/proc/locks");

    /** <pre>1: POSIX  ADVISORY  WRITE 4711 fe:00:131077 0 EOF</pre> */
    private static final Pattern WRITE_LOCK = Pattern.compile(".* WRITE (-?[0-9]+) [0-9a-f]+:[0-9a-f]+:([0-9]+) .*");

    private FileLocks() {}

    static boolean areListed() {
        return Files.isReadable(LIST);
    }

    /** Returns the id of the process that holds a write lock on the file. */
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
