package io.llmtrace.cli.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void places_beginWithThePreferredOnesThatExist() {
        Map<String, String> variables = Map.of("HOME", "/home/ann", "XDG_CACHE_HOME", "relative");

        Set<Path> places = NativeLibraryDirectory.places(variables, folder.resolve("missing/data"));

        assertThat(places)
                .startsWith(
                        folder,
                        Path.of("/home/ann/.cache"),
                        Path.of("/home/ann"),
                        Path.of("/var/tmp"),
                        Path.of("/dev/shm"))
                .endsWith(Path.of("").toAbsolutePath());
    }

    @Test
    void create_takesTheFirstPlaceThatDoes_andRemovesWhatAKilledProcessLeft() throws IOException {
        Path leftOver = old(Files.createDirectories(folder.resolve("llmtrace-libraries-1")));
        Path isNew = Files.createDirectories(folder.resolve("llmtrace-libraries-2"));
        Path other = old(Files.createDirectories(folder.resolve("libraries")));
        Set<Path> places = new LinkedHashSet<>(List.of(folder.resolve("missing"), folder));

        Path created = NativeLibraryDirectory.create(places, new LinkedHashMap<>());

        assertThat(created.getParent()).isEqualTo(folder);
        assertThat(created.getFileName().toString()).startsWith("llmtrace-libraries-");
        assertThat(leftOver).doesNotExist();
        assertThat(isNew).exists();
        assertThat(other).exists();
        old(created);
        assertThat(NativeLibraryDirectory.create(places, new LinkedHashMap<>())).isNotEqualTo(created);
        assertThat(created).as("locked by this process").exists();
    }

    private static Path old(Path path) throws IOException {
        Files.createFile(path.resolve("lib.so"));
        return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(1, ChronoUnit.HOURS)));
    }

    @Test
    void create_withoutAnyPlaceNamesThemAndTheWayOut() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Map<Path, String> tried = new LinkedHashMap<>(Map.of(Path.of("/tmp"), "is mounted noexec"));

        assertThatThrownBy(() -> NativeLibraryDirectory.create(Set.of(file), tried))
                .isInstanceOf(CommandFailedException.class)
                .hasMessage(
                        "no folder was found to unpack native libraries into, such as that of SQLite: /tmp is mounted"
                                + " noexec, " + file
                                + " is no folder. Name one that can be written and is not mounted noexec:"
                                + " LLMTRACE_JAVA_OPTS=-Djava.io.tmpdir=DIR for the launcher, or java -Djava.io.tmpdir=DIR -jar"
                                + " llmtrace.jar");
    }
}
