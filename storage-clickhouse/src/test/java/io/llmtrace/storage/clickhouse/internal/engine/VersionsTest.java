package io.llmtrace.storage.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.InvalidRequestException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
        assertThat(versions.begin(1)).isEqualTo(before + 2);
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
    void requireRecent_cursorThatIsTooOld_orCountsWritesAsSqliteDoes() {
        Versions.requireRecent(Versions.at(Instant.now()));

        assertThatThrownBy(() -> Versions.requireRecent(Versions.at(now.minus(Duration.ofDays(300)))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("cursor is older than 24 hours: begin again without a cursor");
        assertThatThrownBy(() -> Versions.requireRecent(12_345))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("cursor is not of this store: begin again without a cursor");
    }

    @Test
    void snapshot_duringAWrite_isBehindIt() {
        Versions versions = new Versions(0, () -> now);
        long write = versions.begin(4);

        assertThat(versions.snapshot()).isEqualTo(write - 1);
        versions.end(write);
        assertThat(versions.snapshot()).isEqualTo(write + 3);
    }

    @Test
    void end_anEarlierWriteIsUnderWay_waitsForItsEnd() throws Exception {
        Versions versions = new Versions(0, () -> now);
        long earlier = versions.begin(1);
        long later = versions.begin(1);
        CompletableFuture<Void> ended =
                CompletableFuture.runAsync(() -> versions.end(later), work -> new Thread(work).start());

        assertThatThrownBy(() -> ended.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(versions.snapshot()).isEqualTo(earlier - 1);
        versions.end(earlier);
        ended.get(10, TimeUnit.SECONDS);
        assertThat(versions.snapshot()).isEqualTo(later);
    }
}
