package io.llmtrace.storage.sqlite;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.Preview;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes and reads the rows of the {@code bodies} table. */
final class Bodies implements AutoCloseable {

    /** Of the writer, over all traces that are being written. */
    private static final long RECENT_BYTES = 32L << 20;

    private static final String INSERT = "INSERT INTO bodies"
            + " (id, span, input_preview, output_preview, base, depth, plain_size, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String SELECT = "SELECT base, plain_size, data FROM bodies WHERE id = ?";

    private final RecentBodies recent = new RecentBodies(RECENT_BYTES);
    private final BodyCompression.Compressors compressors = new BodyCompression.Compressors();
    private long nextId;

    /**
     * A span with its body ready to be stored.
     *
     * @param base the body that {@code data} was compressed against; it may be stored later than this is made
     */
    record Prepared(
            TraceSpan span,
            RecentBodies.Body body,
            RecentBodies.@Nullable Body base,
            byte[] data,
            @Nullable String inputPreview,
            @Nullable String outputPreview) {}

    /** The costly part of a write, which needs no transaction: for the spans of one trace, in the order of writing. */
    List<Prepared> prepare(List<TraceSpan> spansOfTrace) {
        TraceSpan first = spansOfTrace.get(0);
        Deque<RecentBodies.Body> latest = new ArrayDeque<>(recent.of(RecentBodies.TraceKey.of(first)));
        List<Prepared> prepared = new ArrayList<>(spansOfTrace.size());
        for (TraceSpan span : spansOfTrace) {
            byte[] plain = SpanBody.encode(span);
            RecentBodies.Body base = RecentBodies.baseFor(plain, latest);
            RecentBodies.Body body = new RecentBodies.Body(plain, base == null ? 0 : base.depth() + 1);
            prepared.add(new Prepared(
                    span,
                    body,
                    base,
                    compressors.compress(plain, base == null ? null : base.plain()),
                    Preview.ofPrompt(span.prompt()),
                    Preview.ofResponse(span.response())));
            latest.addFirst(body);
            if (latest.size() > RecentBodies.BODIES_PER_TRACE) {
                latest.removeLast();
            }
        }
        return prepared;
    }

    record Stored(long id, int bytes) {}

    void open(Session session) throws SQLException {
        // Never the number of a body that was deleted: the text index goes by these numbers.
        nextId = 1 + Math.max(
                session.number("SELECT max(id) FROM bodies"),
                session.number("SELECT value FROM counters WHERE name = 'text_indexed_body'"));
    }

    Stored insert(Session session, long span, Prepared prepared) throws SQLException {
        RecentBodies.Body body = prepared.body();
        RecentBodies.Body base = prepared.base();
        boolean alone = base == null || !claim(session, base);
        byte[] data = base != null && alone ? compressors.compress(body.plain(), null) : prepared.data();
        long id = nextId++;
        session.update(
                INSERT,
                id,
                span,
                prepared.inputPreview(),
                prepared.outputPreview(),
                alone || base == null ? null : Long.valueOf(base.id()),
                alone ? 0 : body.depth(),
                body.plain().length,
                data);
        recent.stored(RecentBodies.TraceKey.of(prepared.span()), body, id);
        return new Stored(id, data.length);
    }

    /** Removes the body of a span that is replaced, or keeps it with its trace while others need it. */
    void retire(Session session, TraceSpan by, long trace, long body) throws SQLException {
        recent.forget(RecentBodies.TraceKey.of(by), body);
        boolean needed = session.number("SELECT is_base FROM bodies WHERE id = ?", body) == 1;
        if (needed) {
            session.update("INSERT INTO stale_bodies (trace, body) VALUES (?, ?)", trace, body);
        } else {
            session.update("DELETE FROM bodies WHERE id = ?", body);
        }
    }

    /** Marks a body as needed by another. @return false if it is not there: never stored, rolled back, or removed since */
    private static boolean claim(Session session, RecentBodies.Body base) throws SQLException {
        return session.update("UPDATE bodies SET is_base = 1 WHERE id = ? AND is_base = 0", base.id()) == 1
                || session.number("SELECT EXISTS (SELECT 1 FROM bodies WHERE id = ?)", base.id()) == 1;
    }

    /** After a rollback or a delete. */
    void forgetRecent() {
        recent.clear();
    }

    @Override
    public void close() {
        compressors.close();
    }

    /** Reads bodies in one view of the store. Remembers what it unpacked, since the next body mostly builds on it. */
    static final class Reader {
        private static final int MAX_REMEMBERED_BYTES = 32 << 20;

        private final Session session;
        private final Map<Long, byte[]> unpacked = new HashMap<>();
        private long rememberedBytes;

        Reader(Session session) {
            this.session = session;
        }

        byte[] read(long id) throws SQLException {
            Deque<Row> chain = new ArrayDeque<>();
            byte[] base = null;
            Long next = id;
            while (next != null) {
                base = unpacked.get(next);
                if (base != null) {
                    break;
                }
                Row row = row(next);
                chain.push(row);
                next = row.base;
            }
            while (!chain.isEmpty()) {
                base = remember(unpack(chain.pop(), base));
            }
            if (base == null) {
                throw new CorruptStoreException("a span has no body: " + id);
            }
            return base;
        }

        private Row row(long id) throws SQLException {
            Row row = session.first(
                    SELECT,
                    found -> {
                        long base = found.getLong(1);
                        return new Row(id, found.wasNull() ? null : Long.valueOf(base), found.getInt(2), found.getBytes(3));
                    },
                    id);
            if (row == null) {
                throw new CorruptStoreException("a span's body is missing: " + id);
            }
            return row;
        }

        private Unpacked unpack(Row row, byte @Nullable [] base) {
            return new Unpacked(
                    row.id, session.decompressor().decompress(row.data, row.plainSize, row.base == null ? null : base));
        }

        private byte[] remember(Unpacked body) {
            if (rememberedBytes > MAX_REMEMBERED_BYTES) {
                unpacked.clear();
                rememberedBytes = 0;
            }
            unpacked.put(body.id, body.plain);
            rememberedBytes += body.plain.length;
            return body.plain;
        }
    }

    private record Unpacked(long id, byte[] plain) {}

    private record Row(long id, @Nullable Long base, int plainSize, byte[] data) {}
}
