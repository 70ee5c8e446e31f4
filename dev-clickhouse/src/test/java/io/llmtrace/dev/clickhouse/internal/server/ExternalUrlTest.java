package io.llmtrace.dev.clickhouse.internal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.llmtrace.dev.clickhouse.ClickHouseNotFoundException;
import org.junit.jupiter.api.Test;

class ExternalUrlTest {

    @Test
    void parse_readsAllParts() {
        ExternalUrl url = ExternalUrl.parse("clickhouse://some%40one:p%3Aw+d@db.example:9123/traces?compress=true");

        assertThat(url.endpoint()).isEqualTo(new Endpoint("db.example", 9123, "some@one", "p:w+d"));
        assertThat(url.url("other")).isEqualTo("clickhouse://some%40one:p%3Aw+d@db.example:9123/other?compress=true");
        assertThat(url).hasToString("clickhouse://some@one@db.example:9123");
    }

    @Test
    void parse_onlyAHostIsEnough() {
        ExternalUrl url = ExternalUrl.parse("clickhouse://localhost");

        assertThat(url.endpoint()).isEqualTo(new Endpoint("localhost", 8123, "default", ""));
        assertThat(url.url("db")).isEqualTo("clickhouse://localhost/db");
    }

    @Test
    void parse_ofSeveralHostsTheFirstIsAsked() {
        ExternalUrl url = ExternalUrl.parse("clickhouse://u:p@a:1,b:2/db?cluster=c");

        assertThat(url.endpoint()).isEqualTo(new Endpoint("a", 1, "u", "p"));
        assertThat(url.url("x")).isEqualTo("clickhouse://u:p@a:1,b:2/x?cluster=c");
    }

    @Test
    void parse_anotherFormIsRefusedWithoutShowingThePassword() {
        assertThatExceptionOfType(ClickHouseNotFoundException.class)
                .isThrownBy(() -> ExternalUrl.parse("http://u:secret@host"))
                .withMessage(
                        "LLMTRACE_CLICKHOUSE_URL is not of the form clickhouse://user:password@host:port/database");
    }
}
