package io.llmtrace.storage.clickhouse.internal.read;

/** The column {@code start_hour}: full hours since 1970, negative before. It comes right after the tenant in the table's key. */
public final class StartHours {

    private static final long NANOS_PER_HOUR = 3_600_000_000_000L;

    private StartHours() {}

    /** Returns the hour of a time in nanoseconds since 1970. */
    public static int of(long nanos) {
        return (int) Math.floorDiv(nanos, NANOS_PER_HOUR);
    }
}
