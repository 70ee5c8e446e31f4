package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.otlp.internal.messages.MessageEvents;
import io.llmtrace.otlp.internal.wire.AttributeLookup;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span from which sources of the mapping table read values: one that has just arrived, or a stored one.
 *
 * <p>The attributes of a span include those of its events that hold the details of an inference
 * ({@link MessageEvents#OPERATION_DETAILS}); the span's own come first. If a key is repeated, the last value counts.
 */
interface MappableSpan extends AttributeLookup {

    /** Returns the name of the operation. */
    String name();

    /** Returns the name of the instrumentation scope; empty if there is none. */
    String scopeName();

    /** Returns the name of the log event that the span was made from; empty if it was made from none. */
    default String logEvent() {
        AnyValue name = attribute(ReservedAttributes.LOG_EVENT);
        return name == null ? "" : name.getStringValue();
    }

    /** Returns when the span started; null if the model cannot hold that time. */
    @Nullable
    Instant startTime();

    /** Returns an attribute of the span, else of its scope, else of its resource. */
    @Nullable
    AnyValue nearest(String key);

    /** Returns the JSON object or array in an attribute, which may also be written as text; null if there is none. */
    @Nullable
    JsonNode tree(String key);

    /** Returns the items of a flattened list, as {@link io.llmtrace.otlp.internal.wire.FlattenedLists} reads them. */
    List<Map<String, AnyValue>> items(String prefix);

    /** Returns the attributes whose keys start with {@code prefix} and a dot, by what follows the dot. */
    Map<String, AnyValue> attributesBelow(String prefix);

    /** Returns the same of the span, its scope and its resource; the nearest value of each key counts. */
    Map<String, AnyValue> nearestBelow(String prefix);

    /** Returns the attributes of each event that has one of these names, in the order of the events. */
    List<Map<String, AnyValue>> events(List<String> names);

    /** Returns the time of the first event of that name whose time is valid; null if there is none. */
    @Nullable
    Instant timeOfEvent(String name);

    /** Returns the conversation that the events of the span hold, one message each. */
    MessageEvents.Conversation conversationInEvents();
}
