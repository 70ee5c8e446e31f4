package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.analytics.TraceAnalytics;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link io.llmtrace.storage.TraceRepository} as tests. A backend extends it, or
 * {@link DurableTraceRepositoryContract} if its stores survive a restart, in one small class:
 *
 * <pre>{@code
 * final class SqliteContractTest extends DurableTraceRepositoryContract {
 *     @Override
 *     protected RepositoryFixture fixture() {
 *         return new SqliteFixture();
 *     }
 * }
 * }</pre>
 *
 * <p>A random test that fails prints its seed; {@code -Dllmtrace.seed=SEED} repeats it.
 */
public abstract class TraceRepositoryContract {

    /** The tag of tests of single values. A slow configuration of a backend may leave them out if another one runs them. */
    public static final String VALUES = "values";

    /** The tag of the tests that take longest. */
    public static final String LONG = "long";

    /** Returns the fixture that makes the stores: a new one for each test, or the same for all. */
    protected abstract RepositoryFixture fixture();

    @Test
    void suite_fitsTheStore() {
        assertThat(this instanceof DurableTraceRepositoryContract)
                .as("a store that can be restarted runs DurableTraceRepositoryContract, and only such a store")
                .isEqualTo(fixture().isRestartable());
    }

    @Test
    void suite_knowsWhetherThereAreAnalytics() {
        RepositoryFixture store = fixture();
        TraceRepository repository = store.newRepository();
        try {
            assertThat(repository instanceof TraceAnalytics)
                    .as("hasAnalytics() of the fixture says whether the repository is a TraceAnalytics")
                    .isEqualTo(store.hasAnalytics());
        } finally {
            store.clear(repository);
        }
    }

    @Nested
    @Tag(VALUES)
    class RoundTrip extends RoundTripContract {
        RoundTrip() {
            super(fixture());
        }
    }

    @Nested
    @Tag(LONG)
    class Identity extends IdentityContract {
        Identity() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Filters extends FilterContract {
        Filters() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Attributes extends AttributeContract {
        Attributes() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class TextSearch extends TextSearchContract {
        TextSearch() {
            super(fixture());
        }
    }

    @Nested
    @Tag(LONG)
    class Paging extends PagingContract {
        Paging() {
            super(fixture());
        }
    }

    @Nested
    class Cursors extends CursorContract {
        Cursors() {
            super(fixture());
        }
    }

    @Nested
    class Tenants extends TenantContract {
        Tenants() {
            super(fixture());
        }
    }

    @Nested
    class Deletes extends DeleteContract {
        Deletes() {
            super(fixture());
        }
    }

    @Nested
    class Retention extends RetentionContract {
        Retention() {
            super(fixture());
        }
    }

    @Nested
    class StoredProperties extends StorePropertiesContract {
        StoredProperties() {
            super(fixture());
        }
    }

    @Nested
    class Statistics extends StatsContract {
        Statistics() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Texts extends TextContract {
        Texts() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Numbers extends NumberContract {
        Numbers() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Times extends TimeContract {
        Times() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Analytics extends AnalyticsContract {
        Analytics() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Aggregates extends AggregateContract {
        Aggregates() {
            super(fixture());
        }
    }

    @Nested
    @Tag(VALUES)
    class Rankings extends RankingContract {
        Rankings() {
            super(fixture());
        }
    }

    @Nested
    @Tag(LONG)
    class AnalyticsProperties extends AnalyticsPropertyContract {
        AnalyticsProperties() {
            super(fixture());
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        Lifecycle() {
            super(fixture());
        }
    }

    @Nested
    @Tag(LONG)
    class Concurrency extends ConcurrencyContract {
        Concurrency() {
            super(fixture());
        }
    }

    @Nested
    @Tag(LONG)
    class Properties extends PropertyContract {
        Properties() {
            super(fixture());
        }
    }
}
