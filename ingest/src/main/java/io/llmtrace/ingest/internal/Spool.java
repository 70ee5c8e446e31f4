package io.llmtrace.ingest.internal;

import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of submissions on disk that the store has not taken yet. Its files are read in the order of their names; for their
 * format see {@link SpoolFile} and {@link SpoolRecord}.
 *
 * <pre>
 *   00000000000000000007.spool    being read; removed when all of it is in the store
 *   00000000000000000008.spool    being written
 *   00000000000000000005.spool.damaged    copy of a file that could not be read completely
 *   position                      file and offset of the first record that is not in the store
 *   lock                          held while the spool is open
 *   reserve                       space for the records of deletes
 * </pre>
 *
 * Once {@link #append} has returned, its submissions survive a crash. After a crash, those that were stored but not yet noted in
 * {@code position} are read again. Thread-safe.
 */
public final class Spool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final Path folder;
    private final File disk;
    private final long maxBytes;
    private final long maxFileBytes;
    private final long keepFreeBytes;
    private final SpoolLock lock;
    private final SpoolPosition position;
    private final SpoolReserve reserve;
    /** Held while submissions are on their way into the store, and during a delete. */
    private final ReentrantLock draining = new ReentrantLock(true);

    private final AtomicLong places = new AtomicLong();
    private final SpoolDamage damage = new SpoolDamage();
    private final Deque<SpoolFile> files = new ArrayDeque<>();
    private @Nullable SpoolFile writing;
    private long lastNumber;
    /** Size of the last submissions that found no room; 0 after some that did. */
    private long refusedBytes;

    /**
     * Opens the spool in a folder, with the submissions that an earlier process left there. A missing folder is created.
     *
     * @param maxBytes limit of all files together
     * @param keepFreeBytes how many bytes the spool leaves free on its disk
     * @throws UnavailableException if the folder cannot be used, or another process uses it
     */
    public Spool(Path folder, long maxBytes, long keepFreeBytes) {
        this(folder, maxBytes, keepFreeBytes, folder.toFile());
    }

    /** @param disk says how much space there is */
    Spool(Path folder, long maxBytes, long keepFreeBytes, File disk) {
        this.folder = folder;
        this.disk = disk;
        this.reserve = new SpoolReserve(folder.resolve("reserve"));
        this.maxBytes = maxBytes;
        this.keepFreeBytes = keepFreeBytes;
        this.maxFileBytes = Math.max(1 << 16, Math.min(32 << 20, maxBytes / 8));
        try {
            Files.createDirectories(folder);
            this.lock = SpoolLock.acquire(folder.resolve("lock"));
        } catch (IOException e) {
            throw new UnavailableException(
                    "spool folder " + folder + " cannot be used: " + e.getMessage()
                            + "; make it writable, or choose another data folder (data)",
                    e);
        }
        try {
            this.position = new SpoolPosition(folder.resolve("position"));
            openFiles();
        } catch (IOException e) {
            lock.close();
            throw new UnavailableException("spool in " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void openFiles() throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> sorted = all.sorted().toList();
            paths = sorted.stream().filter(SpoolFileName::matches).toList();
            List<Path> foreign =
                    sorted.stream().filter(SpoolFileName::isForeign).toList();
            if (!foreign.isEmpty()) {
                LOG.warn("these are no files of the spool, and are left alone: {}", foreign);
            }
        }
        SpoolPosition.RecordLocation firstUnstored = position.read();
        // Counts even if all files are gone. A number must not be used again: a new file with it would be taken for one
        // whose records are stored.
        lastNumber = firstUnstored.file();
        for (int i = 0; i < paths.size(); i++) {
            long number = SpoolFileName.numberOf(paths.get(i)).getAsLong();
            lastNumber = Math.max(lastNumber, number);
            if (number < firstUnstored.file()) {
                Files.delete(paths.get(i));
                continue;
            }
            SpoolFile file = SpoolFile.open(
                    paths.get(i),
                    number,
                    number == firstUnstored.file() ? firstUnstored.offset() : 0,
                    i == paths.size() - 1,
                    places,
                    damage);
            files.add(file);
        }
        removeEmptyFiles();
        if (!isEmpty()) {
            LOG.info("the spool holds {} requests with {} spans from an earlier run", submissions(), spans());
        }
    }

    public synchronized boolean isEmpty() {
        return files.stream().allMatch(file -> file.submissions() == 0);
    }

    private long submissions() {
        return files.stream().mapToLong(SpoolFile::submissions).sum();
    }

    private long spans() {
        return files.stream().mapToLong(SpoolFile::spans).sum();
    }

    /**
     * The submissions that are not in the store yet.
     *
     * @param bytes size of all files
     * @param oldest when the oldest submission arrived; null if there is none
     * @param full why the last submissions were refused, if there is still no room for them; empty otherwise
     * @param damage what could not be read since the start; empty if there was nothing
     * @param damagedSpans how many spans could not be read that had been counted as waiting
     */
    public record Content(
            long submissions,
            long spans,
            long bytes,
            @Nullable Instant oldest,
            String full,
            String damage,
            long damagedSpans) {}

    /** Returns what the spool holds now. */
    public synchronized Content content() {
        SpoolFile first = files.peekFirst();
        return new Content(
                submissions(),
                spans(),
                bytes(),
                first == null ? null : first.oldestArrival(),
                refusedBytes == 0 ? "" : lackOfRoom(refusedBytes),
                damage.last(),
                damage.spans());
    }

    /**
     * Appends submissions, and returns once they are durable. If it throws, none of them is in the spool.
     *
     * @throws OverloadedException if the spool or its disk is full
     * @throws UnavailableException if the disk fails, or the folder is gone
     */
    synchronized void append(List<Submission> all) {
        List<byte[]> records = new ArrayList<>(all.size());
        long more = 0;
        Instant now = Instant.now();
        for (Submission submission : all) {
            byte[] record = SpoolRecord.encode(submission, now);
            records.add(record);
            more += record.length;
        }
        requireRoom(more);
        restoreRemoved();
        try {
            SpoolFile file = writable(more);
            file.append(records, all, now);
        } catch (IOException e) {
            endWriting();
            throw cannotBeWritten(e);
        }
        reserve.take();
        notifyAll();
    }

    /**
     * Notes a delete: what the spool holds of these traces is not stored. Returns once that is durable. Takes no account of the
     * limits, since a delete must be possible when they are reached.
     *
     * @throws UnavailableException if the disk fails, or is full in spite of all reserves
     */
    synchronized void appendDelete(UUID tenantId, Set<UUID> traceIds) {
        Instant now = Instant.now();
        byte[] record = SpoolRecord.encode(tenantId, traceIds, now);
        restoreRemoved();
        try {
            appendDelete(record, tenantId, traceIds, now);
        } catch (IOException e) {
            LOG.debug("a delete needs the reserve of the spool", e);
            reserve.release();
            try {
                appendDelete(record, tenantId, traceIds, now);
            } catch (IOException again) {
                again.addSuppressed(e);
                throw cannotBeWritten(again);
            }
        }
        notifyAll();
    }

    private void appendDelete(byte[] record, UUID tenantId, Set<UUID> traceIds, Instant now) throws IOException {
        try {
            writable(record.length).appendDelete(record, tenantId, traceIds, now);
        } catch (IOException e) {
            endWriting();
            throw e;
        }
    }

    /** Ends a file that could not be written. One without records is removed, or each further attempt would leave another. */
    private void endWriting() {
        SpoolFile file = writing;
        writing = null;
        if (file == null || file.bytes() > 0) {
            return;
        }
        files.remove(file);
        try {
            file.delete();
        } catch (IOException e) {
            LOG.debug("a file of the spool cannot be removed", e);
        }
    }

    private SpoolFile writable(long more) throws IOException {
        SpoolFile file = writing;
        if (file == null || file.bytes() + more > maxFileBytes) {
            file = SpoolFile.create(folder, ++lastNumber, places, damage);
            files.add(file);
            writing = file;
        }
        return file;
    }

    /** Files that someone has removed are written again, as long as the process has them open. One that cannot be is not written on. */
    private void restoreRemoved() {
        for (SpoolFile file : files) {
            if (!file.isInPlace() && !file.restore() && file == writing) {
                writing = null;
            }
        }
    }

    private UnavailableException cannotBeWritten(IOException e) {
        return new UnavailableException(
                "spool in " + folder + " cannot be written: " + e.getMessage() + "; free or repair its disk", e);
    }

    private void requireRoom(long more) {
        String lack = lackOfRoom(more);
        refusedBytes = lack.isEmpty() ? 0 : more;
        if (lack.equals(missingFolder())) {
            throw new UnavailableException(lack);
        }
        if (!lack.isEmpty()) {
            throw new OverloadedException(lack);
        }
    }

    /** Returns what there is too little of; empty if there is room. */
    private String lackOfRoom(long more) {
        if (Files.notExists(folder)) {
            return missingFolder();
        }
        if (bytes() + more > maxBytes) {
            return "spool is full: " + bytes() + " bytes of " + maxBytes
                    + " (spool-max-mb); let the store take spans again, or raise the limit";
        }
        if (disk.getTotalSpace() == 0) {
            return ""; // not known, as on some network file systems
        }
        long free = disk.getUsableSpace();
        return free - more < keepFreeBytes
                ? "spool has no room: " + free + " bytes free on the disk of " + folder + ", and " + keepFreeBytes
                        + " must stay free; free some, or let the store take spans again"
                : "";
    }

    private String missingFolder() {
        return "spool folder " + folder + " does not exist: create it again, and what waits is written to it";
    }

    /** Notes that submissions need no spool any more: whether there is room does not matter. */
    synchronized void forgetRefusal() {
        refusedBytes = 0;
    }

    private long bytes() {
        return files.stream().mapToLong(SpoolFile::bytes).sum();
    }

    /** Runs a round of draining, while no delete is running. */
    <T> T draining(Supplier<T> round) throws InterruptedException {
        draining.lockInterruptibly();
        try {
            return round.get();
        } finally {
            draining.unlock();
        }
    }

    /** Waits until the spool is not empty. */
    synchronized void awaitContent() throws InterruptedException {
        while (isEmpty()) {
            wait();
        }
    }

    /** Same as {@link #awaitContent()}, but for a time at most. Returns whether the spool is not empty. */
    synchronized boolean awaitContent(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; isEmpty() && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return !isEmpty();
    }

    /**
     * Runs work during which nothing is drained. What is appended meanwhile counts as later.
     *
     * @throws UnavailableException if the store does not end what is being drained within the patience
     */
    <T> T undisturbed(DeletePatience wait, Supplier<T> work) {
        try {
            if (!draining.tryLock(wait.nanosLeft(), TimeUnit.NANOSECONDS)) {
                throw wait.over();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while the spool was being drained", e);
        }
        try {
            return work.get();
        } finally {
            draining.unlock();
        }
    }

    /** Reads all submissions that are intact, one by one. To be called {@link #undisturbed}. */
    void forEach(Consumer<Submission> consumer) {
        List<SpooledDelete> deletes;
        Map<SpoolFile, List<SpoolFile.Entry>> records = new LinkedHashMap<>();
        synchronized (this) {
            deletes = deletes();
            files.forEach(file -> records.put(file, file.records()));
        }
        try {
            for (Map.Entry<SpoolFile, List<SpoolFile.Entry>> ofFile : records.entrySet()) {
                for (SpoolFile.Entry record : ofFile.getValue()) {
                    Submission submission = ofFile.getKey().read(record, deletes);
                    if (submission != null) {
                        consumer.accept(submission);
                    }
                }
            }
        } catch (IOException e) {
            throw new UnavailableException("spool in " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private List<SpooledDelete> deletes() {
        return files.stream().flatMap(file -> file.deletes().stream()).toList();
    }

    /**
     * Reads the oldest submissions, which stay in the spool until {@link #removeOldest}. What was deleted is left out, and what is
     * damaged leaves the spool.
     */
    synchronized List<Submission> oldest(int maxSpans, long maxBytes) throws IOException {
        restoreRemoved();
        SpoolFile first = files.peekFirst();
        return first == null ? List.of() : first.oldest(maxSpans, maxBytes, deletes());
    }

    /** Removes the oldest submissions, which are in the store. Returns how many spans were in them, deleted ones included. */
    synchronized long removeOldest(List<Submission> oldest) throws IOException {
        SpoolFile first = files.peekFirst();
        if (first == null) {
            return 0;
        }
        long removed = first.removeOldest(oldest.size());
        position.write(new SpoolPosition.RecordLocation(first.number(), first.readOffset()));
        removeEmptyFiles();
        return removed;
    }

    private void removeEmptyFiles() throws IOException {
        for (SpoolFile first = files.peekFirst();
                first != null && first.submissions() == 0;
                first = files.peekFirst()) {
            if (first == writing) {
                writing = null;
            }
            files.removeFirst();
            first.delete();
        }
    }

    @Override
    public synchronized void close() {
        files.forEach(SpoolFile::close);
        position.close();
        lock.close();
    }
}
