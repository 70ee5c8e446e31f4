package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.sqlite.BlockMembers.Member;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes and reads the rows of the {@code blocks} table. */
final class Blocks {

    private static final String INSERT =
            "INSERT INTO blocks (id, trace, base, members, previews, plain_size, data) VALUES (?, ?, ?, ?, ?, ?, ?)";
    private static final String SELECT =
            "SELECT trace, base, is_base, members, plain_size, data FROM blocks WHERE id = ?";

    /** The spans of blocks behind the given one, as SQL: how many. */
    static final String SPANS_BEHIND =
            "SELECT coalesce(sum(length(members)), 0) / " + BlockMembers.MEMBER_BYTES + " FROM blocks WHERE id > ";

    private final BlockPacker packer;
    private final RecentBlocks recent;
    private long nextId;

    Blocks(BlockPacker packer, RecentBlocks recent) {
        this.packer = packer;
        this.recent = recent;
    }

    void open(Session session) throws SQLException {
        // Never the number of a block that was deleted: the text index goes by these numbers.
        nextId = 1
                + Math.max(
                        session.number("SELECT max(id) FROM blocks"),
                        session.number("SELECT value FROM counters WHERE name = 'text_indexed_block'"));
    }

    /** The number that {@link #insert} will give, for the rows of its spans. */
    long nextId() {
        return nextId;
    }

    /**
     * @param trace row of the trace whose all bodies are, or null
     * @param spans rows of the spans, in the order of the bodies
     */
    void insert(Session session, BlockPacker.Packed packed, @Nullable Long trace, List<Long> spans)
            throws SQLException {
        BlockPacker.Packed block = packed;
        if (packed.base() != null && !claim(session, packed.base())) {
            block = packer.repack(packed.bodies(), packed.trace(), null);
        }
        List<Member> members = new ArrayList<>(spans.size());
        for (int i = 0; i < spans.size(); i++) {
            members.add(new Member(spans.get(i), block.bodies().get(i).bytes().length));
        }
        long id = nextId++;
        RecentBlocks.Block base = block.base();
        session.update(
                INSERT,
                id,
                trace,
                base == null ? null : Long.valueOf(base.id()),
                BlockMembers.encodeMembers(members),
                block.previews(),
                block.plainSize(),
                block.data());
        if (block.trace() != null) {
            recent.stored(block.trace(), block.self(), id);
        }
    }

    /**
     * Takes the bodies of spans out of a block. One of a single trace is never changed, since others may be compressed
     * against it already, also such that are still to be stored: it goes as soon as it holds nothing that is needed, and with
     * its trace at the latest.
     */
    void remove(Session session, long id, Set<Long> spans) throws SQLException {
        Row row = row(session, id);
        List<Member> kept = new ArrayList<>();
        for (Member member : row.members) {
            if (!spans.contains(member.span()) && isLive(session, member, id)) {
                kept.add(member);
            }
        }
        if (kept.isEmpty() && !row.isBase) {
            session.update("DELETE FROM blocks WHERE id = ?", id);
        } else if (!row.ofOneTrace) {
            rewrite(session, row, kept);
        }
    }

    private static boolean isLive(Session session, Member member, long block) throws SQLException {
        return session.number("SELECT block FROM spans WHERE id = ?", member.span()) == block;
    }

    private void rewrite(Session session, Row row, List<Member> kept) throws SQLException {
        Reader reader = new Reader(session);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (Member member : kept) {
            plain.writeBytes(reader.read(row.id, member.span()));
        }
        Map<Long, BlockMembers.Preview> previews = previewsOf(session, row.id);
        session.update(
                "UPDATE blocks SET members = ?, previews = ?, plain_size = ?, data = ? WHERE id = ?",
                BlockMembers.encodeMembers(kept),
                BlockMembers.encodePreviews(kept.stream()
                        .map(member -> previews.getOrDefault(member.span(), BlockMembers.Preview.NONE))
                        .toList()),
                plain.size(),
                packer.compress(plain.toByteArray(), null),
                row.id);
    }

