package io.llmtrace.cli.context;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The folder into which SQLite, Zstandard, Netty and others unpack their native libraries before they load them. It is the JVM's folder
 * for temporary files, unless that is read-only or mounted noexec, as in hardened containers. Then it is a folder of its own in the first
 * place that allows it:
 *
 * <pre>
 *   /var/lib/llmtrace/                  the data folder, for example
 *     llmtrace-libraries-4127319/       of one process, which removes it when it ends
 *       lock                            held by that process; the folder of one that was killed is removed by the next
 *       libzstd-jni-….so
 * </pre>
 */
public final class NativeLibraryDirectory {

    private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
    /** Zstandard asks the JDK for its file, and newer JDKs read the property above only once. */
    private static final String ZSTD_FOLDER = "ZstdTempFolder";

    private static final String PREFIX = "llmtrace-libraries-";
    private static final String LOCK = "lock";

    /** A folder that is younger may belong to a process that is just about to lock it. */
    private static final Duration NEW = Duration.ofMinutes(1);

    private static boolean chosen;
    /** Kept here, since a channel that nobody refers to is closed, which would release the lock. */
    private static @Nullable FileChannel lock;

    private NativeLibraryDirectory() {}

    /**
     * Chooses the folder for this process, which must not have loaded a library yet. Choosing again does nothing.
     *
     * @param preferred where to look first, if the folder for temporary files does not do; of one that is missing, the nearest parent
     * @throws CommandFailedException if there is none; names those that were tried, and how to set another one
     */
    public static synchronized void choose(Map<String, String> variables, Path... preferred) {
        if (chosen) {
            return;
        }
        Path temporary = Path.of(System.getProperty(TEMPORARY_FOLDER));
        String problem = problemOf(temporary);
        if (problem != null) {
            Map<Path, String> tried = new LinkedHashMap<>();
            tried.put(temporary, problem);
            Path folder = create(places(variables, preferred), tried);
            System.setProperty(TEMPORARY_FOLDER, folder.toString());
            System.setProperty(ZSTD_FOLDER, folder.toString());
        }
        chosen = true;
    }

    /** Returns the places to look at, in this order. */
    static Set<Path> places(Map<String, String> variables, Path... preferred) {
        Set<Path> places = new LinkedHashSet<>();
        for (Path path : preferred) {
            places.add(nearestFolder(path));
        }
        addIfSet(places, variables.get("XDG_RUNTIME_DIR"));
        addIfSet(places, variables.get("XDG_CACHE_HOME"));
        String home = variables.get("HOME");
        addIfSet(places, home == null ? null : home + "/.cache");
        addIfSet(places, home);
        places.add(Path.of("/var/tmp"));
        places.add(Path.of("/dev/shm"));
        places.add(Path.of("").toAbsolutePath());
        return places;
    }

    private static void addIfSet(Set<Path> places, @Nullable String folder) {
        if (folder != null && folder.startsWith("/")) {
            places.add(Path.of(folder));
        }
    }

    private static Path nearestFolder(Path path) {
        Path folder = path.toAbsolutePath().normalize();
        while (!Files.isDirectory(folder) && folder.getParent() != null) {
            folder = folder.getParent();
        }
        return folder;
    }

    /**
     * Creates the folder in the first place that allows it.
     *
     * @param tried the places that did not do, and why
     */
    static Path create(Set<Path> places, Map<Path, String> tried) {
        for (Path place : places) {
            String problem = tried.containsKey(place) ? tried.get(place) : problemOf(place);
            if (problem == null) {
                removeLeftOver(place);
                try {
                    return lock(Files.createTempDirectory(place, PREFIX));
                } catch (IOException e) {
                    problem = "cannot be written";
                }
            }
            tried.put(place, problem);
        }
        throw new CommandFailedException("no folder was found to unpack native libraries into, such as that of SQLite: "
                + tried.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                + ". Name one that can be written and is not mounted noexec: LLMTRACE_JAVA_OPTS=-Djava.io.tmpdir=DIR for"
                + " the launcher, or java -Djava.io.tmpdir=DIR -jar llmtrace.jar");
    }

    /** Returns why libraries cannot be loaded from a folder; null if they can. */
    static @Nullable String problemOf(Path folder) {
        if (!Files.isDirectory(folder)) {
            return "is no folder";
        }
        try {
            Path probe = Files.createTempFile(
                    folder,
                    PREFIX,
                    ".probe",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                // On a file system that is mounted noexec, no file is executable whatever its permissions are.
                return Files.isExecutable(probe) ? null : "is mounted noexec";
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            return "cannot be written";
        } catch (UnsupportedOperationException e) {
            return null; // Windows: no permissions, and nothing is mounted noexec
        }
    }

    /** Marks a new folder as used until this process ends, however it ends. */
    private static synchronized Path lock(Path folder) throws IOException {
        // Deleted in reverse order, after the libraries in it.
        folder.toFile().deleteOnExit();
        Path file = folder.resolve(LOCK);
        lock = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        file.toFile().deleteOnExit();
        return folder;
    }

    /** Removes the folders of processes that were killed. Follows no links: anybody may put some into a place that all write to. */
    private static void removeLeftOver(Path place) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && isLeftOver(folder)) {
                    remove(folder);
                }
            }
        } catch (IOException e) {
            return; // that of another user, or gone meanwhile: nothing depends on it
        }
    }

    private static boolean isLeftOver(Path folder) throws IOException {
        if (Files.getLastModifiedTime(folder).toInstant().isAfter(Instant.now().minus(NEW))) {
            return false;
        }
        Path lock = folder.resolve(LOCK);
        if (Files.notExists(lock, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process's own
        }
    }

    private static void remove(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(files::add);
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
    }
}
