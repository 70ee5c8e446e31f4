package io.llmtrace.ingest.internal;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.StoreProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Knows which tenants have events that arrived separately from their spans, so that no span of any other tenant has to be looked
 * up before it is written.
 *
 * <p>Events may have been stored by a process that has ended, or by another one that shares the store. So the store itself has
 * to say which tenants have such events: it holds an announcement, a property, for each of them. A process that finds no
 * announcement relies on that for {@link #ABSENCE_TRUST}, and then reads again. A process that is about to store the first
 * events of a tenant announces them, and waits for the same time: by then, every process knows that the tenant has separate
 * events.
 *
 * <pre>
 *   process A    announcing ── wait ──▶ announced, write events
 *   process B    no announcement ── trusted ──▶ read again: announcing ──▶ looks spans up
 * </pre>
 *
 * A store that held spans before there were announcements, or that has no properties, may have separate events of every tenant.
 *
 * <p>Thread-safe.
 */
final class SeparateEvents {

    /** How long a process relies on having found no announcement. All processes that share a store must agree on it. */
    static final Duration ABSENCE_TRUST = Duration.ofMillis(500);

    /**
     * The value of an announcement while some processes may not know of it yet. It stays if the announcing process ends before
     * its wait is over.
     */
    private static final String ANNOUNCING = "announcing";

    private final TraceRepository repository;
    /** Tenants whose announcement has been read or written, whatever its value. */
    private final Set<UUID> known = ConcurrentHashMap.newKeySet();
    /** Tenants of whose announcement all processes know. */
    private final Set<UUID> announced = ConcurrentHashMap.newKeySet();

    private final Map<UUID, Long> absentAtNanos = new ConcurrentHashMap<>();
    private volatile @Nullable Boolean complete;

    SeparateEvents(TraceRepository repository) {
        this.repository = repository;
    }

    /** Returns whether the store may hold separate events of this tenant. */
    boolean mayExist(UUID tenantId) {
        if (known.contains(tenantId) || !announcementsAreComplete()) {
            return true;
        }
        long now = System.nanoTime(); // taken before the read, since the announcement may be made during it
        Long absentAt = absentAtNanos.get(tenantId);
        if (absentAt != null && now - absentAt < ABSENCE_TRUST.toNanos()) {
            return false;
        }
        if (property(propertyOf(tenantId)) != null) {
            remember(tenantId);
            return true;
        }
        absentAtNanos.put(tenantId, now);
        return false;
    }

    /** Returns once every process that shares the store knows that these tenants have separate events. */
    void announce(Collection<UUID> tenantIds) {
        if (!announced.containsAll(tenantIds)) {
            // A store without properties needs no announcements: every process looks all spans up.
            StoreProperties.of(repository).ifPresent(properties -> announce(tenantIds, properties));
        }
    }

    private void announce(Collection<UUID> tenantIds, StoreProperties properties) {
        List<UUID> unsettled = new ArrayList<>();
        for (UUID tenantId : tenantIds) {
            String value = announced.contains(tenantId)
                    ? StoreProperties.ANNOUNCED
                    : properties.property(propertyOf(tenantId));
            if (value == null) {
                properties.setProperty(propertyOf(tenantId), ANNOUNCING);
            }
            if (!StoreProperties.ANNOUNCED.equals(value)) {
                unsettled.add(tenantId);
            }
            remember(tenantId);
        }
        if (!unsettled.isEmpty()) {
            awaitTrustExpired();
            unsettled.forEach(tenantId -> properties.setProperty(propertyOf(tenantId), StoreProperties.ANNOUNCED));
        }
        announced.addAll(tenantIds);
    }

    private void remember(UUID tenantId) {
        known.add(tenantId);
        absentAtNanos.remove(tenantId);
    }

    /**
     * Returns whether each tenant with separate events is announced. Read only once: if it becomes true later, look-ups remain
     * correct and are merely slower.
     */
    private boolean announcementsAreComplete() {
        Boolean read = complete;
        if (read == null) {
            read = property(StoreProperties.SEPARATE_EVENTS) != null;
            complete = read;
        }
        return read;
    }

    private @Nullable String property(String name) {
        StoreProperties properties = StoreProperties.of(repository).orElse(null);
        return properties == null ? null : properties.property(name);
    }

    private static String propertyOf(UUID tenantId) {
        return StoreProperties.SEPARATE_EVENTS + "/" + tenantId;
    }

    private static void awaitTrustExpired() {
        try {
            TimeUnit.NANOSECONDS.sleep(ABSENCE_TRUST.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("closed before the first separate events of a tenant were stored", e);
        }
    }
}
