package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A small file system in memory, which can become full. It is mounted in a namespace of its own, which needs no privileges.
 * Only processes that are started with {@link #launcher} can access it. Requires util-linux.
 */
final class SmallDisk implements AutoCloseable {

    private static final String FILLER = "filler";

    private final Process holder;
    private final Path folder;

    private SmallDisk(Process holder, Path folder) {
        this.holder = holder;
        this.folder = folder;
    }

    /** @param folder the empty folder on which it is mounted */
    static SmallDisk mount(Path folder, int megabytes) throws IOException {
        String script = "mount -t tmpfs -o size=" + megabytes + "m tmpfs \"$0\" && echo mounted && exec cat";
        Process holder = new ProcessBuilder(
                        "unshare", "--map-root-user", "--mount", "sh", "-c", script, folder.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine())
                .as("a small file system, mounted by unshare(1) in a user namespace, which this system must allow")
                .isEqualTo("mounted");
        return new SmallDisk(holder, folder);
    }

    /** Returns the command prefix for a process that can access it. */
    List<String> launcher() {
        return List.of(
                "nsenter",
                "--target",
                String.valueOf(holder.pid()),
                "--user",
                "--mount",
                "--preserve-credentials",
                "--wd=" + Path.of("").toAbsolutePath(),
                "--");
    }

    /** Returns whether a file is on it. */
    boolean holds(String file) {
        return Files.exists(fromOutside().resolve(file));
    }

    /** Writes until the disk is full. */
    void fill() throws IOException {
        byte[] chunk = new byte[64 << 10];
        try (OutputStream out = Files.newOutputStream(fromOutside().resolve(FILLER))) {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    /** Removes what {@link #fill} wrote. */
    void free() throws IOException {
        Files.deleteIfExists(fromOutside().resolve(FILLER));
    }

    /** Makes it larger, as one who frees space on a disk that is full of other things. */
    void resize(int megabytes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(launcher());
        command.addAll(List.of("mount", "-o", "remount,size=" + megabytes + "m", folder.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private Path fromOutside() {
        return Path.of("/proc/" + holder.pid() + "/root" + folder.toAbsolutePath());
    }

    /** Unmounts it, which removes its contents. */
    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
