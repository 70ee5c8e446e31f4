package io.llmtrace.storage.sqlite;

import io.llmtrace.model.TraceSpan;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The latest bodies of the traces that were written last: what the next body of such a trace may be compressed against.
 * Bounded, and only a cache: a trace that it has forgotten begins anew with a body that stands alone.
 */
final class RecentBodies {

    /** Of one trace: enough for some agents that take turns. */
    static final int BODIES_PER_TRACE = 4;

    /** Reading a body means reading all that it needs, so a chain must end. */
    static final int MAX_DEPTH = 24;

    /** Smaller ones gain nothing, larger ones would fill the cache. */
    private static final int MIN_BYTES = 512;

    private static final int MAX_BYTES = 1 << 20;

    private final long maxBytes;
    private final Map<TraceKey, Deque<Body>> byTrace = new LinkedHashMap<>(256, 0.75f, true);
    private long bytes;

    RecentBodies(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    record TraceKey(UUID tenantId, UUID traceId) {
        static TraceKey of(TraceSpan span) {
            return new TraceKey(span.tenantId(), span.traceId());
        }
    }

    /** A body that is stored, or is about to be: others may be compressed against it before it is. */
    static final class Body {
        private final byte[] plain;
        private final int depth;
        private volatile long id;

        Body(byte[] plain, int depth) {
            this.plain = plain;
            this.depth = depth;
        }

        byte[] plain() {
            return plain;
        }

        /** How many bodies it needs, one through the other. */
        int depth() {
            return depth;
        }

        /** Its row; 0 until it is stored. That it has one does not mean that it is there still. */
        long id() {
            return id;
        }
    }

    /** The bodies of a trace, latest first. */
    synchronized List<Body> of(TraceKey trace) {
        Deque<Body> bodies = byTrace.get(trace);
        return bodies == null ? List.of() : List.copyOf(bodies);
    }

    /** The body that begins most like {@code plain}; null if there is none to build on. */
    static @Nullable Body baseFor(byte[] plain, Collection<Body> bodies) {
        if (plain.length < MIN_BYTES) {
            return null;
        }
        Body best = null;
        int longest = -1;
        for (Body body : bodies) {
            if (body.depth >= MAX_DEPTH || !fits(body)) {
                continue;
            }
            int mismatch = Arrays.mismatch(plain, body.plain);
            int common = mismatch < 0 ? plain.length : mismatch;
            if (common > longest) {
                best = body;
                longest = common;
            }
        }
        return best;
    }

    /** In the transaction that stores it. */
    synchronized void stored(TraceKey trace, Body body, long id) {
        body.id = id;
        if (!fits(body)) {
            return;
        }
        Deque<Body> bodies = byTrace.computeIfAbsent(trace, t -> new ArrayDeque<>(BODIES_PER_TRACE));
        bodies.addFirst(body);
        bytes += body.plain.length;
        if (bodies.size() > BODIES_PER_TRACE) {
            bytes -= bodies.removeLast().plain.length;
        }
        forgetEldest();
    }

    /** Takes out a body that is no longer to be built on. */
    synchronized void forget(TraceKey trace, long id) {
        Deque<Body> bodies = byTrace.get(trace);
        if (bodies == null) {
            return;
        }
        for (Iterator<Body> all = bodies.iterator(); all.hasNext(); ) {
            Body body = all.next();
            if (body.id == id) {
                all.remove();
                bytes -= body.plain.length;
            }
        }
    }

    /** After a rollback or a delete: what is here may not be in the file. */
    synchronized void clear() {
        byTrace.clear();
        bytes = 0;
    }

    private void forgetEldest() {
        Iterator<Deque<Body>> eldest = byTrace.values().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            for (Body body : eldest.next()) {
                bytes -= body.plain.length;
            }
            eldest.remove();
        }
    }

    private static boolean fits(Body body) {
        return body.plain.length >= MIN_BYTES && body.plain.length <= MAX_BYTES;
    }
}
