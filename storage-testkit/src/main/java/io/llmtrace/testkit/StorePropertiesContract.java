package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.llmtrace.model.Times;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.spi.StoreProperties;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The properties of a store itself: {@link StoreProperties}. */
abstract class StorePropertiesContract extends ContractTest {

    /** Unique, since a fixture may reuse a store with its properties. */
    private final String name = "test/" + UUID.randomUUID();

    StorePropertiesContract(RepositoryFixture store) {
        super(store);
    }

    private StoreProperties properties() {
        return StoreProperties.of(repository).orElseThrow();
    }

    @Test
    void newStore_announcesSeparateEvents() {
        assertThat(properties().property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);
    }

    @Test
    void property_isAbsentAtFirstThenTheValueSetLast() {
        assertThat(properties().property(name)).isNull();
        properties().setProperty(name, "first");
        assertThat(properties().property(name)).isEqualTo("first");
        properties().setProperty(name, "second");
        properties().setProperty(name + "/other", "another");
        properties().setProperty(name, "last");

        verify(() -> {
            assertThat(properties().property(name)).isEqualTo("last");
            assertThat(properties().property(name + "/other")).isEqualTo("another");
            assertThat(properties().property(name + "/")).isNull();
            assertThat(properties().property(name.toUpperCase(Locale.ROOT))).isNull();
        });
    }

    @Test
    void namesAndValues_areExact() {
        List<String> texts = List.of("", " a ", "A", "a'b\"c\\d", "{a:String}", "1\t2\n3", "ä 漢 😀", "null");
        texts.forEach(text -> properties().setProperty(name + text, text));

        verify(() -> texts.forEach(
                text -> assertThat(properties().property(name + text)).isEqualTo(text)));
    }

    @Test
    void properties_areInNoStatisticsAndStayWhenTracesAreDeleted() {
        repository.storeSpan(span().build());
        StorageStats ofTenant = repository.stats(tenant);
        GlobalStats ofAll = repository.globalStats();
        properties().setProperty(name, "value");

        assertThat(repository.stats(tenant).totalTraces()).isEqualTo(ofTenant.totalTraces());
        assertThat(repository.stats(tenant).totalSpans()).isEqualTo(ofTenant.totalSpans());
        assertThat(repository.globalStats())
                .usingRecursiveComparison()
                .ignoringFields("storageSizeBytes")
                .isEqualTo(ofAll);

        repository.deleteTracesBefore(tenant, Times.LATEST);

        verify(() -> {
            assertThat(properties().property(name)).isEqualTo("value");
            assertThat(repository.globalStats().tenants()).isZero();
        });
    }

    @Test
    void closedRepository_refuses() {
        StoreProperties properties = properties();
        repository.close();

        assertThatIllegalStateException().isThrownBy(() -> properties.property(name));
        assertThatIllegalStateException().isThrownBy(() -> properties.setProperty(name, "value"));
    }

    @Test
    void nullArguments_areRefused() {
        assertThatNullPointerException().isThrownBy(() -> properties().property(missing()));
        assertThatNullPointerException().isThrownBy(() -> properties().setProperty(missing(), "value"));
        assertThatNullPointerException().isThrownBy(() -> properties().setProperty(name, missing()));
        assertThat(properties().property(name)).isNull();
    }
}
