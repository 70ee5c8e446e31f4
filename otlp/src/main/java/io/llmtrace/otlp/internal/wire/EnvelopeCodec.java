package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.ByteString;
import io.llmtrace.model.ReservedAttributes;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A lossless JSON form of a span's envelope: its resource, its scope, and the parts of the OTLP span that have no field in the
 * model. They are stored under three reserved keys of the span's attributes. Empty parts are omitted.
 *
 * <pre>
 *   otel.resource  {attributes, dropped_attributes_count, entity_refs, schema_url}
 *   otel.scope     {name, version, attributes, dropped_attributes_count, schema_url}
 *   otel.span      {kind: "client", trace_state, flags, status: {code: "error", message},
 *                   links: [{trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags}],
 *                   dropped_attributes_count, dropped_events_count, dropped_links_count,
 *                   events: [{index, dropped_attributes_count, time_unix_nano}]     only events that need it
 *                   clock_skew: true, end_time_unix_nano                            the end was before the start
 *                   start_time_unix_nano: "0"                                       it has an end, but no start
 *                   parent_span_id                                                  if its length is not that of an id
 *                   reserved_attributes: {…}       attributes of the span whose own key is one of the three
 *                   earlier_attributes: [{key, value}]                 all values but the last of a repeated key}
 * </pre>
 */
public final class EnvelopeCodec {

    private static final String KIND_PREFIX = "SPAN_KIND_";
    private static final String STATUS_PREFIX = "STATUS_CODE_";
    private static final HexFormat HEX = HexFormat.of();

    private EnvelopeCodec() {}

