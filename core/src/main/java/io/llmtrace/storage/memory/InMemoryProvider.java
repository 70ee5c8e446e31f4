package io.llmtrace.storage.memory;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRepositoryProvider;

/** Opens {@code memory:} as a new, empty repository each time. */
public final class InMemoryProvider implements TraceRepositoryProvider {

    @Override
    public String scheme() {
        return "memory";
    }

    @Override
    public String urlPattern() {
        return "memory:";
    }

    @Override
    public TraceRepository open(String url) {
        return new InMemoryTraceRepository();
    }
}
