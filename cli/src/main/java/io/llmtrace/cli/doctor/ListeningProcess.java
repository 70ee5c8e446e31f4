package io.llmtrace.cli.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Finds the process that listens on a port, in Linux's {@code /proc}: the table of connections has the inode of the socket, and
 * one process has a file descriptor with that inode. Cannot find processes of other users, and finds none on other operating
 * systems.
 */
final class ListeningProcess {

    private static final String LISTENING = "0A";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private ListeningProcess() {}

    static Optional<String> find(int port) {
        Set<String> inodes = new TreeSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            addInodes(Path.of(table), port, inodes);
        }
        return inodes.isEmpty() ? Optional.empty() : holderOf(inodes);
    }

    /** <pre>  sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt   uid  timeout inode</pre> */
    private static void addInodes(Path table, int port, Set<String> inodes) {
        String suffix = String.format(":%04X", port);
        try {
            for (String line : Files.readAllLines(table)) {
                List<String> fields = Arrays.asList(BLANKS.split(line.strip(), -1));
                if (fields.size() > 9
                        && fields.get(1).endsWith(suffix)
                        && fields.get(3).equals(LISTENING)) {
                    inodes.add(fields.get(9));
                }
            }
        } catch (IOException e) {
            return; // not Linux
        }
    }

    private static Optional<String> holderOf(Set<String> inodes) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process.resolve("fd"), inodes)) {
                    return Optional.of("process " + process.getFileName() + ", " + nameOf(process));
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean holds(Path descriptors, Set<String> inodes) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                String target = Files.readSymbolicLink(link).toString();
                if (target.startsWith("socket:[") && inodes.contains(target.substring(8, target.length() - 1))) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // the process belongs to another user, or has ended
        }
        return false;
    }

    private static String nameOf(Path process) throws IOException {
        return Files.readString(process.resolve("comm")).strip();
    }
}