    /** Returns the JSON form of a resource; empty for an empty one. */
    public static Map<String, @Nullable Object> resource(Resource resource, String schemaUrl) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        putList(json, "attributes", resource.getAttributesList());
        putNumber(json, "dropped_attributes_count", resource.getDroppedAttributesCount());
        List<Object> entities = new ArrayList<>();
        for (EntityRef entity : resource.getEntityRefsList()) {
            Map<String, @Nullable Object> item = new LinkedHashMap<>();
            putText(item, "schema_url", entity.getSchemaUrl());
            putText(item, "type", entity.getType());
            item.put("id_keys", List.copyOf(entity.getIdKeysList()));
            item.put("description_keys", List.copyOf(entity.getDescriptionKeysList()));
            entities.add(item);
        }
        putItems(json, "entity_refs", entities);
        putText(json, "schema_url", schemaUrl);
        return json;
    }

    /** Returns the JSON form of an instrumentation scope; empty for an empty one. */
    public static Map<String, @Nullable Object> scope(InstrumentationScope scope, String schemaUrl) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        putText(json, "name", scope.getName());
        putText(json, "version", scope.getVersion());
        putList(json, "attributes", scope.getAttributesList());
        putNumber(json, "dropped_attributes_count", scope.getDroppedAttributesCount());
        putText(json, "schema_url", schemaUrl);
        return json;
    }

    /**
     * Returns the JSON form of what the model has no field for; empty if there is nothing.
     *
     * @param attributes the span's attributes, with the last value of each key
     */
    public static Map<String, @Nullable Object> span(Span span, Map<String, AnyValue> attributes) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        putEnum(json, "kind", span.getKindValue(), span.getKind().toString(), KIND_PREFIX);
        putText(json, "trace_state", span.getTraceState());
        putNumber(json, "flags", span.getFlags());
        putStatus(json, span.getStatus());
        putItems(
                json,
                "links",
                span.getLinksList().stream().<Object>map(EnvelopeCodec::link).toList());
        putNumber(json, "dropped_attributes_count", span.getDroppedAttributesCount());
        putNumber(json, "dropped_events_count", span.getDroppedEventsCount());
        putNumber(json, "dropped_links_count", span.getDroppedLinksCount());
        putItems(json, "events", eventExtras(span));
        if (hasClockSkew(span)) {
            json.put("clock_skew", true);
            json.put("end_time_unix_nano", Long.toUnsignedString(span.getEndTimeUnixNano()));
        }
        if (startOrEnd(span) != span.getStartTimeUnixNano()) {
            json.put("start_time_unix_nano", "0");
        }
        ByteString parent = span.getParentSpanId();
        if (!parent.isEmpty() && parent.size() != 8) {
            json.put("parent_span_id", HEX.formatHex(parent.toByteArray()));
        }
        putUnusualAttributes(json, span.getAttributesList(), attributes);
        return json;
    }

    /** Returns whether the span ends before it starts. An end of 0 means that the span has none. */
    public static boolean hasClockSkew(Span span) {
        long end = span.getEndTimeUnixNano();
        return end != 0 && Long.compareUnsigned(end, span.getStartTimeUnixNano()) < 0;
    }

    /** Returns when the span started; if it has only an end, that; if it has neither, the time of its first event. */
    public static long startOrEnd(Span span) {
        long time = span.getStartTimeUnixNano() == 0 ? span.getEndTimeUnixNano() : span.getStartTimeUnixNano();
        return time != 0
                ? time
                : span.getEventsList().stream()
                        .mapToLong(Span.Event::getTimeUnixNano)
                        .filter(ofEvent -> ofEvent > 0)
                        .min()
                        .orElse(0);
    }

    /** Returns the resource that {@link #resource} encoded. */
    public static Resource.Builder decodeResource(Map<?, ?> json) {
        Resource.Builder resource = Resource.newBuilder()
                .addAllAttributes(AttributeCodec.decodeList(json.get("attributes")))
                .setDroppedAttributesCount(intOf(json, "dropped_attributes_count"));
        for (Map<?, ?> entity : mapsOf(json.get("entity_refs"))) {
            resource.addEntityRefs(EntityRef.newBuilder()
                    .setSchemaUrl(textOf(entity, "schema_url"))
                    .setType(textOf(entity, "type"))
                    .addAllIdKeys(textsOf(entity.get("id_keys")))
                    .addAllDescriptionKeys(textsOf(entity.get("description_keys"))));
        }
        return resource;
    }

    /** Returns the scope that {@link #scope} encoded. */
    public static InstrumentationScope decodeScope(Map<?, ?> json) {
        return InstrumentationScope.newBuilder()
                .setName(textOf(json, "name"))
                .setVersion(textOf(json, "version"))
                .addAllAttributes(AttributeCodec.decodeList(json.get("attributes")))
                .setDroppedAttributesCount(intOf(json, "dropped_attributes_count"))
                .build();
    }

    /** Restores everything that {@link #span} encoded, except for the events and the attributes. */
    public static void decodeSpan(Map<?, ?> json, Span.Builder into) {
        into.setTraceState(textOf(json, "trace_state"))
                .setFlags(intOf(json, "flags"))
                .setDroppedAttributesCount(intOf(json, "dropped_attributes_count"))
                .setDroppedEventsCount(intOf(json, "dropped_events_count"))
                .setDroppedLinksCount(intOf(json, "dropped_links_count"));
        into.setKindValue(enumOf(
                json, "kind", KIND_PREFIX, name -> Span.SpanKind.valueOf(name).getNumber()));
        if (json.get("status") instanceof Map<?, ?> status) {
            into.setStatus(Status.newBuilder()
                    .setMessage(textOf(status, "message"))
                    .setCodeValue(enumOf(
                            status,
                            "code",
                            STATUS_PREFIX,
                            name -> Status.StatusCode.valueOf(name).getNumber())));
        }
        if (json.containsKey("end_time_unix_nano")) {
            into.setEndTimeUnixNano(parseUnsigned(textOf(json, "end_time_unix_nano")));
        }
        if (json.containsKey("start_time_unix_nano")) {
            into.setStartTimeUnixNano(parseUnsigned(textOf(json, "start_time_unix_nano")));
        }
        if (json.containsKey("parent_span_id")) {
            into.setParentSpanId(hexOf(json, "parent_span_id"));
        }
        for (Map<?, ?> link : mapsOf(json.get("links"))) {
            into.addLinks(Span.Link.newBuilder()
                    .setTraceId(hexOf(link, "trace_id"))
                    .setSpanId(hexOf(link, "span_id"))
                    .setTraceState(textOf(link, "trace_state"))
                    .addAllAttributes(AttributeCodec.decodeList(link.get("attributes")))
                    .setDroppedAttributesCount(intOf(link, "dropped_attributes_count"))
                    .setFlags(intOf(link, "flags")));
        }
    }

    /** Returns the parts of single events that {@link #span} encoded, by the index of the event. */
    public static Map<Integer, Map<?, ?>> eventExtras(Map<?, ?> json) {
        Map<Integer, Map<?, ?>> extras = new HashMap<>();
        for (Map<?, ?> extra : mapsOf(json.get("events"))) {
            extras.put(intOf(extra, "index"), extra);
        }
        return extras;
    }

    private static List<Object> eventExtras(Span span) {
        List<Object> extras = new ArrayList<>();
        for (int i = 0; i < span.getEventsCount(); i++) {
            Span.Event event = span.getEvents(i);
            Map<String, @Nullable Object> extra = new LinkedHashMap<>();
            putNumber(extra, "dropped_attributes_count", event.getDroppedAttributesCount());
            if (!SpanEvents.hasStorableTime(event)) {
                extra.put("time_unix_nano", Long.toUnsignedString(event.getTimeUnixNano()));
            }
            if (!extra.isEmpty()) {
                extra.put("index", (long) i);
                extras.add(extra);
            }
        }
        return extras;
    }

    private static Map<String, @Nullable Object> link(Span.Link link) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("trace_id", HEX.formatHex(link.getTraceId().toByteArray()));
        json.put("span_id", HEX.formatHex(link.getSpanId().toByteArray()));
        putText(json, "trace_state", link.getTraceState());
        putList(json, "attributes", link.getAttributesList());
        putNumber(json, "dropped_attributes_count", link.getDroppedAttributesCount());
        putNumber(json, "flags", link.getFlags());
        return json;
    }

    private static void putStatus(Map<String, @Nullable Object> json, Status status) {
        Map<String, @Nullable Object> item = new LinkedHashMap<>();
        putEnum(item, "code", status.getCodeValue(), status.getCode().toString(), STATUS_PREFIX);
        putText(item, "message", status.getMessage());
        if (!item.isEmpty()) {
            json.put("status", item);
        }
    }

    private static void putUnusualAttributes(
            Map<String, @Nullable Object> json, List<KeyValue> attributes, Map<String, AnyValue> byKey) {
        Map<String, @Nullable Object> reserved = new LinkedHashMap<>();
        for (String key : ReservedAttributes.ENVELOPE) {
            AnyValue value = byKey.get(key);
            if (value != null) {
                reserved.put(key, AttributeCodec.encode(value));
            }
        }
        if (!reserved.isEmpty()) {
            json.put("reserved_attributes", reserved);
        }
        if (byKey.size() == attributes.size()) {
            return;
        }
        List<Object> earlier = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = attributes.size() - 1; i >= 0; i--) {
            KeyValue entry = attributes.get(i);
            if (!seen.add(entry.getKey())) {
                Map<String, @Nullable Object> item = new LinkedHashMap<>();
                item.put("key", entry.getKey());
                item.put("value", AttributeCodec.encode(entry.getValue()));
                earlier.add(0, item);
            }
        }
        putItems(json, "earlier_attributes", earlier);
    }

    private static void putList(Map<String, @Nullable Object> json, String key, List<KeyValue> attributes) {
        if (!attributes.isEmpty()) {
            json.put(key, AttributeCodec.encode(attributes));
        }
    }

    private static void putItems(Map<String, @Nullable Object> json, String key, List<Object> items) {
        if (!items.isEmpty()) {
            json.put(key, items);
        }
    }

    private static void putText(Map<String, @Nullable Object> json, String key, String text) {
        if (!text.isEmpty()) {
            json.put(key, text);
        }
    }

    /** Puts an unsigned number of 32 bits. */
    private static void putNumber(Map<String, @Nullable Object> json, String key, int number) {
        if (number != 0) {
            json.put(key, Integer.toUnsignedLong(number));
        }
    }

    private static void putEnum(
            Map<String, @Nullable Object> json, String key, int number, String name, String prefix) {
        if (number != 0) {
            boolean known = name.startsWith(prefix);
            json.put(key, known ? name.substring(prefix.length()).toLowerCase(Locale.ROOT) : (Object) (long) number);
        }
    }

    /** Returns a text of a stored object; empty if there is none. */
    public static String textOf(Map<?, ?> json, String key) {
        return json.get(key) instanceof String text ? text : "";
    }

    static int intOf(Map<?, ?> json, String key) {
        return json.get(key) instanceof Number number ? number.intValue() : 0;
    }

    static long parseUnsigned(String digits) {
        try {
            return Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Returns the objects in a stored list; empty for anything but a list. */
    public static List<Map<?, ?>> mapsOf(@Nullable Object json) {
        List<Map<?, ?>> maps = new ArrayList<>();
        if (json instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> map) {
                    maps.add(map);
                }
            }
        }
        return maps;
    }

    private static List<String> textsOf(@Nullable Object json) {
        return json instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
    }

    private static ByteString hexOf(Map<?, ?> json, String key) {
        try {
            return ByteString.copyFrom(HEX.parseHex(textOf(json, key)));
        } catch (IllegalArgumentException e) {
            return ByteString.EMPTY;
        }
    }

    private static int enumOf(Map<?, ?> json, String key, String prefix, ToIntFunction<String> numberOf) {
        if (!(json.get(key) instanceof String name)) {
            return intOf(json, key);
        }
        try {
            return numberOf.applyAsInt(prefix + name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