    /** The blocks in which traces share space with others, each with the spans of these traces in it. */
    static Map<Long, Set<Long>> sharedBlocksOf(Session session, Collection<Long> traces) throws SQLException {
        Map<Long, Set<Long>> shared = new HashMap<>();
        for (long trace : traces) {
            session.each(
                    "SELECT s.block, s.id FROM spans s JOIN blocks b ON b.id = s.block WHERE s.trace = ? AND b.trace IS NULL",
                    row -> shared.computeIfAbsent(row.getLong(1), block -> new HashSet<>())
                            .add(row.getLong(2)),
                    trace);
        }
        return shared;
    }

    /** The previews of a block, by the rows of the spans. */
    static Map<Long, BlockMembers.Preview> previewsOf(Session session, long block) throws SQLException {
        Map<Long, BlockMembers.Preview> previews = new HashMap<>();
        session.each(
                "SELECT members, previews FROM blocks WHERE id = ?",
                row -> {
                    List<Member> members = BlockMembers.decodeMembers(row.getBytes(1));
                    List<BlockMembers.Preview> texts = BlockMembers.decodePreviews(row.getBytes(2));
                    for (int i = 0; i < members.size(); i++) {
                        previews.put(members.get(i).span(), texts.get(i));
                    }
                },
                block);
        return previews;
    }

    /** Marks a block as needed by another. @return false if it is not there: never stored, rolled back, or removed since */
    private static boolean claim(Session session, RecentBlocks.Block base) throws SQLException {
        return session.update("UPDATE blocks SET is_base = 1 WHERE id = ? AND is_base = 0", base.id()) == 1
                || session.number("SELECT EXISTS (SELECT 1 FROM blocks WHERE id = ?)", base.id()) == 1;
    }

    private static Row row(Session session, long id) throws SQLException {
        Row row = session.first(
                SELECT,
                found -> new Row(
                        id,
                        SpanRow.longOrNull(found, 1) != null,
                        SpanRow.longOrNull(found, 2),
                        found.getInt(3) == 1,
                        BlockMembers.decodeMembers(found.getBytes(4)),
                        found.getInt(5),
                        found.getBytes(6)),
                id);
        if (row == null) {
            throw new CorruptStoreException("a block of spans is missing: " + id);
        }
        return row;
    }

    private record Row(
            long id,
            boolean ofOneTrace,
            @Nullable Long base,
            boolean isBase,
            List<Member> members,
            int plainSize,
            byte[] data) {}

    private record Unpacked(List<Member> members, byte[] plain) {
        byte[] bodyOf(long span, long block) {
            int offset = 0;
            for (Member member : members) {
                if (member.span() == span) {
                    return Arrays.copyOfRange(plain, offset, offset + member.length());
                }
                offset += member.length();
            }
            throw new CorruptStoreException("block " + block + " lacks the span " + span);
        }
    }

    /** Reads bodies in one view of the store. Remembers the blocks that it unpacked: the next span is mostly in one of them. */
    static final class Reader {
        private static final int MAX_REMEMBERED_BYTES = 32 << 20;

        private final Session session;
        private final Map<Long, Unpacked> unpacked = new HashMap<>();
        private long rememberedBytes;

        Reader(Session session) {
            this.session = session;
        }

        byte[] read(long block, long span) throws SQLException {
            return unpacked(block).bodyOf(span, block);
        }

        private Unpacked unpacked(long id) throws SQLException {
            Deque<Row> chain = new ArrayDeque<>();
            Unpacked found = unpacked.get(id);
            Long next = found == null ? Long.valueOf(id) : null;
            while (next != null) {
                Row row = row(session, next);
                chain.push(row);
                next = row.base;
                found = next == null ? null : unpacked.get(next);
                if (found != null) {
                    break;
                }
            }
            while (!chain.isEmpty()) {
                found = remember(chain.pop(), found);
            }
            if (found == null) {
                throw new CorruptStoreException("a block of spans is missing: " + id);
            }
            return found;
        }

        private Unpacked remember(Row row, @Nullable Unpacked base) {
            byte[] dictionary = base == null ? null : RecentBlocks.Block.dictionaryOf(base.plain);
            byte[] plain = session.decompressor().decompress(row.data, row.plainSize, dictionary);
            if (rememberedBytes > MAX_REMEMBERED_BYTES) {
                unpacked.clear();
                rememberedBytes = 0;
            }
            Unpacked block = new Unpacked(row.members, plain);
            unpacked.put(row.id, block);
            rememberedBytes += plain.length;
            return block;
        }
    }
}
