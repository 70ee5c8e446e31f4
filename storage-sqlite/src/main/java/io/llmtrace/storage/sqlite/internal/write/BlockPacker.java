package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.format.BodyCompression;
import io.llmtrace.storage.sqlite.internal.format.SpanBody;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Packs the bodies of a write into blocks and compresses them, before the transaction: it is the costly part of a write.
 *
 * <pre>
 *   spans of a trace that has recent blocks, or is large   ─→ blocks of this trace, each compressed against the one before
 *   all other spans of a tenant, of any traces             ─→ shared blocks
 * </pre>
 */
final class BlockPacker implements AutoCloseable {

    /** Limited, since reading one span means decompressing its whole block. */
    private static final int SHARED_BLOCK_BYTES = 64 << 10;

    /** Limits blocks of spans with little text: more of them in a block would not compress any better. */
    private static final int SHARED_BLOCK_SPANS = 32;

    private static final int TRACE_BLOCK_BYTES = 256 << 10;

    /** From this size on, a trace gets blocks of its own, so that its next spans can be compressed against them. */
    private static final int OWN_BLOCK_FROM_BYTES = 8 << 10;

    private final RecentBlocks recent;
    private final BodyCompression.Compressors compressors = new BodyCompression.Compressors();

    BlockPacker(RecentBlocks recent) {
        this.recent = recent;
    }

    /** The encoded body of a span. */
    record Body(TraceSpan span, byte[] bytes, BlockMembers.Preview preview) {
        static Body of(TraceSpan span) {
            return new Body(
                    span,
                    SpanBody.encode(span),
                    new BlockMembers.Preview(Preview.ofPrompt(span.prompt()), Preview.ofResponse(span.response())));
        }
    }

    /**
     * Bodies that will be one row of {@code blocks}.
     *
     * @param trace the trace that all bodies are of; null if they are of several
     * @param base the block that {@code data} was compressed against, which may not be stored yet; null if there is none
     * @param self what later blocks may be compressed against
     */
    record Packed(
            List<Body> bodies,
            @Nullable TraceKey trace,
            RecentBlocks.@Nullable Block base,
            RecentBlocks.Block self,
            byte[] previews,
            int plainSize,
            byte[] data) {}

    private record Group(List<Body> bodies, @Nullable TraceKey trace, RecentBlocks.@Nullable Block base) {}

    /**
     * Returns the blocks of some spans. Other threads compress them while the caller stores the first ones; a supplier waits
     * for its blocks.
     */
    List<Supplier<List<Packed>>> pack(Collection<TraceSpan> spans) {
        Map<TraceKey, List<TraceSpan>> byTrace = new LinkedHashMap<>();
        for (TraceSpan span : spans) {
            byTrace.computeIfAbsent(TraceKey.of(span), key -> new ArrayList<>()).add(span);
        }
        List<List<Body>> traces = byTrace.values().parallelStream()
                .map(list -> list.stream().map(Body::of).toList())
                .toList();
        List<Supplier<List<Packed>>> blocks = new ArrayList<>();
        for (Group group : groups(traces)) {
            // Not submitted as a Callable: a thread that waits for one does not run it itself, and other work may
            // occupy the pool's threads.
            ForkJoinTask<List<Packed>> packing = ForkJoinTask.adapt(() -> blocksOf(group));
            ForkJoinPool.commonPool().execute(packing);
            blocks.add(packing::join);
        }
        return blocks;
    }

    /** Returns a block of bodies, compressed against a base if there is one. */
    Packed repack(List<Body> bodies, @Nullable TraceKey trace, RecentBlocks.@Nullable Block base) {
        byte[] plain = join(bodies);
        RecentBlocks.Block self =
                new RecentBlocks.Block(plain, bodies.get(bodies.size() - 1).bytes(), base);
        byte[] previews =
                BlockMembers.encodePreviews(bodies.stream().map(Body::preview).toList());
        byte[] data = compress(plain, base == null ? null : base.dictionary());
        return new Packed(bodies, trace, base, self, previews, plain.length, data);
    }

    byte[] compress(byte[] plain, byte @Nullable [] dictionary) {
        return compressors.compress(plain, dictionary);
    }

    @Override
    public void close() {
        compressors.close();
    }

    private List<Group> groups(List<List<Body>> traces) {
        List<Group> groups = new ArrayList<>();
        List<Body> shared = new ArrayList<>();
        int sharedBytes = 0;
        for (List<Body> bodies : traces) {
            TraceSpan first = bodies.get(0).span();
            TraceKey trace = TraceKey.of(first);
            RecentBlocks.Block base = RecentBlocks.baseFor(bodies.get(0).bytes(), recent.of(trace));
            int bytes = sizeOf(bodies);
            if (base != null || bytes >= OWN_BLOCK_FROM_BYTES || traces.size() == 1) {
                groups.add(new Group(bodies, trace, base));
                continue;
            }
            boolean otherTenant =
                    !shared.isEmpty() && !shared.get(0).span().tenantId().equals(first.tenantId());
            boolean full =
                    sharedBytes + bytes > SHARED_BLOCK_BYTES || shared.size() + bodies.size() > SHARED_BLOCK_SPANS;
            if (full || otherTenant) {
                groups.add(new Group(shared, null, null));
                shared = new ArrayList<>();
                sharedBytes = 0;
            }
            shared.addAll(bodies);
            sharedBytes += bytes;
        }
        if (!shared.isEmpty()) {
            groups.add(new Group(shared, null, null));
        }
        return groups.stream().filter(group -> !group.bodies.isEmpty()).toList();
    }

    private List<Packed> blocksOf(Group group) {
        List<Packed> blocks = new ArrayList<>();
        Deque<Body> rest = new ArrayDeque<>(group.bodies);
        RecentBlocks.Block base = group.base;
        while (!rest.isEmpty()) {
            List<Body> bodies = new ArrayList<>();
            int bytes = 0;
            while (!rest.isEmpty() && (bodies.isEmpty() || bytes + rest.peek().bytes().length <= TRACE_BLOCK_BYTES)) {
                Body body = rest.remove();
                bodies.add(body);
                bytes += body.bytes().length;
            }
            Packed packed = repack(bodies, group.trace, base);
            blocks.add(packed);
            base = packed.self.mayBeBase() ? packed.self : null;
        }
        return blocks;
    }

    private static int sizeOf(List<Body> bodies) {
        return bodies.stream().mapToInt(body -> body.bytes.length).sum();
    }

    static byte[] join(List<Body> bodies) {
        byte[] plain = new byte[sizeOf(bodies)];
        int offset = 0;
        for (Body body : bodies) {
            System.arraycopy(body.bytes, 0, plain, offset, body.bytes.length);
            offset += body.bytes.length;
        }
        return plain;
    }
}
