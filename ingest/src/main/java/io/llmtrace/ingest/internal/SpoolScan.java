package io.llmtrace.ingest.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Finds the intact records of a spool file, also behind bytes that are damaged: these are searched for the next offset at which a
 * record with a matching checksum begins.
 */
final class SpoolScan {

    private static final int WINDOW_BYTES = 1 << 16;

    /** Bounds the time, if very many bytes look like the beginning of a record: the sum of their lengths, in sizes of the file. */
    private static final int MAX_CHECKS = 64;

    private final FileChannel channel;
    private final long size;
    private long checks;
    private long offset;
    private long firstDamage = -1;
    private long damagedBytes;

    /** @param from the offset to start at */
    SpoolScan(FileChannel channel, long from) throws IOException {
        this.channel = channel;
        this.size = channel.size();
        this.offset = Math.min(from, size);
        this.checks = MAX_CHECKS * size;
    }

    /** An intact record, and where it begins. */
    record Found(long offset, SpoolRecord record) {}

    /** Returns the next intact record; null if there is none. */
    @Nullable
    Found next() throws IOException {
        SpoolRecord record = SpoolRecord.read(channel, offset, size);
        Found found = record == null ? search(offset + 1) : new Found(offset, record);
        if (found == null) {
            return null;
        }
        noteDamage(found.offset);
        offset = found.offset + found.record.bytes();
        return found;
    }

    private @Nullable Found search(long from) throws IOException {
        ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
        long start = from;
        while (size - start >= SpoolRecord.MIN_BYTES) {
            fill(window, start);
            int offsets = window.limit() - SpoolRecord.MIN_BYTES + 1;
            if (offsets <= 0) {
                return null; // the file has become shorter
            }
            for (int i = 0; i < offsets; i++) {
                if (SpoolRecord.canBegin(window, i, size - start - i)) {
                    checks -= window.getInt(i);
                    if (checks < 0) {
                        return null;
                    }
                    SpoolRecord record = SpoolRecord.read(channel, start + i, size);
                    if (record != null) {
                        return new Found(start + i, record);
                    }
                }
            }
            start += offsets;
        }
        return null;
    }

    private void fill(ByteBuffer window, long start) throws IOException {
        window.clear();
        int read = 0;
        while (window.hasRemaining() && read >= 0) {
            read = channel.read(window, start + window.position());
        }
        window.flip();
    }

    private void noteDamage(long until) {
        if (until > offset) {
            damagedBytes += until - offset;
            firstDamage = firstDamage < 0 ? offset : firstDamage;
        }
    }

    /** Counts what follows the last intact record as damaged. */
    void noteDamagedEnd() {
        noteDamage(size);
        offset = size;
    }

    /** Returns whether nothing but the beginning of a record follows the last intact one, as when a process ends while it writes. */
    boolean endsIncomplete() throws IOException {
        return offset < size && SpoolRecord.isIncomplete(channel, offset, size);
    }

    /** Returns the end of the last intact record. */
    long offset() {
        return offset;
    }

    long size() {
        return size;
    }

    /** Returns where the first damaged byte is, or one of the same record; negative if there is none. */
    long firstDamage() {
        return firstDamage;
    }

    long damagedBytes() {
        return damagedBytes;
    }
}
