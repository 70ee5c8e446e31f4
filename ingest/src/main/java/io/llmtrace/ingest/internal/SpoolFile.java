package io.llmtrace.ingest.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a spool: a sequence of records, see {@link SpoolRecord}.
 *
 * <p>Records are written one after another, and synced before they are acknowledged. So an incomplete record at the end was never
 * acknowledged, but one before an intact record was: that one is damaged, and is left out.
 */
final class SpoolFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);

    private final Path path;
    private final long number;
    private volatile FileChannel channel;
    /** Which file the channel is open on; null if the file system does not tell. */
    private @Nullable Object key;

    private boolean restoreFailed;
    private final AtomicLong places;
    private final Deque<Entry> unread = new ArrayDeque<>();
    private final SpoolDamage damage;
    private long end;
    private long spans;

    private SpoolFile(Path path, long number, AtomicLong places, SpoolDamage damage, FileChannel channel) {
        this.places = places;
        this.damage = damage;
        this.path = path;
        this.number = number;
        this.channel = channel;
        this.key = keyOf(path);
    }

    private static @Nullable Object keyOf(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            LOG.debug("{} has no attributes", path, e);
            return null;
        }
    }

    /**
     * A record that is not in the store yet.
     *
     * @param place of it among all records of the spool
     * @param offset of it in the file
     * @param delete if it is one
     */
    record Entry(
            long place,
            long offset,
            int bytes,
            int spans,
            Instant arrived,
            @Nullable SpooledDelete delete) {}

    /** @param places counts the records of all files of a spool */
    static SpoolFile create(Path folder, long number, AtomicLong places, SpoolDamage damage) throws IOException {
        Path path = folder.resolve(SpoolFileName.of(number));
        SpoolFile file = new SpoolFile(
                path,
                number,
                places,
                damage,
                FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        syncFolder(folder);
        return file;
    }

    /**
     * Opens an existing file, and drops an incomplete end. What is damaged is left out.
     *
     * @param from the offset of the first record that is not in the store
     * @param last whether this is the last file of the spool, in which a crash can leave an incomplete record
     */
    static SpoolFile open(Path path, long number, long from, boolean last, AtomicLong places, SpoolDamage damage)
            throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        SpoolFile file = new SpoolFile(path, number, places, damage, channel);
        try {
            file.scan(from, last);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return file;
    }

    private void scan(long from, boolean last) throws IOException {
        SpoolScan scan = new SpoolScan(channel, from);
        for (SpoolScan.Found found = scan.next(); found != null; found = scan.next()) {
            SpoolRecord record = found.record();
            long place = places.incrementAndGet();
            add(new Entry(
                    place, found.offset(), record.bytes(), record.spans(), record.arrived(), record.delete(place)));
        }
        end = scan.size();
        if (last && scan.endsIncomplete()) {
            end = scan.offset();
            LOG.info("{} ends in {} bytes that were never acknowledged", path, scan.size() - end);
            channel.truncate(end);
            channel.force(true);
        } else {
            scan.noteDamagedEnd();
        }
        if (scan.firstDamage() >= 0) {
            damage.found(path, scan.firstDamage(), scan.damagedBytes() + " bytes", unread.size(), 0);
        }
    }

    /** Returns once the records are durable. If it throws, the file is unchanged, or accepts no more records. */
    void append(List<byte[]> records, List<Submission> submissions, Instant now) throws IOException {
        long offset = end;
        write(records);
        for (int i = 0; i < records.size(); i++) {
            int bytes = records.get(i).length;
            add(new Entry(
                    places.incrementAndGet(), offset, bytes, submissions.get(i).count(), now, null));
            offset += bytes;
        }
    }

    /** Same as {@link #append}, for a delete. */
    void appendDelete(byte[] record, UUID tenantId, Set<UUID> traceIds, Instant now) throws IOException {
        long offset = end;
        write(List.of(record));
        long place = places.incrementAndGet();
        add(new Entry(place, offset, record.length, 0, now, new SpooledDelete(place, tenantId, traceIds)));
    }

    private void write(List<byte[]> records) throws IOException {
        long offset = end;
        try {
            for (byte[] record : records) {
                ByteBuffer bytes = ByteBuffer.wrap(record);
                while (bytes.hasRemaining()) {
                    offset += channel.write(bytes, offset);
                }
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(end);
            throw e;
        }
        end = offset;
    }

    /** Returns whether the file is still in its folder, or at least not known to be gone or replaced. */
    boolean isInPlace() {
        try {
            Object now = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return now == null || key == null || now.equals(key);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true; // not known
        }
    }

    /** Writes the file again from what is still open, after someone has removed or replaced it. Returns whether it is in place. */
    boolean restore() {
        Path copy = path.resolveSibling(path.getFileName() + ".restored");
        try {
            FileChannel restored = FileChannel.open(
                    copy,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            try {
                copyTo(restored);
                Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                restored.close();
                Files.deleteIfExists(copy);
                throw e;
            }
            close();
            channel = restored;
            key = keyOf(path);
            syncFolder(path.toAbsolutePath().getParent());
        } catch (IOException e) {
            if (!restoreFailed) {
                LOG.error(
                        "{} was removed while in use, and its {} requests cannot be written again",
                        path,
                        unread.size(),
                        e);
            }
            restoreFailed = true;
            return false;
        }
        restoreFailed = false;
        LOG.error(
                "{} was removed or replaced while in use; its {} requests are written to it again",
                path,
                unread.size());
        return true;
    }

    private void copyTo(FileChannel target) throws IOException {
        long copied = 0;
        long some = 1;
        while (copied < end && some > 0) {
            some = channel.transferTo(copied, end - copied, target);
            copied += some;
        }
        target.force(true);
    }

    private void add(Entry entry) {
        unread.add(entry);
        spans += entry.spans;
    }

    /** Returns the deletes in it, in their order. */
    List<SpooledDelete> deletes() {
        return unread.stream().map(Entry::delete).filter(Objects::nonNull).toList();
    }

    /**
     * Reads the oldest submission, and those after it that fit within the limits. What deletes have removed is left out; a
     * submission of which nothing is left, and a delete, is one without spans. Those that are damaged leave the spool.
     *
     * @param maxBytes limit of their records in the file
     * @param deletes of the whole spool
     */
    List<Submission> oldest(int maxSpans, long maxBytes, List<SpooledDelete> deletes) throws IOException {
        List<Submission> all = new ArrayList<>();
        List<Entry> damaged = new ArrayList<>();
        long bytes = 0;
        long count = 0;
        for (Entry entry : unread) {
            count += entry.spans;
            bytes += entry.bytes;
            if (!all.isEmpty() && (count > maxSpans || bytes > maxBytes)) {
                break;
            }
            Submission submission = read(entry, deletes);
            if (submission == null) {
                damaged.add(entry);
            } else {
                all.add(submission);
            }
        }
        remove(damaged);
        return all;
    }

    private void remove(List<Entry> damaged) {
        if (damaged.isEmpty()) {
            return;
        }
        unread.removeAll(new HashSet<>(damaged));
        long lost = damaged.stream().mapToLong(Entry::spans).sum();
        spans -= lost;
        String what = "%d requests with %d spans".formatted(damaged.size(), lost);
        damage.found(path, damaged.get(0).offset, what, unread.size(), lost);
    }

    /** Returns all records that are not in the store yet. */
    List<Entry> records() {
        return List.copyOf(unread);
    }

    /** Reads a record, as {@link #oldest} does, while others may be appended; null if it is damaged. */
    @Nullable
    Submission read(Entry entry, List<SpooledDelete> deletes) throws IOException {
        if (entry.delete != null) {
            return new Submission.Spans(List.of());
        }
        SpoolRecord record = SpoolRecord.read(channel, entry.offset, entry.offset + entry.bytes);
        if (record == null) {
            return null;
        }
        Submission submission;
        try {
            submission = record.submission();
        } catch (RuntimeException e) { // or it would keep all others from being drained
            LOG.error("{} has a request at byte {} that cannot be decoded", path, entry.offset, e);
            return null;
        }
        for (SpooledDelete delete : deletes) {
            if (delete.place() > entry.place) {
                submission = delete.leaves(submission);
            }
        }
        return submission;
    }

    /** Drops the oldest records, which are in the store. Returns how many spans were in them. */
    long removeOldest(int records) {
        long before = spans;
        for (int i = 0; i < records; i++) {
            Entry entry = unread.remove();
            spans -= entry.spans;
        }
        return before - spans;
    }

    long number() {
        return number;
    }

    /** Returns where the first record begins that is not in the store. */
    long readOffset() {
        Entry first = unread.peek();
        return first == null ? end : first.offset;
    }

    long bytes() {
        return end;
    }

    int submissions() {
        return unread.size();
    }

    long spans() {
        return spans;
    }

    /** Returns when the oldest record that is not in the store arrived; null if there is none. */
    @Nullable
    Instant oldestArrival() {
        Entry first = unread.peek();
        return first == null ? null : first.arrived;
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(path); // someone may have removed it
        syncFolder(path.toAbsolutePath().getParent());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("{} cannot be closed", path, e);
        }
    }

    /** Makes the names of new and removed files durable. Not every file system supports this. */
    private static void syncFolder(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("{} cannot be synced", folder, e);
        }
    }
}
