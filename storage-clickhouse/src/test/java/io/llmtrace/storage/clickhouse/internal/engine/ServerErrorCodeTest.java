package io.llmtrace.storage.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.testkit.NeedsClickHouse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ServerErrorCodeTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OTHER")
    @NeedsClickHouse
    void name_isThatOfTheServer(ServerErrorCode code) {
        assertThat(ClickHouseFixture.server().execute("SELECT errorCodeToName(" + code.number() + ")"))
                .isEqualTo(code.name() + "\n");
    }

    @ParameterizedTest
    @EnumSource
    void of_number_isTheCode(ServerErrorCode code) {
        assertThat(ServerErrorCode.of(code.number())).isSameAs(code);
    }
}
