package io.llmtrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    private static final long MIB = 1 << 20;

    private final UUID tenant = UUID.randomUUID();

    @TempDir
    Path folder;

    @Test
    void append_givesBackInOrder_alsoAfterARestart() throws IOException {
        List<Submission> all = List.of(spans(3), traces(), new Submission.Events(list(spans(1))), spans(2));
        try (Spool spool = open()) {
            spool.append(all.subList(0, 2));
            spool.append(all.subList(2, 4));
            assertThat(spool.oldest(1_000, MIB)).isEqualTo(all);
            assertThat(spool.state().spans()).isEqualTo(9);
        }
        try (Spool spool = open()) {
            assertThat(spool.oldest(1_000, MIB)).isEqualTo(all);
            assertThat(spool.state().submissions()).isEqualTo(4);
            assertThat(spool.state().spans()).isEqualTo(9);
            assertThat(spool.state().oldest()).isBeforeOrEqualTo(Instant.now());
        }
    }

    @Test
    void stored_isForgotten_alsoAfterARestart() throws IOException {
        List<Submission> all = List.of(spans(1), spans(1), spans(1));
        try (Spool spool = open()) {
            spool.append(all);
            spool.stored(all.subList(0, 2));
            assertThat(spool.oldest(1_000, MIB)).containsExactly(all.get(2));
        }
        try (Spool spool = open()) {
            assertThat(spool.oldest(1_000, MIB)).containsExactly(all.get(2));
            spool.stored(all.subList(2, 3));
            assertThat(spool.isEmpty()).isTrue();
        }
        try (Spool spool = open()) {
            assertThat(spool.isEmpty()).isTrue();
            assertThat(spool.state().bytes()).isZero();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void restartsWithAnEmptySpool_forgetNothingThatComesLater() throws IOException {
        for (int i = 0; i < 3; i++) {
            Submission each = spans(1);
            try (Spool spool = open()) {
                spool.append(List.of(each));
            }
            try (Spool spool = open()) {
                assertThat(readAll(spool)).containsExactly(each);
            }
        }
    }

    @Test
    void oldest_keepsToItsBounds_butGivesOneAtLeast() throws IOException {
        try (Spool spool = open()) {
            List<Submission> all = List.of(spans(5), spans(5), spans(5));
            spool.append(all);

            assertThat(spool.oldest(10, MIB)).hasSize(2);
            assertThat(spool.oldest(3, MIB)).hasSize(1);
            assertThat(spool.oldest(1_000, 1)).hasSize(1);
        }
    }

    @Test
    void manyFiles_areReadInOrderAndRemovedOneByOne() throws IOException {
        List<Submission> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            all.add(noise(20_000));
        }
        try (Spool spool = new Spool(folder, 4 * MIB, 0)) {
            for (Submission each : all) {
                spool.append(List.of(each));
            }
            int filesBefore = files().size();
            assertThat(filesBefore).isGreaterThan(1);
        }
        try (Spool spool = new Spool(folder, 4 * MIB, 0)) {
            assertThat(readAll(spool)).isEqualTo(all);
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void full_refusesWhatIsTooMuch_andTakesMoreWhenThereIsRoom() throws IOException {
        try (Spool spool = new Spool(folder, 100_000, 0)) {
            Submission large = noise(60_000);
            spool.append(List.of(large));
            assertThatThrownBy(() -> spool.append(List.of(noise(60_000))))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("spool is full: ")
                    .hasMessageContaining("of 100000 (spool-max-mb)");
            assertThat(spool.oldest(1_000, MIB)).containsExactly(large);
            spool.stored(List.of(large));
            spool.append(List.of(noise(60_000)));
        }
    }

    @Test
    void diskNearlyFull_refuses() {
        try (Spool spool = new Spool(folder, MIB, Long.MAX_VALUE / 2)) {
            assertThatThrownBy(() -> spool.append(List.of(spans(1))))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("spool has no room");
        }
    }

    @Test
    void secondProcess_isTurnedAway() {
        try (Spool spool = open()) {
            assertThat(spool.isEmpty()).isTrue();
            assertThatThrownBy(this::open)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("another process uses it");
        }
        open().close();
    }

    /** At every length that a crash can leave: what was whole is there, the rest is not, and writing goes on. */
    @Test
    void tornEnd_losesNothingBeforeIt() throws IOException {
        List<Submission> all = List.of(spans(1), spans(2), spans(1));
        long[] ends = new long[3];
        try (Spool spool = open()) {
            for (int i = 0; i < 3; i++) {
                spool.append(all.subList(i, i + 1));
                ends[i] = spool.state().bytes();
            }
        }
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        assertThat(whole.length).isEqualTo((int) ends[2]);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int kept = (int) Arrays.stream(ends).filter(endsWithin(length)).count();
            try (Spool spool = open()) {
                assertThat(spool.oldest(1_000, MIB)).as("cut at %d", length).isEqualTo(all.subList(0, kept));
                spool.append(all.subList(2, 3));
            }
            try (Spool spool = open()) {
                List<Submission> read = readAll(spool);
                assertThat(read).hasSize(kept + 1).endsWith(all.get(2));
            }
            deleteFiles();
        }
    }

    private static java.util.function.LongPredicate endsWithin(int length) {
        return end -> end <= length;
    }

    /** Whatever byte is wrong: nothing is given back that was not written. */
    @Test
    void damage_isRecognised() throws IOException {
        List<Submission> all = List.of(spans(1), spans(2), spans(1));
        try (Spool spool = open()) {
            spool.append(all);
        }
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            try (Spool spool = open()) {
                List<Submission> read = spool.oldest(1_000, MIB);
                assertThat(all.subList(0, read.size())).as("round %d", round).isEqualTo(read);
            }
            deleteFiles();
        }
    }

    @Test
    void positionThatCannotBeRead_isTheBeginning() throws IOException {
        List<Submission> all = List.of(spans(1), spans(1));
        try (Spool spool = open()) {
            spool.append(all);
            spool.stored(all.subList(0, 1));
        }
        Files.write(folder.resolve("position"), new byte[] {1, 2, 3});
        try (Spool spool = open()) {
            assertThat(spool.oldest(1_000, MIB)).isEqualTo(all);
        }
    }

    /** As it is drained: some at a time, each forgotten then. */
    private static List<Submission> readAll(Spool spool) throws IOException {
        List<Submission> read = new ArrayList<>();
        while (!spool.isEmpty()) {
            List<Submission> some = spool.oldest(7, MIB);
            read.addAll(some);
            spool.stored(some);
        }
        return read;
    }

    private Spool open() {
        return new Spool(folder, 64 * MIB, 0);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }

    private void deleteFiles() throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
        Files.delete(folder.resolve("position"));
    }

    private Submission spans(int count) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(TraceSpan.builder(tenant, UUID.randomUUID(), UUID.randomUUID(), "chat", Instant.EPOCH)
                    .prompt("Hällo \0 " + i)
                    .build());
        }
        return new Submission.Spans(spans);
    }

    private Submission traces() {
        return new Submission.Traces(List.of(
                TraceEvent.of(UUID.randomUUID(), tenant, Instant.EPOCH, List.of()),
                TraceEvent.ofSpans(list(spans(1)))));
    }

    /** A span whose text does not compress. */
    private Submission noise(int characters) {
        StringBuilder text = new StringBuilder();
        new Random().ints(characters, 33, 127).forEach(c -> text.append((char) c));
        return new Submission.Spans(
                List.of(TraceSpan.builder(tenant, UUID.randomUUID(), UUID.randomUUID(), "chat", Instant.EPOCH)
                        .prompt(text.toString())
                        .build()));
    }

    private static List<TraceSpan> list(Submission spans) {
        return ((Submission.Spans) spans).spans();
    }
}
