package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system of its own in memory, that can really be full. It is mounted in a namespace of its own, which needs no rights;
 * a process sees it if it is started by {@link #launcher}. Needs util-linux.
 */
final class SmallDisk implements AutoCloseable {

    private static final String FILLER = "filler";

    private final Process holder;
    private final Path folder;

    private SmallDisk(Process holder, Path folder) {
        this.holder = holder;
        this.folder = folder;
    }

    /** @param folder an empty one, over which it is mounted */
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

    /** What a command that is to see it begins with. */
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

    /** Until nothing more fits. */
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

    private Path fromOutside() {
        return Path.of("/proc/" + holder.pid() + "/root" + folder.toAbsolutePath());
    }

    /** With what is on it. */
    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
