package io.llmtrace.cli.doctor;

import io.llmtrace.cli.terminal.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JVM, the variables and the disk. */
public final class EnvironmentChecks {

    private static final int MINIMUM_JAVA = 17;
    private static final long LITTLE_SPACE = 1L << 30;
    private static final long NO_SPACE = 64L << 20;

    private EnvironmentChecks() {}

    public static Diagnosis jdk() {
        return jdk(
                Runtime.version().feature(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                Runtime.getRuntime().maxMemory());
    }

    static Diagnosis jdk(int feature, String name, long maxHeapBytes) {
        if (feature < MINIMUM_JAVA) {
            return Diagnosis.fail("jdk", name + " is too old: install a JDK " + MINIMUM_JAVA + " or newer");
        }
        return Diagnosis.ok("jdk", name + ", heap of up to " + Figures.bytes(maxHeapBytes));
    }

    public static List<Diagnosis> variables(List<String> unknown) {
        return unknown.stream()
                .map(name -> Diagnosis.warn(
                        "variable", name + " is set, but llmtrace has no such setting: correct it, or unset it"))
                .toList();
    }

    /** @param file of a store, present or not */
    public static List<Diagnosis> disk(Path file) {
        Path folder = nearestFolder(file);
        List<Diagnosis> found = new ArrayList<>();
        if (!Files.isWritable(folder)) {
            found.add(Diagnosis.fail(
                    "folder", folder + " is not writable: give this user the right, or choose another with --data"));
        } else {
            found.add(Diagnosis.ok("folder", folder + " is writable"));
        }
        found.add(space(folder, folder.toFile().getUsableSpace()));
        return found;
    }

    static Diagnosis space(Path folder, long freeBytes) {
        String free = Figures.bytes(freeBytes) + " free for " + folder;
        if (freeBytes < NO_SPACE) {
            return Diagnosis.fail("disk", free + ": make room, or choose another disk with --data");
        }
        return freeBytes < LITTLE_SPACE
                ? Diagnosis.warn("disk", free + ": not much; 'llmtrace delete --before 30d' makes room")
                : Diagnosis.ok("disk", free);
    }

    /** The folder of the file or, as long as there is none, the one that it will be made in. */
    private static Path nearestFolder(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        while (folder != null && !Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        return folder == null ? Path.of("").toAbsolutePath() : folder;
    }
}
