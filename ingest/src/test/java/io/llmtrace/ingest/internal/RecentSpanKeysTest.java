package io.llmtrace.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanKey;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecentSpanKeysTest {

    private final UUID tenant = UUID.randomUUID();
    private final UUID traceId = UUID.randomUUID();

    @Test
    void add_beyondTheCapacity_forgetsTheOldest() {
        RecentSpanKeys recent = new RecentSpanKeys();
        SpanKey first = new SpanKey(tenant, traceId, UUID.randomUUID());
        recent.add(first);
        for (int i = 0; i < RecentSpanKeys.CAPACITY; i++) {
            recent.add(new SpanKey(tenant, traceId, UUID.randomUUID()));
        }

        assertThat(recent.contains(first)).isFalse();
    }
}
