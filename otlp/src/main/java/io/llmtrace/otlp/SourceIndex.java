package io.llmtrace.otlp;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * From a key of an attribute, or the name of an event, to the numbers of the sources that look at it. What was found for a
 * key is remembered, since spans have few different ones; up to a number, since clients may send any.
 */
final class SourceIndex {

    private static final int MAX_REMEMBERED = 8_192;

    /** Longer keys are in no table, and are not worth the memory. */
    private static final int MAX_KEY_CHARACTERS = 200;

    private static final int[] NONE = {};

    private final Map<String, BitSet> exact = new HashMap<>();
    private final Map<String, BitSet> below = new HashMap<>();
    private final Map<String, BitSet> flattened = new HashMap<>();
    private final Map<String, BitSet> near = new HashMap<>();
    private final List<OfEvents> events = new ArrayList<>();
    private final BitSet always = new BitSet();
    private final Map<String, int[]> rememberedKeys = new ConcurrentHashMap<>();
    private final Map<String, int[]> rememberedEvents = new ConcurrentHashMap<>();

    private record OfEvents(NamePattern name, int source) {}

    void put(Place place, int source) {
        if (place instanceof Place.Attribute attribute) {
            put(exact, attribute.key(), source);
        } else if (place instanceof Place.Near given) {
            put(exact, given.key(), source);
            put(near, given.key(), source);
        } else if (place instanceof Place.InJson json) {
            put(exact, json.key(), source);
        } else if (place instanceof Place.Several several) {
            several.names().forEach(name -> put(exact, several.prefix() + "." + name, source));
        } else if (place instanceof Place.Flattened list) {
            put(flattened, list.prefix(), source);
        } else if (place instanceof Place.Below prefix) {
            put(below, prefix.prefix(), source);
        } else if (place instanceof Place.OneEvent event) {
            events.add(new OfEvents(NamePattern.of(event.name()), source));
        } else if (place instanceof Place.EventAttribute event) {
            events.add(new OfEvents(NamePattern.of(event.name()), source));
        } else if (place instanceof Place.Events names) {
            names.names().forEach(name -> events.add(new OfEvents(NamePattern.of(name), source)));
        } else if (place instanceof Place.AnyOf any) {
            any.places().forEach(one -> put(one, source));
        } else if (place instanceof Place.Scope) {
            always.set(source);
        }
    }

    BitSet always() {
        return (BitSet) always.clone();
    }

    void addAttribute(String key, BitSet to) {
        if (key.length() > MAX_KEY_CHARACTERS) {
            return;
        }
        int[] found = rememberedKeys.get(key);
        if (found == null) {
            found = findAttribute(key);
            if (rememberedKeys.size() < MAX_REMEMBERED) {
                rememberedKeys.put(key, found);
            }
        }
        set(found, to);
    }

    void addNear(String key, BitSet to) {
        BitSet found = near.get(key);
        if (found != null) {
            to.or(found);
        }
    }

    void addEvent(String name, BitSet to) {
        if (name.length() > MAX_KEY_CHARACTERS) {
            return;
        }
        int[] found = rememberedEvents.get(name);
        if (found == null) {
            BitSet matching = new BitSet();
            events.stream()
                    .filter(event -> event.name.matches(name))
                    .forEach(event -> matching.set(event.source));
            found = matching.isEmpty() ? NONE : matching.stream().toArray();
            if (rememberedEvents.size() < MAX_REMEMBERED) {
                rememberedEvents.put(name, found);
            }
        }
        set(found, to);
    }

    private int[] findAttribute(String key) {
        BitSet found = new BitSet();
        or(found, exact.get(key));
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
            String prefix = key.substring(0, dot);
            or(found, below.get(prefix));
            boolean digit = dot + 1 < key.length() && key.charAt(dot + 1) >= '0' && key.charAt(dot + 1) <= '9';
            or(found, digit ? flattened.get(prefix) : null);
        }
        return found.isEmpty() ? NONE : found.stream().toArray();
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
