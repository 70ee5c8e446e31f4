package io.llmtrace.dev.clickhouse.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ServerFolderTest {

    private static final int FREE = 0;
    private static final int HELD = 3;

    @Test
    void temporary_leavesTheFoldersOfThisProcessLocked_andRemovesThoseThatNobodyHas() throws Exception {
        try (ServerFolder first = ServerFolder.temporary()) {
            Path abandoned = first.path().resolveSibling(first.path().getFileName() + "-abandoned");
            Files.createDirectory(abandoned);
            makeOld(abandoned);
            makeOld(first.path());

            try (ServerFolder second = ServerFolder.temporary()) {
                assertThat(second.path()).isNotEqualTo(first.path());
                assertThat(abandoned).doesNotExist();
                assertThat(stateForAnotherProcess(first.path())).isEqualTo(HELD);
            }
            assertThat(stateForAnotherProcess(first.path())).isEqualTo(HELD);
        }
    }

    private static void makeOld(Path folder) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    private static int stateForAnotherProcess(Path folder) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Probe.class.getName(),
                        new ServerFiles(folder).lock().toString())
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Another process: ends with the state of a lock. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
                System.exit(channel.tryLock() == null ? HELD : FREE);
            }
        }
    }
}
