package io.llmtrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.report.Comparison.Wanted;
import io.llmtrace.benchmarks.tasks.FillTask;
import io.llmtrace.benchmarks.tasks.ReadTask;
import io.llmtrace.benchmarks.tasks.Task;
import io.llmtrace.benchmarks.tasks.Tasks;
import io.llmtrace.benchmarks.tasks.WriteTask;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    @Test
    void ratio_isTheMedianOfTheRatiosOfTheRounds() {
        Comparison comparison = comparison(List.of(10.0, 30.0, 20.0), List.of(10.0, 10.0, 10.0), Wanted.atLeast(2));

        assertThat(comparison.ratio()).isEqualTo(2.0);
        assertThat(comparison.met()).isTrue();
    }

    @Test
    void met_belowTheBound_isFalse() {
        assertThat(comparison(List.of(7.9), List.of(10.0), Wanted.atLeast(0.8)).met())
                .isFalse();
        assertThat(comparison(List.of(5.1), List.of(10.0), Wanted.atMost(0.5)).met())
                .isFalse();
        assertThat(comparison(List.of(5.0), List.of(10.0), Wanted.atMost(0.5)).met())
                .isTrue();
    }

    @Test
    void met_withATimeThatIsShortEnough_isTrueWhateverTheRatio() {
        Wanted wanted = Wanted.atMost(0.2, 10_000);

        assertThat(times(9_000, 9_000, wanted).met()).isTrue();
        assertThat(times(11_000, 22_000, wanted).met()).isFalse();
        assertThat(times(11_000, 55_000, wanted).met()).isTrue();
        assertThat(wanted).hasToString("<= 0.2 or <= 10 ms");
    }

    @Test
    void row_showsMediansRatioAndRange() {
        Comparison comparison =
                comparison(List.of(9_000.0, 11_000.0, 10_000.0), List.of(4_000.0, 4_000.0, 4_000.0), Wanted.atLeast(4));

        assertThat(comparison.row())
                .isEqualTo(
                        "| writes | 10,000 spans/s | 4,000 spans/s, plain | 2.50 (2.25 to 2.75) | >= 4.0 | **no** |");
    }

    @Test
    void tasks_comeBackFromTheirText() {
        List<Task> tasks = List.of(
                new WriteTask(Load.CHAT, 100, 50, 5, 4),
                new FillTask(Load.NARROW, 100, 50),
                new ReadTask(ReadTask.Read.STATS, 10, 20));

        assertThat(tasks).allSatisfy(task -> assertThat(Tasks.parse(task.id())).isEqualTo(task));
    }

    private static Comparison times(double ours, double baseline, Wanted wanted) {
        return new Comparison("page", Metric.MEDIAN_MICROSECONDS, List.of(ours), "original", List.of(baseline), wanted);
    }

    private static Comparison comparison(List<Double> ours, List<Double> baseline, Wanted wanted) {
        return new Comparison("writes", Metric.SPANS_PER_SECOND, ours, "plain", baseline, wanted);
    }
}
