package io.llmtrace.ingest;

import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submissions on disk, until the store takes them: a queue of files, in the order of their names, see {@link SpoolFile}.
 *
 * <pre>
 *   00000000000000000007.spool    being read; removed when all of it is stored
 *   00000000000000000008.spool    written
 *   position                      up to where they are stored: file and offset
 *   lock                          held while the spool is open
 * </pre>
 *
 * What {@link #append} has returned for survives a crash. After one, what was stored but not yet noted in {@code position} is
 * read again.
 */
final class Spool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private static final String SUFFIX = ".spool";

    private final Path folder;
    private final long maxBytes;
    private final long maxFileBytes;
    private final long keepFreeBytes;
    private final SpoolLock lock;
    private final SpoolPosition position;
    private final Deque<SpoolFile> files = new ArrayDeque<>();
    private @Nullable SpoolFile writing;
    private long lastNumber;
    /** Of the records that are not stored yet. */
    private long submissions;

    private long spans;

    /**
     * Opens the spool of a folder, which is made when missing, with what a process before has left there.
     *
     * @param maxBytes of all files
     * @param keepFreeBytes that the spool leaves free on its disk
     * @throws UnavailableException if the folder cannot be used, or another process uses it
     */
    Spool(Path folder, long maxBytes, long keepFreeBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.keepFreeBytes = keepFreeBytes;
        this.maxFileBytes = Math.max(1 << 16, Math.min(32 << 20, maxBytes / 8));
        try {
            Files.createDirectories(folder);
            this.lock = SpoolLock.take(folder.resolve("lock"));
        } catch (IOException e) {
            throw new UnavailableException(
                    "spool folder " + folder + " cannot be used: " + e.getMessage()
                            + "; make it writable, or set another",
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
            paths = all.filter(path -> path.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
        SpoolPosition.Place stored = position.read();
        // Also when all files are gone: a number is never given again, or a new file would pass for a stored one.
        lastNumber = stored.file();
        for (int i = 0; i < paths.size(); i++) {
            long number = numberOf(paths.get(i));
            lastNumber = Math.max(lastNumber, number);
            if (number < stored.file()) {
                Files.delete(paths.get(i));
                continue;
            }
            SpoolFile file = SpoolFile.open(
                    paths.get(i), number, number == stored.file() ? stored.offset() : 0, i == paths.size() - 1);
            submissions += file.submissions();
            spans += file.spans();
            files.add(file);
        }
        removeStored();
        if (submissions > 0) {
            LOG.info("spool has {} submissions with {} spans of before", submissions, spans);
        }
    }

    private static long numberOf(Path path) {
        String name = path.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    }

    synchronized boolean isEmpty() {
        return submissions == 0;
    }

    /** What is in the spool. */
    synchronized SpoolState state() {
        SpoolFile first = files.peekFirst();
        return new SpoolState(submissions, spans, bytes(), submissions == 0 || first == null ? null : first.oldest());
    }

    /**
     * Returns when all of them are durable; if it throws, none of them is there.
     *
     * @throws OverloadedException if there is no room for them
     * @throws UnavailableException if the disk fails
     */
    synchronized void append(List<Submission> all) {
        List<byte[]> records = new ArrayList<>(all.size());
        long more = 0;
        Instant now = Instant.now();
        for (Submission submission : all) {
            byte[] record = SpoolFile.record(submission, now);
            records.add(record);
            more += record.length;
        }
        requireRoom(more);
        try {
            SpoolFile file = writing;
            if (file == null || file.bytes() + more > maxFileBytes) {
                file = SpoolFile.create(folder, ++lastNumber, SUFFIX);
                files.add(file);
                writing = file;
            }
            file.append(records, all, now);
        } catch (IOException e) {
            writing = null;
            throw new UnavailableException(
                    "spool in " + folder + " cannot be written: " + e.getMessage() + "; free or repair its disk", e);
        }
        for (Submission submission : all) {
            submissions++;
            spans += submission.count();
        }
        notifyAll();
    }

    private void requireRoom(long more) {
        if (bytes() + more > maxBytes) {
            throw new OverloadedException("spool is full: " + bytes() + " bytes of " + maxBytes
                    + " (spool-max-mb); bring the store back, or give the spool more");
        }
        long free = folder.toFile().getUsableSpace();
        if (free - more < keepFreeBytes) {
            throw new OverloadedException("spool has no room: " + free + " bytes free on the disk of " + folder
                    + ", of which " + keepFreeBytes + " stay free; free some, or bring the store back");
        }
    }

    private long bytes() {
        return files.stream().mapToLong(SpoolFile::bytes).sum();
    }

    /** Waits until there is something to read. */
    synchronized void awaitContent() throws InterruptedException {
        while (submissions == 0) {
            wait();
        }
    }

    /** The oldest ones, which stay in the spool until {@link #stored} is told of them. */
    synchronized List<Submission> oldest(int maxSpans, long maxBytes) throws IOException {
        SpoolFile first = files.peekFirst();
        return first == null ? List.of() : first.oldest(maxSpans, maxBytes);
    }

    /** Forgets the oldest so many, which are stored now. */
    synchronized void stored(List<Submission> oldest) throws IOException {
        SpoolFile first = files.peekFirst();
        if (first == null) {
            return;
        }
        first.forget(oldest.size());
        submissions -= oldest.size();
        spans -= oldest.stream().mapToLong(Submission::count).sum();
        position.write(new SpoolPosition.Place(first.number(), first.readOffset()));
        removeStored();
    }

    private void removeStored() throws IOException {
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
