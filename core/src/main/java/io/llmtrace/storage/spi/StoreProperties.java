package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceRepository;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Metadata that llmtrace keeps about a store in the store itself: an optional capability of a {@link TraceRepository}. A
 * property is a short text with a name. All processes that open the store share it. It does not count in statistics, and
 * survives deletes of traces.
 *
 * <p>Null arguments and errors are handled as in {@link TraceRepository}. All methods block and are thread-safe.
 */
public interface StoreProperties {

    /**
     * The name of a property that is {@value #ANNOUNCED} if this store has a property for each tenant that has events that
     * arrived separately from their spans. Such a property is set before the tenant's first separate event is stored. A store
     * sets {@code separate_events} when it is created or migrated to have properties, but only if it holds no spans: tenants
     * whose events it holds already have not been announced.
     */
    String SEPARATE_EVENTS = "separate_events";

    /** The value of {@link #SEPARATE_EVENTS}. */
    String ANNOUNCED = "announced";

    /**
     * Returns the properties of a repository: the repository itself, or what a {@link ForwardingTraceRepository} forwards to.
     * Empty if its store has none.
     *
     * @throws io.llmtrace.storage.UnavailableException if the repository is a {@link ReconnectingRepository} that is not open yet
     */
    static Optional<StoreProperties> of(TraceRepository repository) {
        if (repository instanceof StoreProperties properties) {
            return Optional.of(properties);
        }
        return repository instanceof ForwardingTraceRepository forwarding
                ? of(forwarding.delegate())
                : Optional.empty();
    }

    /** Returns the value that was set last, by any process; null if there is none. */
    @Nullable
    String property(String name);

    /** Sets a property, durably, in place of an earlier value. */
    void setProperty(String name, String value);
}
