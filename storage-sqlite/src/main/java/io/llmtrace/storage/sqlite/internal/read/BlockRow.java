package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.format.DamagedDataException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code blocks}: the compressed bodies of several spans.
 *
 * @param ofOneTrace whether all bodies are of one trace
 * @param base the row id of the block that this one was compressed against, or null
 * @param isBase whether another block was compressed against this one
 * @param plainSize before compression, in bytes
 */
public record BlockRow(
        long id,
        boolean ofOneTrace,
        @Nullable Long base,
        boolean isBase,
        List<BlockMembers.Member> members,
        int plainSize,
        byte[] data) {

    private static final String SELECT =
            "SELECT trace IS NOT NULL AS of_one_trace, base, is_base, members, plain_size, data FROM blocks WHERE id = ?";

    /**
     * Reads a block.
     *
     * @throws DamagedDataException if there is none with that row id
     */
    public static BlockRow read(SqliteConnection connection, long id) throws SQLException {
        BlockRow block = connection.first(
                SELECT,
                row -> new BlockRow(
                        id,
                        row.flag("of_one_trace"),
                        row.numberOrNull("base"),
                        row.flag("is_base"),
                        BlockMembers.decodeMembers(row.bytes("members")),
                        (int) row.number("plain_size"),
                        row.bytes("data")),
                id);
        if (block == null) {
            throw new DamagedDataException("a block of spans is missing: " + id);
        }
        return block;
    }

    /** Returns the previews of a block, by the row ids of the spans. */
    public static Map<Long, BlockMembers.Preview> previewsOf(SqliteConnection connection, long block)
            throws SQLException {
        Map<Long, BlockMembers.Preview> previews = new HashMap<>();
        connection.each(
                "SELECT members, previews FROM blocks WHERE id = ?",
                row -> {
                    List<BlockMembers.Member> members = BlockMembers.decodeMembers(row.bytes("members"));
                    List<BlockMembers.Preview> texts = BlockMembers.decodePreviews(row.bytes("previews"));
                    for (int i = 0; i < members.size(); i++) {
                        previews.put(members.get(i).span(), texts.get(i));
                    }
                },
                block);
        return previews;
    }
}
