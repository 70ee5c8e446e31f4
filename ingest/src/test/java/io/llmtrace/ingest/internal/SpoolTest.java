package io.llmtrace.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            assertThat(spool.content().spans()).isEqualTo(9);
        }
        try (Spool spool = open()) {
            assertThat(spool.oldest(1_000, MIB)).isEqualTo(all);
            assertThat(spool.content().submissions()).isEqualTo(4);
            assertThat(spool.content().spans()).isEqualTo(9);
            assertThat(spool.content().oldest()).isBeforeOrEqualTo(Instant.now());
        }
    }

    @Test
    void stored_isForgotten_alsoAfterARestart() throws IOException {
        List<Submission> all = List.of(spans(1), spans(1), spans(1));
        try (Spool spool = open()) {
            spool.append(all);
            spool.removeOldest(all.subList(0, 2));
            assertThat(spool.oldest(1_000, MIB)).containsExactly(all.get(2));
        }
        try (Spool spool = open()) {
            assertThat(spool.oldest(1_000, MIB)).containsExactly(all.get(2));
            spool.removeOldest(all.subList(2, 3));
            assertThat(spool.isEmpty()).isTrue();
        }
        try (Spool spool = open()) {
            assertThat(spool.isEmpty()).isTrue();
            assertThat(spool.content().bytes()).isZero();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void append_fails_leavesNoFile() throws IOException {
        try (Spool spool = open()) {
            for (int i = 0; i < 3; i++) {
                Thread.currentThread().interrupt(); // lets the write fail
                assertThatThrownBy(() -> spool.append(List.of(spans(1)))).isInstanceOf(UnavailableException.class);
                assertThatThrownBy(() -> spool.appendDelete(new UUID(0, 1), Set.of(new UUID(0, 2))))
                        .isInstanceOf(UnavailableException.class);
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(files()).isEmpty();

            Submission later = spans(1);
            spool.append(List.of(later));
            assertThat(readAll(spool)).containsExactly(later);
        }
    }

    /** As some network file systems do. */
    @Test
    void append_fileSystemReportsNoSize_isNotRefused() {
        File disk = new File(folder.toString()) {
            private static final long serialVersionUID = 1L;

            @Override
            public long getTotalSpace() {
                return 0;
            }

            @Override
            public long getUsableSpace() {
                return 0;
            }
        };
        try (Spool spool = new Spool(folder, 4 * MIB, 0, disk)) {
            spool.append(List.of(spans(1)));

            assertThat(spool.content().submissions()).isEqualTo(1);
            assertThat(spool.content().full()).isEmpty();
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
            spool.removeOldest(List.of(large));
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
    void secondSpool_isTurnedAway() {
        try (Spool spool = open()) {
            assertThat(spool.isEmpty()).isTrue();
            assertThatThrownBy(this::open)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("another spool of this process uses it");
        }
        open().close();
    }

    /**
     * Truncates the file to every length that a crash can leave. Intact records are read, the incomplete one is not, and more
     * can be appended.
     */
    @Test
    void tornEnd_losesNothingBeforeIt() throws IOException {
        List<Submission> all = List.of(spans(1), spans(2), spans(1));
        long[] ends = new long[3];
        try (Spool spool = open()) {
            for (int i = 0; i < 3; i++) {
                spool.append(all.subList(i, i + 1));
                ends[i] = spool.content().bytes();
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

    /** Whichever byte is damaged, only records that were written are read. */
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
                assertThat(all).as("round %d", round).filteredOn(read::contains).isEqualTo(read);
            }
            deleteFiles();
        }
    }

    /** Each byte of the numbers of a record that others follow, so also its length, and some of the rest. */
    @Test
    void damagedByte_losesOnlyItsRecord_andKeepsACopy() throws IOException {
        List<Submission> all = List.of(spans(1), spans(2), spans(1), spans(1));
        long[] ends = new long[all.size()];
        try (Spool spool = open()) {
            for (int i = 0; i < ends.length; i++) {
                spool.append(all.subList(i, i + 1));
                ends[i] = spool.content().bytes();
            }
        }
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        List<Submission> rest = List.of(all.get(0), all.get(2), all.get(3));
        for (int at = (int) ends[0]; at < ends[1]; at += at < ends[0] + SpoolRecord.MIN_BYTES ? 1 : 50) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            try (Spool spool = open()) {
                assertThat(spool.content().damage())
                        .contains("damaged at byte " + ends[0], "3 intact requests", ".damaged");
                assertThat(readAll(spool)).as("byte %d", at).isEqualTo(rest);
            }
            assertThat(files()).isEmpty();
            assertThat(copyOf(file)).hasBinaryContent(damaged);
            try (Spool spool = open()) {
                assertThat(spool.isEmpty()).isTrue();
                assertThat(spool.content().damage()).isEmpty();
            }
            deleteFiles();
        }
    }

    /** It was acknowledged, as far as one can know: all of its bytes are there. */
    @ParameterizedTest
    @ValueSource(ints = {-3, 0, 1, 2, 3, 5, 20}) // of its end, its length, its checksum, its content
    void lastRecordDamaged_isKeptInACopy(int index) throws IOException {
        long end;
        List<Submission> all = List.of(spans(1), spans(1));
        try (Spool spool = open()) {
            spool.append(all.subList(0, 1));
            end = spool.content().bytes();
            spool.append(all.subList(1, 2));
        }
        Path file = files().get(0);
        byte[] damaged = Files.readAllBytes(file);
        damaged[index < 0 ? damaged.length + index : (int) end + index] ^= 0x10;
        Files.write(file, damaged);
        try (Spool spool = open()) {
            assertThat(spool.content().damage()).contains("1 intact requests");
            assertThat(readAll(spool)).containsExactly(all.get(0));
        }
        assertThat(copyOf(file)).hasBinaryContent(damaged);
    }

    @Test
    void damageInEachFile_losesOnlyItsRecords() throws IOException {
        List<Submission> all = new ArrayList<>();
        for (int restart = 0; restart < 3; restart++) {
            List<Submission> some = List.of(spans(1), spans(1), spans(1));
            all.addAll(some);
            try (Spool spool = open()) {
                spool.append(some);
            }
        }
        for (Path file : files()) {
            byte[] damaged = Files.readAllBytes(file);
            Arrays.fill(damaged, 0, 40, (byte) 0);
            Files.write(file, damaged);
        }
        List<Submission> rest = List.of(all.get(1), all.get(2), all.get(4), all.get(5), all.get(7), all.get(8));
        try (Spool spool = open()) {
            assertThat(spool.content().submissions()).isEqualTo(6);
            assertThat(readAll(spool)).isEqualTo(rest);
        }
    }

    @Test
    void damageWhileOpen_losesOnlyItsRecord_andMoreCanFollow() throws IOException {
        List<Submission> all = List.of(spans(1), spans(2), spans(3));
        try (Spool spool = open()) {
            spool.append(all.subList(0, 1));
            int at = (int) spool.content().bytes() + 30;
            spool.append(all.subList(1, 3));
            Path file = files().get(0);
            byte[] damaged = Files.readAllBytes(file);
            damaged[at] ^= 1;
            Files.write(file, damaged);

            assertThat(spool.oldest(1_000, MIB)).containsExactly(all.get(0), all.get(2));
            assertThat(spool.content().spans()).isEqualTo(4);
            assertThat(spool.content().damagedSpans()).isEqualTo(2);
            assertThat(spool.content().damage()).contains("damaged at byte ", "1 requests with 2 spans");
            Submission later = spans(1);
            spool.append(List.of(later));
            assertThat(readAll(spool)).containsExactly(all.get(0), all.get(2), later);
            assertThat(files()).isEmpty();
            assertThat(copyOf(file)).exists();
        }
    }

    @Test
    void fileCutOffWhileOpen_doesNotBlockWhatFollows() throws IOException {
        List<Submission> all = List.of(spans(1), spans(1));
        try (Spool spool = open()) {
            spool.append(all);
            Path file = files().get(0);
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length - 10));
            Submission later = spans(1);
            spool.append(List.of(later));

            assertThat(readAll(spool)).containsExactly(all.get(0), later);
        }
    }

    /** Many bytes that look like the beginning of a large record must not make the start take for ever. */
    @Test
    @Timeout(30)
    void manyFalseBeginnings_takeBoundedTime() throws IOException {
        try (Spool spool = open()) {
            spool.append(List.of(spans(1)));
        }
        Path file = files().get(0);
        byte[] head = Arrays.copyOf(Files.readAllBytes(file), SpoolRecord.MIN_BYTES);
        ByteBuffer bytes = ByteBuffer.allocate(8 << 20);
        while (bytes.remaining() > head.length) {
            int left = bytes.remaining() - Long.BYTES;
            bytes.put(ByteBuffer.wrap(head.clone()).putInt(0, left));
        }
        Files.write(file, bytes.array());
        try (Spool spool = open()) {
            assertThat(spool.isEmpty()).isTrue();
            assertThat(copyOf(file)).exists();
        }
    }

    @Test
    void foreignFiles_areLeftAlone() throws IOException {
        Submission waiting = spans(1);
        try (Spool spool = open()) {
            Submission stored = spans(1);
            spool.append(List.of(stored));
            spool.removeOldest(List.of(stored)); // so that files with low numbers are removed
            spool.append(List.of(waiting));
        }
        List<String> names = List.of(
                "foo.spool", "-1.spool", "1.spool", "00000000000000000001 (copy).spool", "99999999999999999999.spool");
        for (String name : names) {
            Files.writeString(folder.resolve(name), "mine");
        }
        Files.createDirectory(folder.resolve("00000000000000000000.spool"));
        try (Spool spool = open()) {
            Submission later = spans(1);
            spool.append(List.of(later));
            assertThat(readAll(spool)).containsExactly(waiting, later);
        }
        for (String name : names) {
            assertThat(folder.resolve(name)).hasContent("mine");
        }
    }

    @Test
    void filesRemovedWhileOpen_areWrittenAgain() throws IOException {
        List<Submission> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(noise(20_000));
        }
        try (Spool spool = new Spool(folder, MIB / 4, 0)) {
            for (Submission each : all.subList(0, 7)) {
                spool.append(List.of(each));
            }
            List<Path> before = files();
            assertThat(before).hasSizeGreaterThan(1);
            spool.removeOldest(all.subList(0, 1));
            for (Path file : before) {
                Files.delete(file);
            }
            spool.append(all.subList(7, 8));
            assertThat(files()).containsAll(before);
        }
        try (Spool spool = new Spool(folder, MIB / 4, 0)) {
            assertThat(readAll(spool)).isEqualTo(all.subList(1, 8));
        }
    }

    @Test
    void fileReplacedWhileOpen_isWrittenAgain_alsoIfNothingIsAppended() throws IOException {
        Submission waiting = spans(1);
        try (Spool spool = open()) {
            spool.append(List.of(waiting));
            Path other = Files.writeString(folder.resolve("other"), "other");
            Files.move(other, files().get(0), StandardCopyOption.REPLACE_EXISTING);
            assertThat(spool.oldest(1_000, MIB)).containsExactly(waiting);
        }
        try (Spool spool = open()) {
            assertThat(readAll(spool)).containsExactly(waiting);
        }
    }

    @Test
    void folderRemovedWhileOpen_isNamed_andWhatWaitsIsNotLostOnceItIsBack() throws IOException {
        Submission waiting = spans(1);
        Submission later = spans(1);
        try (Spool spool = open()) {
            spool.append(List.of(waiting));
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
            assertThatThrownBy(() -> spool.append(List.of(later)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("spool folder " + folder + " does not exist");
            assertThat(spool.content().full()).contains("does not exist");
            assertThat(spool.oldest(1_000, MIB)).containsExactly(waiting);

            Files.createDirectory(folder);
            spool.append(List.of(later));
            assertThat(spool.content().full()).isEmpty();
        }
        try (Spool spool = open()) {
            assertThat(readAll(spool)).containsExactly(waiting, later);
        }
    }

    @Test
    void folderRemovedWhileOpen_whatWaitsCanBeDrained() throws IOException {
        try (Spool spool = open()) {
            Submission waiting = spans(1);
            spool.append(List.of(waiting));
            Files.delete(files().get(0));
            Files.delete(folder.resolve("position"));
            Files.delete(folder.resolve("reserve"));
            Files.delete(folder.resolve("lock"));
            Files.delete(folder);
            assertThat(readAll(spool)).containsExactly(waiting);
        }
        Files.createDirectory(folder);
    }

    private static Path copyOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".damaged");
    }

    @Test
    void positionThatCannotBeRead_isTheBeginning() throws IOException {
        List<Submission> all = List.of(spans(1), spans(1));
        try (Spool spool = open()) {
            spool.append(all);
            spool.removeOldest(all.subList(0, 1));
        }
        Files.write(folder.resolve("position"), new byte[] {1, 2, 3});
        try (Spool spool = open()) {
            assertThat(spool.oldest(1_000, MIB)).isEqualTo(all);
        }
    }

    /** Reads and removes some submissions at a time, as the drainer does. */
    private static List<Submission> readAll(Spool spool) throws IOException {
        List<Submission> read = new ArrayList<>();
        while (!spool.isEmpty()) {
            List<Submission> some = spool.oldest(7, MIB);
            read.addAll(some);
            spool.removeOldest(some);
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
        try (Stream<Path> all = Files.list(folder)) {
            for (Path copy :
                    all.filter(path -> path.toString().endsWith(".damaged")).toList()) {
                Files.delete(copy);
            }
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
