package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.samples.SampleSpans;
import java.util.stream.Stream;

/** Which spans are stored. */
enum Load {
    CHAT("chat"),
    AGENT("agent"),
    NARROW("narrow");

    private static final long SEED = 20_260_101;

    private final String text;

    Load(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** The same for every contender. */
    Stream<TraceSpan> spans() {
        return switch (this) {
            case CHAT -> SampleSpans.chat(SEED);
            case AGENT -> SampleSpans.agent(SEED);
            case NARROW -> SampleSpans.narrow(SEED);
        };
    }
}
