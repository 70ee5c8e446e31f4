package io.llmtrace.cli.doctor;

import io.llmtrace.cli.terminal.Formats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks of the JDK, the environment variables and the disk. */
public final class EnvironmentChecks {

    private static final int MINIMUM_JAVA = 17;
    private static final long LITTLE_SPACE = 1L << 30;
    private static final long NO_SPACE = 64L << 20;

    private EnvironmentChecks() {}

    /** Checks the version of the JDK. */
    public static Diagnosis jdk() {
        return jdk(
                Runtime.version().feature(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }

    static Diagnosis jdk(int feature, String name) {
        if (feature < MINIMUM_JAVA) {
            return Diagnosis.fail("jdk", name + " is too old: install a JDK " + MINIMUM_JAVA + " or newer");
        }
        return Diagnosis.ok("jdk", name);
    }

    /**
     * Warns of variables that look like settings but are not.
     *
     * @param ignored notes on variables that others have set, which are harmless
     */
    public static List<Diagnosis> variables(List<String> unknown, List<String> ignored) {
        List<Diagnosis> found = new ArrayList<>();
        unknown.forEach(name -> found.add(Diagnosis.warn(
                "variable", name + " is set, but llmtrace has no such setting: correct it, or unset it")));
        ignored.forEach(note -> found.add(Diagnosis.ok("variable", note)));
        return found;
    }

    /** Reports the settings that are wrong, which stop the commands that use them. */
    public static List<Diagnosis> settings(List<String> problems) {
        return problems.stream()
                .map(problem -> Diagnosis.fail("setting", problem))
                .toList();
    }

    /**
     * Checks the folder and the disk of a store.
     *
     * @param file the file of the store, which need not exist
     */
    public static List<Diagnosis> disk(Path file) {
        Path folder = nearestFolder(file);
        List<Diagnosis> found = new ArrayList<>();
        if (!Files.isWritable(folder)) {
            found.add(Diagnosis.fail(
                    "folder",
                    folder + " is not writable: make it writable for this user, or choose another with --data"));
        } else {
            found.add(Diagnosis.ok("folder", folder + " is writable"));
        }
        found.add(space(folder, folder.toFile().getUsableSpace()));
        return found;
    }

    static Diagnosis space(Path folder, long freeBytes) {
        String free = Formats.bytes(freeBytes) + " free for " + folder;
        if (freeBytes < NO_SPACE) {
            return Diagnosis.fail("disk", free + ": free some space, or choose another disk with --data");
        }
        return freeBytes < LITTLE_SPACE
                ? Diagnosis.warn("disk", free + ": not much; 'llmtrace delete --before 30d' frees some")
                : Diagnosis.ok("disk", free);
    }

    /** Returns the folder of the file or, if that does not exist, the nearest parent that does. */
    private static Path nearestFolder(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        while (folder != null && !Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        return folder == null ? Path.of("").toAbsolutePath() : folder;
    }
}
