package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers.Member;
import io.llmtrace.storage.sqlite.internal.read.BlockReader;
import io.llmtrace.storage.sqlite.internal.read.BlockRow;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the rows of {@code blocks}. */
public final class BlockWriter {

    private static final String INSERT =
            "INSERT INTO blocks (id, trace, base, members, previews, plain_size, data) VALUES (?, ?, ?, ?, ?, ?, ?)";

    private final BlockPacker packer;
    private final RecentBlocks recent;
    private long nextId;

    BlockWriter(BlockPacker packer, RecentBlocks recent) {
        this.packer = packer;
        this.recent = recent;
    }

    void open(SqliteConnection connection) throws SQLException {
        // The id of a deleted block must not be assigned again: the text index takes blocks with higher ids as not
        // indexed yet.
        nextId = 1
                + Math.max(
                        connection.number("SELECT max(id) FROM blocks"),
                        connection.number("SELECT value FROM counters WHERE name = 'text_indexed_block'"));
    }

    /** Returns the row id that the next {@link #insert} assigns, which the rows of its spans refer to. */
    long nextId() {
        return nextId;
    }

    /**
     * Stores a block.
     *
     * @param trace the row id of the trace that all bodies are of, or null
     * @param spans the row ids of the spans, in the order of the bodies
     */
    void insert(SqliteConnection connection, BlockPacker.Packed packed, @Nullable Long trace, List<Long> spans)
            throws SQLException {
        BlockPacker.Packed block = packed;
        if (packed.base() != null && !markAsBase(connection, packed.base())) {
            block = packer.repack(packed.bodies(), packed.trace(), null);
        }
        List<Member> members = new ArrayList<>(spans.size());
        for (int i = 0; i < spans.size(); i++) {
            members.add(new Member(spans.get(i), block.bodies().get(i).bytes().length));
        }
        long id = nextId++;
        RecentBlocks.Block base = block.base();
        connection.update(
                INSERT,
                id,
                trace,
                base == null ? null : Long.valueOf(base.id()),
                BlockMembers.encodeMembers(members),
                block.previews(),
                block.plainSize(),
                block.data());
        if (block.trace() != null) {
            recent.add(block.trace(), block.self(), id);
        }
    }

    /**
     * Removes the bodies of spans from a block. A block of one trace is never rewritten, since other blocks may be compressed
     * against it, even some that are not stored yet. It is deleted once neither a span nor another block needs it, at the latest
     * with its trace.
     */
    public void remove(SqliteConnection connection, long id, Set<Long> spans) throws SQLException {
        BlockRow block = BlockRow.read(connection, id);
        List<Member> remaining = new ArrayList<>();
        for (Member member : block.members()) {
            if (!spans.contains(member.span()) && isCurrent(connection, member, id)) {
                remaining.add(member);
            }
        }
        if (remaining.isEmpty() && !block.isBase()) {
            connection.update("DELETE FROM blocks WHERE id = ?", id);
        } else if (!block.ofOneTrace()) {
            rewrite(connection, block, remaining);
        }
    }

    /** Returns whether this block holds the body of the span's stored version: after a replacement, a later block does. */
    private static boolean isCurrent(SqliteConnection connection, Member member, long block) throws SQLException {
        return connection.number("SELECT block FROM spans WHERE id = ?", member.span()) == block;
    }

    private void rewrite(SqliteConnection connection, BlockRow block, List<Member> remaining) throws SQLException {
        BlockReader reader = new BlockReader(connection);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (Member member : remaining) {
            reader.read(block.id(), member.span(), plain::writeBytes);
        }
        Map<Long, BlockMembers.Preview> previews = BlockRow.previewsOf(connection, block.id());
        connection.update(
                "UPDATE blocks SET members = ?, previews = ?, plain_size = ?, data = ? WHERE id = ?",
                BlockMembers.encodeMembers(remaining),
                BlockMembers.encodePreviews(remaining.stream()
                        .map(member -> previews.getOrDefault(member.span(), BlockMembers.Preview.NONE))
                        .toList()),
                plain.size(),
                packer.compress(plain.toByteArray(), null),
                block.id());
    }

    /** Marks a block as the base of another. Returns false if it does not exist: not stored, rolled back, or removed. */
    private static boolean markAsBase(SqliteConnection connection, RecentBlocks.Block base) throws SQLException {
        return connection.update("UPDATE blocks SET is_base = 1 WHERE id = ? AND is_base = 0", base.id()) == 1
                || connection.number("SELECT EXISTS (SELECT 1 FROM blocks WHERE id = ?)", base.id()) == 1;
    }
}
