package io.llmtrace.storage.clickhouse.internal.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsClickHouse
final class LeaseTest {

    private final String name = ClickHouseFixture.newDatabaseName();
    private Database database;
    private PropertyTable properties;

    @BeforeEach
    void open() {
        database =
                new Database(ClickHouseSettings.parse(ClickHouseFixture.server().url(name)));
        Migrations.run(database);
        properties = new PropertyTable(database);
    }

    @AfterEach
    void drop() {
        database.close();
        ClickHouseFixture.server().execute("DROP DATABASE " + name + " SYNC");
    }

    @Test
    void hold_anotherHasIt_isFalseUntilItIsReleased() {
        Lease one = new Lease(properties, "work");
        Lease other = new Lease(properties, "work");

        assertThat(one.hold()).isTrue();
        assertThat(other.hold()).isFalse();
        other.release();
        assertThat(one.hold()).isTrue();
        one.release();
        assertThat(other.hold()).isTrue();
        assertThat(one.hold()).isFalse();
    }

    @Test
    void hold_holderWasKilled_isTrueAfterItsEnd() {
        Instant now = Instant.now();
        properties.set(
                "work", UUID.randomUUID() + " " + Versions.at(now.minusSeconds(1)), Versions.at(now.minusSeconds(121)));

        assertThat(new Lease(properties, "work").hold()).isTrue();
    }
}
