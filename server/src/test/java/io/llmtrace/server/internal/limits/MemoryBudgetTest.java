package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.storage.OverloadedException;
import org.junit.jupiter.api.Test;

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
}
