package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.format.BodyCompression;
import io.llmtrace.storage.sqlite.internal.format.DamagedDataException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies from blocks, in one transaction. Keeps the blocks that it decompressed last, since the next span is usually in one of
 * them, or in one that was compressed against them. So spans should be read in the order of their blocks: in any other, each may
 * need a block, and the whole chain before it, that was dropped a moment ago. A block that the transaction rewrites may stay in the
 * cache, since the bodies that remain in it do not change.
 */
public final class BlockReader {

    /** More than the 2 MiB of one chain. */
    private static final int MAX_CACHED_BYTES = 4 << 20;

    /** Bytes taken for each byte of a body until it is decoded: the body, its fields, and their texts of up to two bytes. */
    private static final long BODY_COPIES = 4;

    private final SqliteConnection connection;
    private final Map<Long, UnpackedBlock> unpacked = new LinkedHashMap<>(16, 0.75f, true);
    private long cachedBytes;

    /** Creates a reader for the transaction that runs on a connection. */
    public BlockReader(SqliteConnection connection) {
        this.connection = connection;
    }

    /** Uses the bytes of a body. */
    public interface Decoder {
        void decode(byte[] body);
    }

    /**
     * Passes the body of a span to a decoder, which must not keep it.
     *
     * @param block the row id of the block that holds it
     * @param span the row id of the span
     */
    public void read(long block, long span, Decoder decoder) throws SQLException {
        UnpackedBlock found = unpacked(block);
        Body body = found.find(span, block);
        long copies = BODY_COPIES * body.length;
        connection.memory().reserveTemporary(copies);
        decoder.decode(Arrays.copyOfRange(found.plain, body.offset, body.offset + body.length));
        connection.memory().releaseTemporary(copies);
    }

    /** Decompresses a block, after the chain of blocks that it was compressed against, from the nearest one in the cache on. */
    private UnpackedBlock unpacked(long id) throws SQLException {
        UnpackedBlock block = unpacked.get(id);
        if (block != null) {
            return block;
        }
        Deque<BlockRow> chain = new ArrayDeque<>();
        Long next = id;
        while (next != null && block == null) {
            BlockRow row = BlockRow.read(connection, next);
            chain.push(row);
            next = row.base();
            if (next != null && next >= row.id()) { // ids ascend, so a chain that does not descend may have no end
                throw new DamagedDataException("block " + row.id() + " refers to the later block " + next);
            }
            block = next == null ? null : unpacked.get(next);
        }
        UnpackedBlock last = unpack(chain.pop(), block);
        while (!chain.isEmpty()) {
            last = unpack(chain.pop(), last);
        }
        return last;
    }

    private UnpackedBlock unpack(BlockRow row, @Nullable UnpackedBlock base) {
        makeRoom(row.plainSize());
        connection.memory().reserveTemporary(row.plainSize());
        cachedBytes += row.plainSize();
        byte[] dictionary = base == null ? null : BodyCompression.dictionaryOf(base.plain);
        byte[] plain = connection.decompressor().decompress(row.data(), row.plainSize(), dictionary);
        UnpackedBlock block = new UnpackedBlock(row.members(), plain);
        unpacked.put(row.id(), block);
        return block;
    }

    /** Drops the blocks that were used longest ago. */
    private void makeRoom(int bytes) {
        Iterator<UnpackedBlock> oldest = unpacked.values().iterator();
        while (cachedBytes + bytes > MAX_CACHED_BYTES && oldest.hasNext()) {
            int size = oldest.next().plain.length;
            oldest.remove();
            cachedBytes -= size;
            connection.memory().releaseTemporary(size);
        }
    }

    private record Body(int offset, int length) {}

    private record UnpackedBlock(List<BlockMembers.Member> members, byte[] plain) {
        Body find(long span, long block) {
            int offset = 0;
            for (BlockMembers.Member member : members) {
                if (member.span() == span) {
                    return new Body(offset, member.length());
                }
                offset += member.length();
            }
            throw new DamagedDataException("block " + block + " lacks the span " + span);
        }
    }
}
