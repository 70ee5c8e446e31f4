package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.storage.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryBudgetTest {

    private final MemoryBudget budget = new MemoryBudget(100);

    @Test
    void take_upToTheBound_andAgainWhatWasGivenBack() {
        MemoryBudget.Reservation first = budget.open();
        first.reserve(60);
        MemoryBudget.Reservation second = budget.open();
        assertThatThrownBy(() -> second.reserve(41))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("max-request-memory");
        second.reserve(40);
        first.close();
        first.close();
        second.reserve(60);

        assertThat(budget.used()).isEqualTo(100);
        second.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void take_afterTheRequestHasEnded_isRefused() {
        MemoryBudget.Reservation ended = budget.open();
        ended.close();

        assertThatThrownBy(() -> ended.reserve(1)).isInstanceOf(OverloadedException.class);
        assertThat(budget.used()).isZero();
    }

    @Test
    void take_moreInPartsThanThereEverIs_isTooLarge() {
        MemoryBudget.Reservation request = budget.open();
        request.reserve(60);

        assertThatThrownBy(() -> request.reserve(41))
                .isInstanceOfSatisfying(
                        Failure.FailureException.class,
                        e -> assertThat(e.failure().status().code()).isEqualTo(413))
                .hasMessageContaining("takes 101 bytes");
    }

    @Test
    void take_moreThanThereEverIs_isTooLarge() {
        assertThatThrownBy(() -> budget.open().reserve(101))
                .isInstanceOfSatisfying(
                        Failure.FailureException.class,
                        e -> assertThat(e.failure().status().code()).isEqualTo(413));
    }

    /** Each takes 80 of 100 in steps, so that only one fits. All begin before one has what it needs. */
    @Test
    void bodiesThatDoNotFitTogether_areDecodedInTurn() throws Exception {
        int bodies = 4;
        CyclicBarrier begun = new CyclicBarrier(bodies);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < bodies; i++) {
            CompletableFuture<Integer> done = new CompletableFuture<>();
            all.add(done);
            new Thread(() -> {
                        AtomicInteger attempts = new AtomicInteger();
                        try (MemoryBudget.Reservation body = budget.open()) {
                            body.decode(() -> {
                                body.reserve(20);
                                if (attempts.incrementAndGet() == 1) {
                                    await(begun);
                                }
                                body.reserve(60);
                                return "";
                            });
                        } catch (RuntimeException e) {
                            done.completeExceptionally(e);
                        }
                        done.complete(attempts.get());
                    })
                    .start();
        }

        int attempts = 0;
        for (CompletableFuture<Integer> done : all) {
            attempts += done.get();
        }
        assertThat(attempts).isGreaterThan(bodies);
        assertThat(budget.used()).isZero();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void bodyThatOthersLeaveNoRoomFor_isRefused_andHoldsNothing() {
        MemoryBudget.Reservation other = budget.open();
        other.reserve(50);
        MemoryBudget.Reservation body = budget.open();
        body.reserve(5);

        assertThatThrownBy(() -> body.decode(() -> {
                    body.reserve(10);
                    body.reserve(40);
                    return "";
                }))
                .isInstanceOf(OverloadedException.class);
        assertThat(budget.used()).isEqualTo(55);
    }

    @Test
    void bodyWhoseClientHasGone_doesNotWait() {
        MemoryBudget.Reservation other = budget.open();
        other.reserve(50);
        MemoryBudget.Reservation body = budget.open();
        AtomicInteger attempts = new AtomicInteger();

        assertThatThrownBy(() -> body.decode(() -> {
                    attempts.incrementAndGet();
                    body.close();
                    body.reserve(60);
                    return "";
                }))
                .isInstanceOf(OverloadedException.class);
        assertThat(attempts).hasValue(1);
        assertThat(budget.used()).isEqualTo(50);
    }
}
