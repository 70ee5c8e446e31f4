package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PageCursorTest {

    private static final TraceQuery QUERY =
            TraceQuery.builder(new UUID(1, 1)).modelName("m").build();
    private static final PageCursor CURSOR =
            PageCursor.ofSpan(Long.MIN_VALUE, new UUID(-1, 1), new UUID(0, -1), Long.MAX_VALUE);

    @Test
    void cursor_thereAndBack() {
        assertThat(PageCursor.decode(with(CURSOR.encode(QUERY)), PageCursor.Items.SPANS))
                .isEqualTo(CURSOR);
        assertThat(CURSOR.encode(QUERY)).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void limitAndOffset_mayChange() {
        String cursor = CURSOR.encode(QUERY.toBuilder().offset(5).limit(3).build());
        assertThat(PageCursor.decode(QUERY.toBuilder().limit(9).cursor(cursor).build(), PageCursor.Items.SPANS))
                .isEqualTo(CURSOR);
    }

    @Test
    void tagsInAnotherOrder_areTheSameQuery() {
        Map<String, String> tags = new LinkedHashMap<>(Map.of("a", "1"));
        tags.put("b", "2");
        Map<String, String> reversed = new LinkedHashMap<>(Map.of("b", "2"));
        reversed.put("a", "1");
        String cursor = CURSOR.encode(QUERY.toBuilder().tags(tags).build());
        assertThat(PageCursor.decode(
                        QUERY.toBuilder().tags(reversed).cursor(cursor).build(), PageCursor.Items.SPANS))
                .isEqualTo(CURSOR);
    }

    /** Clients keep cursors across a restart of the server and an upgrade of Java. */
    @Test
    void encoding_isTheSameInEveryProcess() {
        assertThat(PageCursor.ofTrace(7, new UUID(1, 2), 9).encode(QUERY))
                .isEqualTo("AVTEAlZBAAAAAAAAAAcAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJsCKL5A");
    }

    @Test
    void otherQueries_areRefused() {
        String cursor = CURSOR.encode(QUERY);
        for (TraceQuery other : List.of(
                TraceQuery.builder(new UUID(1, 2)).modelName("m").build(),
                QUERY.toBuilder().modelName("n").build(),
                QUERY.toBuilder().modelName(null).build(),
                QUERY.toBuilder().order(Order.OLDEST_FIRST).build(),
                QUERY.toBuilder().tag("a", "b").build(),
                QUERY.toBuilder().text("x").build())) {
            assertThatThrownBy(() ->
                            PageCursor.decode(other.toBuilder().cursor(cursor).build(), PageCursor.Items.SPANS))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("cursor of another query: filters and order must stay the same from page to page");
        }
        String ofTag = CURSOR.encode(QUERY.toBuilder().tag("a", "b").build());
        assertThatThrownBy(() -> PageCursor.decode(
                        QUERY.toBuilder().tag("a", "c").cursor(ofTag).build(), PageCursor.Items.SPANS))
                .isInstanceOf(InvalidRequestException.class);
        String ofText = CURSOR.encode(QUERY.toBuilder().text("red").build());
        assertThatThrownBy(() -> PageCursor.decode(
                        QUERY.toBuilder().text("blue").cursor(ofText).build(), PageCursor.Items.SPANS))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void cursorOfTraces_isRefusedForSpans() {
        String cursor = PageCursor.ofTrace(7, new UUID(1, 2), 9).encode(QUERY);
        assertThatThrownBy(() -> PageCursor.decode(with(cursor), PageCursor.Items.SPANS))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(PageCursor.decode(with(cursor), PageCursor.Items.TRACES).timeNanos())
                .isEqualTo(7);
    }

    @Test
    void everyChangedCharacter_isDamage() {
        String cursor = CURSOR.encode(QUERY);
        for (int i = 0; i < cursor.length(); i++) {
            char other = cursor.charAt(i) == 'b' ? 'c' : 'b';
            String damaged = cursor.substring(0, i) + other + cursor.substring(i + 1);
            assertThatThrownBy(() -> PageCursor.decode(with(damaged), PageCursor.Items.SPANS))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void damage_isRefused() {
        String cursor = CURSOR.encode(QUERY);
        for (String damaged : List.of(
                "", "x", "%%", cursor + "AAAA", cursor.substring(1), cursor.substring(4), "B" + cursor.substring(1))) {
            assertThatThrownBy(() -> PageCursor.decode(with(damaged), PageCursor.Items.SPANS))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("cursor is damaged: pass next_cursor as it was given, or leave it out");
        }
    }

    @Test
    void queryWithoutACursor_isAFaultOfTheBackend() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PageCursor.decode(QUERY, PageCursor.Items.SPANS))
                .withMessageStartingWith("query without a cursor: TraceQuery[");
    }

    private static TraceQuery with(String cursor) {
        return QUERY.toBuilder().cursor(cursor).build();
    }
}
