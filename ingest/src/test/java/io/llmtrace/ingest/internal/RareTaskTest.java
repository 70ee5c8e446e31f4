package io.llmtrace.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RareTaskTest {

    private final AtomicLong now = new AtomicLong(5);
    private final AtomicInteger runs = new AtomicInteger();
    private final RareTask task = new RareTask(runs::incrementAndGet, Duration.ofNanos(100), now::get);

    @Test
    void firstRequest_runsAtOnce_othersWhenThePauseIsOver() {
        task.runIfDue();
        assertThat(runs).hasValue(0);

        task.request();
        task.runIfDue();
        assertThat(runs).hasValue(1);
        assertThat(task.isRequested()).isFalse();

        now.addAndGet(60);
        task.request();
        task.request();
        task.runIfDue();
        assertThat(runs).hasValue(1);
        assertThat(task.isRequested()).isTrue();
        assertThat(task.nanosLeft()).isEqualTo(40);

        now.addAndGet(40);
        task.runIfDue();
        task.runIfDue();
        assertThat(runs).hasValue(2);
    }
}
