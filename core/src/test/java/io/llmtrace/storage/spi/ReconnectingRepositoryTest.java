package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.AccessRefusedException;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ReconnectingRepositoryTest {

    private final AtomicInteger tries = new AtomicInteger();

    @Test
    void open_storeIsReachable_returnsIt() {
        InMemoryTraceRepository store = new InMemoryTraceRepository();

        assertThat(ReconnectingRepository.open(() -> store)).isSameAs(store);
    }

    @Test
    void open_permanentFailure_isThrown() {
        for (StorageException failure : List.of(
                new CorruptStoreException("damaged"), new AccessRefusedException("wrong password", new Exception()))) {
            assertThatThrownBy(() -> ReconnectingRepository.open(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
    }

    @Test
    void open_storeIsUnreachable_failsUntilItIsOpenedLater() {
        CountDownLatch back = new CountDownLatch(1);
        InMemoryTraceRepository store = new InMemoryTraceRepository();
        UUID tenant = UUID.randomUUID();
        try (TraceRepository repository = ReconnectingRepository.open(() -> {
            if (tries.incrementAndGet() == 2) {
                throw new CorruptStoreException("half of its tables are missing");
            }
            if (back.getCount() > 0) {
                throw new UnavailableException("no answer");
            }
            return store;
        })) {
            assertThatThrownBy(() -> repository.stats(tenant))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("the store is not open yet: no answer");
            assertThatThrownBy(() -> StoreProperties.of(repository)).isInstanceOf(UnavailableException.class);
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.DOWN);
            Awaitility.await().until(() -> tries.get() > 2);

            back.countDown();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> repository.check().state() == StoreHealth.State.OK);
            assertThat(repository.stats(tenant)).isEqualTo(StorageStats.EMPTY);
            assertThat(StoreProperties.of(repository)).containsSame(store);
        }
        assertThatThrownBy(() -> store.stats(tenant)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void close_whileAStoreIsBeingOpened_closesItToo() throws InterruptedException {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        InMemoryTraceRepository store = new InMemoryTraceRepository();
        TraceRepository repository = ReconnectingRepository.open(() -> {
            if (tries.incrementAndGet() == 1) {
                throw new UnavailableException("no answer");
            }
            opening.countDown();
            awaitUninterruptibly(closed);
            return store;
        });
        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
        repository.close();
        closed.countDown();

        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(() -> store.stats(UUID.randomUUID()))
                        .isInstanceOf(IllegalStateException.class));
        assertThatThrownBy(repository::globalStats)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("repository is closed: ");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // like a driver that ignores interrupts
            }
        }
    }
}
