package io.llmtrace.otlp.internal.wire;

import io.opentelemetry.proto.common.v1.AnyValue;
import org.jspecify.annotations.Nullable;

/** The attributes of one span, by key. */
@FunctionalInterface
public interface AttributeLookup {

    /** Returns the value of the span's attribute of that key; null if it has none. */
    @Nullable
    AnyValue attribute(String key);
}
