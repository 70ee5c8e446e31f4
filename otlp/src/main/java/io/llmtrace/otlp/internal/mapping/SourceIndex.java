package io.llmtrace.otlp.internal.mapping;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An index from the key of an attribute, or the name of an event, to the numbers of the sources that read it. Results are
 * cached by key, since spans have few distinct keys. The cache is bounded, since clients can send arbitrary keys.
 */
final class SourceIndex {

    private static final int MAX_CACHED = 8_192;

    /** No key in the table is longer than this, so a longer one is neither looked up nor cached. */
    private static final int MAX_KEY_CHARACTERS = 200;

    private static final int[] NONE = {};

    private final Map<String, BitSet> byKey = new HashMap<>();
    private final Map<String, BitSet> byPrefix = new HashMap<>();
    private final Map<String, BitSet> byFlattenedPrefix = new HashMap<>();
    private final Map<String, BitSet> byEnvelopeKey = new HashMap<>();
    private final Map<String, BitSet> byEnvelopePrefix = new HashMap<>();
    private final List<EventSource> events = new ArrayList<>();
    private final BitSet always = new BitSet();
    private final Map<String, int[]> cachedKeys = new ConcurrentHashMap<>();
    private final Map<String, int[]> cachedEvents = new ConcurrentHashMap<>();

    private record EventSource(NamePattern name, int source) {}

    /** Registers a source that reads one attribute of the span. */
    void addKey(String key, int source) {
        put(byKey, key, source);
    }

    /** Registers a source that reads one attribute of the scope or the resource. */
    void addEnvelopeKey(String key, int source) {
        put(byEnvelopeKey, key, source);
    }

    /** Registers a source that reads all attributes of the scope or the resource below a prefix. */
    void addEnvelopePrefix(String prefix, int source) {
        put(byEnvelopePrefix, prefix, source);
    }

    /** Registers a source that reads all attributes below a prefix. */
    void addPrefix(String prefix, int source) {
        put(byPrefix, prefix, source);
    }

    /** Registers a source that reads a flattened list. */
    void addFlattenedPrefix(String prefix, int source) {
        put(byFlattenedPrefix, prefix, source);
    }

    /** Registers a source that reads events. */
    void addEvent(String name, int source) {
        events.add(new EventSource(NamePattern.of(name), source));
    }

    /** Registers a source that must be asked for every span. */
    void addAlways(int source) {
        always.set(source);
    }

    /** Returns the sources that must be asked for every span, as a set that the caller may change. */
    BitSet always() {
        return (BitSet) always.clone();
    }

    /** Adds the sources that read an attribute of this key. */
    void findByKey(String key, BitSet result) {
        if (key.length() > MAX_KEY_CHARACTERS) {
            return;
        }
        int[] sources = cachedKeys.get(key);
        if (sources == null) {
            sources = lookUpKey(key);
            if (cachedKeys.size() < MAX_CACHED) {
                cachedKeys.put(key, sources);
            }
        }
        set(sources, result);
    }

    /** Adds the sources that read an attribute of this key in the scope or the resource. */
    void findByEnvelopeKey(String key, BitSet result) {
        or(result, byEnvelopeKey.get(key));
        byEnvelopePrefix.forEach((prefix, sources) -> {
            if (key.startsWith(prefix) && key.startsWith(".", prefix.length())) {
                result.or(sources);
            }
        });
    }

    /** Adds the sources that read events of this name. */
    void findByEvent(String name, BitSet result) {
        if (name.length() > MAX_KEY_CHARACTERS) {
            return;
        }
        int[] sources = cachedEvents.get(name);
        if (sources == null) {
            BitSet matching = new BitSet();
            events.stream().filter(event -> event.name.matches(name)).forEach(event -> matching.set(event.source));
            sources = toArray(matching);
            if (cachedEvents.size() < MAX_CACHED) {
                cachedEvents.put(name, sources);
            }
        }
        set(sources, result);
    }

    private int[] lookUpKey(String key) {
        BitSet matching = new BitSet();
        or(matching, byKey.get(key));
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
            String prefix = key.substring(0, dot);
            or(matching, byPrefix.get(prefix));
            boolean digit = dot + 1 < key.length() && key.charAt(dot + 1) >= '0' && key.charAt(dot + 1) <= '9';
            or(matching, digit ? byFlattenedPrefix.get(prefix) : null);
        }
        return toArray(matching);
    }

    private static int[] toArray(BitSet sources) {
        return sources.isEmpty() ? NONE : sources.stream().toArray();
    }

    private static void set(int[] sources, BitSet to) {
        for (int source : sources) {
            to.set(source);
        }
    }

    private static void or(BitSet to, @Nullable BitSet from) {
        if (from != null) {
            to.or(from);
        }
    }

    private static void put(Map<String, BitSet> map, String key, int source) {
        map.computeIfAbsent(key, k -> new BitSet()).set(source);
    }
}
