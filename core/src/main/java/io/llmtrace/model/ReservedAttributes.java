package io.llmtrace.model;

import java.util.List;

/**
 * Names of attributes that llmtrace itself writes into {@link TraceSpan#attributes()} or reads from there. Instrumentations
 * must not use them for data of their own.
 */
public final class ReservedAttributes {

    /** The prefix of every attribute that holds a field of a span, or data that llmtrace records about the span. */
    public static final String PREFIX = "llmtrace.";

    /** Marks a placeholder, of which only log events have arrived so far: {@code true}. Removed once the span itself arrives. */
    public static final String PLACEHOLDER = PREFIX + "placeholder";

    /** The version of the mapping table with which a span was mapped, and the source of each field, as text. */
    public static final String MAPPING = PREFIX + "mapping";

    /** The JSON names of the fields that were filled from log events: a list of strings. */
    public static final String FROM_LOGS = PREFIX + "from_logs";

    /** The JSON names of fields that must have no value, even if other attributes imply one: a list of strings. */
    public static final String ABSENT = PREFIX + "absent";

    /** The keys that the OTLP encoder added to express fields. They are not attributes of the span itself: a list of strings. */
    public static final String ADDED = PREFIX + "added";

    /** The name of the log event that a span was made from, such as {@code codex.tool_result}, as text. */
    public static final String LOG_EVENT = PREFIX + "log_event";

    /** The OTLP resource that sent a span: an object. */
    public static final String RESOURCE = "otel.resource";

    /** The instrumentation scope that recorded a span: an object. */
    public static final String SCOPE = "otel.scope";

    /** The parts of an OTLP span that have no field in the model, such as links and trace state: an object. */
    public static final String SPAN = "otel.span";

    /** The log record that an event or a span came from, inside the event's data or the span's attributes: an object. */
    public static final String LOG = "otel.log";

    /** The key of the attributes within a resource or a scope. */
    public static final String ATTRIBUTES_OF_ENVELOPE = "attributes";

    /** The key, within {@link #SPAN}, of the span's attributes that have one of the keys of its envelope. */
    public static final String RESERVED_OF_ENVELOPE = "reserved_attributes";

    /** The keys under which a span keeps its OTLP envelope; a span that has one of them arrived over OTLP. */
    public static final List<String> ENVELOPE = List.of(RESOURCE, SCOPE, SPAN);

    private ReservedAttributes() {}
}
