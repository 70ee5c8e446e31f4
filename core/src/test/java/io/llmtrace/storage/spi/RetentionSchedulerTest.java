package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetentionSchedulerTest {

    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(2);

    private final UUID tenant = UUID.randomUUID();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger deletions = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    private volatile Map<UUID, RetentionRule> rules = Map.of();
    private volatile @Nullable Throwable failure;
    private @Nullable RetentionScheduler thread;

    @AfterEach
    void close() {
        if (thread != null) {
            thread.close();
        }
    }

    private RetentionScheduler started(Duration firstLook, Duration lookEvery, Duration deleteEvery) {
        return started(firstLook, lookEvery, deleteEvery, LONG);
    }

    private RetentionScheduler started(
            Duration firstLook, Duration lookEvery, Duration deleteEvery, Duration retryAfter) {
        RetentionScheduler started = RetentionScheduler.builder(
                        "expiry-test",
                        () -> {
                            looks.incrementAndGet();
                            return rules;
                        },
                        this::delete)
                .firstLook(firstLook)
                .lookEvery(lookEvery)
                .deleteEvery(deleteEvery)
                .retryAfter(retryAfter)
                .onFailure(e -> failures.add(String.valueOf(e.getMessage())))
                .start();
        thread = started;
        return started;
    }

    private void delete() {
        Throwable now = failure;
        if (now instanceof Error error) {
            throw error;
        }
        if (now instanceof RuntimeException exception) {
            throw exception;
        }
        deletions.incrementAndGet();
    }

    @Test
    void start_deletesWhatHasExpiredMeanwhile() {
        started(Duration.ZERO, LONG, LONG);

        await().untilAsserted(() -> assertThat(deletions).hasValue(1));
    }

    @Test
    void rulesThatStayTheSame_areReadWithoutDeleting() {
        started(Duration.ZERO, SHORT, LONG);

        await().until(() -> looks.get() > 20);

        assertThat(deletions).hasValue(1);
    }

    @Test
    void ruleOfAnotherProcess_isSeen() {
        started(Duration.ZERO, SHORT, LONG);
        await().untilAsserted(() -> assertThat(deletions).hasValue(1));

        rules = Map.of(tenant, RetentionRule.of(30));
        await().untilAsserted(() -> assertThat(deletions).hasValue(2));
        rules = Map.of(tenant, RetentionRule.of(29));

        await().untilAsserted(() -> assertThat(deletions).hasValue(3));
    }

    @Test
    void deleteEvery_deletesThoughTheRulesStayTheSame() {
        started(Duration.ZERO, SHORT, SHORT);

        await().until(() -> deletions.get() > 3);
    }

    @Test
    void wake_looksWithoutWaiting() {
        RetentionScheduler waiting = started(LONG, LONG, LONG);
        rules = Map.of(tenant, RetentionRule.of(30));

        waiting.wake();

        await().untilAsserted(() -> assertThat(deletions).hasValue(1));
    }

    @Test
    void failure_isToldOnceUntilItSucceedsAgain() {
        failure = new UnavailableException("down");
        RetentionScheduler failing = started(Duration.ZERO, LONG, LONG);
        await().untilAsserted(() -> assertThat(failures).containsExactly("down"));

        failing.wake();
        await().untilAsserted(() -> assertThat(looks).hasValue(2));
        failure = null;
        failing.wake();
        await().untilAsserted(() -> assertThat(deletions).hasValue(1));
        assertThat(failures).containsExactly("down");

        failure = new UnavailableException("down again");
        rules = Map.of(tenant, RetentionRule.of(30));
        failing.wake();

        await().untilAsserted(() -> assertThat(failures).containsExactly("down", "down again"));
    }

    @Test
    void error_isToldAndTriedAgain() {
        failure = new NoClassDefFoundError("lost");
        started(Duration.ZERO, LONG, LONG, SHORT);
        await().untilAsserted(() -> assertThat(failures).containsExactly("lost"));

        failure = null;

        await().untilAsserted(() -> assertThat(deletions).hasValue(1));
    }

    @Test
    void wake_whoseLookFails_looksAgainSoon() {
        RetentionScheduler woken = started(Duration.ZERO, LONG, LONG, SHORT);
        await().untilAsserted(() -> assertThat(deletions).hasValue(1));
        failure = new UnavailableException("locked");
        rules = Map.of(tenant, RetentionRule.of(30));
        woken.wake();
        await().untilAsserted(() -> assertThat(failures).containsExactly("locked"));

        failure = null;

        await().untilAsserted(() -> assertThat(deletions).hasValue(2));
    }

    @Test
    void close_beforeTheFirstLook_deletesNothing() {
        RetentionScheduler closed = started(LONG, SHORT, SHORT);
        closed.close();

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(each -> each.getName().equals("expiry-test") && each.isAlive()));

        assertThat(looks).hasValue(0);
    }
}
