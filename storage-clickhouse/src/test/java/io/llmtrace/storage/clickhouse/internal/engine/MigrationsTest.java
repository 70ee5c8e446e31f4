package io.llmtrace.storage.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations.Version;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationsTest {

    @ParameterizedTest
    @ValueSource(strings = {"26.2.1.1", "26.7.2.1", "26.10.1.5", "27.1.1.1-lts"})
    void requireSupported_serverHasTextIndexes_isFine(String version) {
        assertThatCode(() -> Version.of(version).requireSupported()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"26.1.9.2", "25.8.3.66", "18.16.1"})
    void requireSupported_olderServer_saysWhatIsNeeded(String version) {
        assertThatThrownBy(() -> Version.of(version).requireSupported())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("ClickHouse " + version.substring(0, 4))
                .hasMessageEndingWith("is too old: llmtrace needs 26.2 or newer");
    }
}
