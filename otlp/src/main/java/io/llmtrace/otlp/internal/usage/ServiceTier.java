package io.llmtrace.otlp.internal.usage;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tiers of service with prices of their own, by the names that providers give them. */
final class ServiceTier {

    /** The tier of calls that tell none. */
    static final String STANDARD = "";

    private static final Map<String, String> NAMES = Map.of(
            "batch", "batch",
            "batches", "batch",
            "flex", "flex",
            "on_demand_flex", "flex",
            "priority", "priority",
            "on_demand_priority", "priority");

    private ServiceTier() {}

    /** Returns {@code batch}, {@code flex}, {@code priority}, or {@link #STANDARD} for any other name, such as default or auto. */
    static String of(@Nullable String name) {
        return name == null || name.length() > 40
                ? STANDARD
                : NAMES.getOrDefault(name.strip().toLowerCase(Locale.ROOT), STANDARD);
    }
}
