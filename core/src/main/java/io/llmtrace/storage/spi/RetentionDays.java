package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is alike in every store's {@link TraceRetention}. */
public final class RetentionDays {

    private RetentionDays() {}

    /** @throws IllegalArgumentException unless they are null or in [1, {@value TraceRetention#MAX_DAYS}] */
    public static void check(@Nullable Integer days) {
        if (days != null && (days < 1 || days > TraceRetention.MAX_DAYS)) {
            throw new IllegalArgumentException("days not in [1, " + TraceRetention.MAX_DAYS + "]: " + days);
        }
    }

    /**
     * @param daysByTenant of those who have some
     * @return how many traces were removed
     */
    public static long deleteExpired(TraceRepository repository, Map<UUID, Integer> daysByTenant, Instant now) {
        long removed = 0;
        for (Map.Entry<UUID, Integer> tenant : daysByTenant.entrySet()) {
            removed += repository.deleteTracesBefore(tenant.getKey(), now.minus(Duration.ofDays(tenant.getValue())));
        }
        return removed;
    }
}
