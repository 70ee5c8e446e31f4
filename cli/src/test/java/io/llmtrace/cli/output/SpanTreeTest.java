package io.llmtrace.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.Fixture;
import io.llmtrace.model.Ids;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SpanTreeTest {

    private static final UUID TRACE = Ids.parseTraceId(Fixture.AGENT_ID);

    @Test
    void rows_drawChildrenBelowTheirParents() {
        assertThat(draw(span(1, 0), span(2, 1), span(3, 2), span(4, 1)))
                .containsExactly("1", "├─ 2", "│  └─ 3", "└─ 4");
    }

    @Test
    void rows_putASpanWithoutItsParentAtTheTop() {
        assertThat(draw(span(1, 99), span(2, 1))).containsExactly("1", "└─ 2");
    }

    @Test
    void rows_showACircleOnce() {
        assertThat(draw(span(1, 0), span(2, 3), span(3, 2), span(4, 4))).containsExactly("1", "2", "└─ 3", "4");
    }

    @Test
    void rows_goThousandsOfLevelsDown() {
        List<TraceSpan> chain = new ArrayList<>();
        for (int i = 1; i <= 20_000; i++) {
            chain.add(span(i, i - 1));
        }

        List<SpanTree.Row> rows = SpanTree.rows(chain);

        assertThat(rows).hasSize(20_000);
        assertThat(rows.get(19_999).branch()).endsWith("… 19999 ");
        assertThat(rows).allMatch(row -> row.branch().length() < 100);
    }

    private static List<String> draw(TraceSpan... spans) {
        return SpanTree.rows(List.of(spans)).stream()
                .map(row -> row.branch() + row.span().operationName())
                .toList();
    }

    private static TraceSpan span(long id, long parent) {
        return TraceSpan.builder(
                        Fixture.TENANT, TRACE, Ids.spanIdOf(id), Long.toString(id), Fixture.START.plusMillis(id))
                .parentSpanId(parent == 0 ? null : Ids.spanIdOf(parent))
                .build();
    }
}
