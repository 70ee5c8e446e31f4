package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Makes the store that {@link ReadTask}s read, and notes some of its traces beside it. */
record FillTask(Load load, int count, int batchSize) implements Task {

    private static final String TRACE_IDS = "trace-ids.txt";
    private static final int NOTED_TRACES = 1_000;

    @Override
    public String id() {
        return "fill " + load.name() + " " + count + " " + batchSize;
    }

    @Override
    public Map<Figure, Double> run(Contender contender, Path folder) {
        Iterator<TraceSpan> spans = load.spans().iterator();
        Set<UUID> traceIds = new LinkedHashSet<>();
        Path storeFolder = Folders.create(storeOf(folder));
        long start = System.nanoTime();
        try (Store store = contender.openToFill(storeFolder)) {
            for (int stored = 0; stored < count; stored += batchSize) {
                List<TraceSpan> batch = Batches.take(spans, Math.min(batchSize, count - stored), batchSize)
                        .get(0);
                store.write(batch);
                batch.forEach(span -> traceIds.add(span.traceId()));
            }
            store.settle();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        note(folder, traceIds);
        return Map.of(Figure.FILL_SECONDS, seconds, Figure.BYTES_ON_DISK, (double) Folders.size(storeFolder));
    }

    static Path storeOf(Path folder) {
        return folder.resolve("store");
    }

    /** From all over the store. */
    static List<UUID> notedTraces(Path folder) {
        try {
            return Files.readAllLines(folder.resolve(TRACE_IDS)).stream()
                    .map(UUID::fromString)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void note(Path folder, Set<UUID> traceIds) {
        List<UUID> all = new ArrayList<>(traceIds);
        int step = Math.max(1, all.size() / NOTED_TRACES);
        List<String> noted = new ArrayList<>();
        for (int i = 0; i < all.size(); i += step) {
            noted.add(all.get(i).toString());
        }
        try {
            Files.write(folder.resolve(TRACE_IDS), noted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
