package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VersionsTest {

    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void next_clockIsSetBack_isHigherAllTheSame() {
        Versions versions = new Versions(0, () -> now);
        long before = versions.next();
        now = now.minus(Duration.ofDays(1));

        assertThat(before).isEqualTo(Versions.at(now.plus(Duration.ofDays(1))));
        assertThat(versions.next()).isEqualTo(before + 1);
        assertThat(versions.snapshot()).isEqualTo(before + 1);
        assertThat(versions.begin()).isEqualTo(before + 2);
    }

    @Test
    void next_clockIsSetBackBeforeARestart_isHigherThanWhatIsStored() {
        long stored = new Versions(0, () -> now).next();
        now = now.minus(Duration.ofDays(1));

        assertThat(new Versions(stored, () -> now).next()).isEqualTo(stored + 1);
    }

    @Test
    void next_clockIsSetForward_isTheTime() {
        Versions versions = new Versions(0, () -> now);
        versions.next();
        now = now.plus(Duration.ofDays(1));

        assertThat(versions.next()).isEqualTo(Versions.at(now));
    }

    @Test
    void snapshot_duringAWrite_isBehindIt() {
        Versions versions = new Versions(0, () -> now);
        long write = versions.begin();

        assertThat(versions.snapshot()).isEqualTo(write - 1);
        versions.end(write + 3);
        assertThat(versions.snapshot()).isEqualTo(write + 3);
    }
}
