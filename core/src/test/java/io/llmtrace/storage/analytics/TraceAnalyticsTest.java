package io.llmtrace.storage.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceAnalyticsTest {

    @Test
    void of_aRepositoryThatHasThem() {
        try (InMemoryTraceRepository repository = new InMemoryTraceRepository()) {
            assertThat(TraceAnalytics.of(repository)).isSameAs(repository);
        }
    }

    @Test
    void of_oneThatHasNot_saysSo() {
        TraceRepository without = (TraceRepository) Proxy.newProxyInstance(
                TraceRepository.class.getClassLoader(),
                new Class<?>[] {TraceRepository.class},
                (proxy, method, arguments) -> "Plain");

        assertThatThrownBy(() -> TraceAnalytics.of(without))
                .isInstanceOf(NotSupportedException.class)
                .hasMessage("Plain has no analytics: its class does not implement TraceAnalytics");
    }

    @Test
    void names_areReadAsTheyAreWritten() {
        for (Measure measure : Measure.values()) {
            assertThat(Measure.ofText(measure.text())).isEqualTo(measure);
        }
        for (Ranking ranking : Ranking.values()) {
            assertThat(Ranking.ofText(ranking.text())).isEqualTo(ranking);
        }
        for (SessionOrder order : SessionOrder.values()) {
            assertThat(SessionOrder.ofText(order.text())).isEqualTo(order);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ranking.ofText("size"))
                .withMessage("not a ranking [duration, cost, tokens]: 'size'");
    }

    @Test
    void slice_endsWhereOffsetsEnd() {
        assertThat(Slice.of(List.of(1, 2, 3), 0, 2)).isEqualTo(new Slice<>(List.of(1, 2), 2));
        assertThat(Slice.of(List.of(1, 2), 4, 2)).isEqualTo(new Slice<>(List.of(1, 2), null));
        assertThat(Slice.of(List.of(1, 2, 3), 9_998, 2)).isEqualTo(new Slice<>(List.of(1, 2), 10_000));
        assertThat(Slice.of(List.of(1, 2, 3), 9_999, 2)).isEqualTo(new Slice<>(List.of(1, 2), null));
    }
}
