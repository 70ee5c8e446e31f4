package io.llmtrace.storage.clickhouse.internal.read;

/** A set of texts by their hashes of 64 bits, since most are never looked at again. */
final class HashedTokens {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** Hashes by open addressing; 0 for a free slot. The length is a power of two. */
    private long[] slots = new long[128];

    private int size;

    /** Returns the hash of a part of a text, in which the case of ASCII does not count. */
    static long hash(CharSequence text, int start, int end) {
        long hash = FNV_OFFSET;
        for (int i = start; i < end; i++) {
            hash = (hash ^ lowerAscii(text.charAt(i))) * FNV_PRIME;
        }
        return finished(hash);
    }

    /**
     * Returns the hash of a part of a text, in which case counts.
     *
     * @param kind texts of different kinds have different hashes
     */
    static long hashOfKind(int kind, CharSequence text, int start, int end) {
        long hash = (FNV_OFFSET ^ kind) * FNV_PRIME;
        for (int i = start; i < end; i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return finished(hash);
    }

    private static long finished(long hash) {
        long mixed = hash ^ hash >>> 29;
        return mixed == 0 ? 1 : mixed;
    }

    static char lowerAscii(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    /** Adds a hash, and returns whether it is new. */
    boolean add(long hash) {
        if (2 * size >= slots.length) {
            grow();
        }
        boolean isNew = insert(hash);
        size += isNew ? 1 : 0;
        return isNew;
    }

    boolean contains(long hash) {
        return slots[slotOf(hash)] != 0;
    }

    private boolean insert(long hash) {
        int slot = slotOf(hash);
        boolean isNew = slots[slot] == 0;
        slots[slot] = hash;
        return isNew;
    }

    /** Returns the slot of a hash, or the free one where it belongs. */
    private int slotOf(long hash) {
        int mask = slots.length - 1;
        int slot = (int) (hash >>> 32) & mask;
        while (slots[slot] != 0 && slots[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 4];
        for (long hash : old) {
            if (hash != 0) {
                insert(hash);
            }
        }
    }
}
