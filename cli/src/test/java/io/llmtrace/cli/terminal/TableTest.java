package io.llmtrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    private static Table table() {
        Table table = new Table(List.of(
                Column.fixed("ID", Align.LEFT),
                Column.flexible("NAME", 6, 50),
                Column.optional("COST", Align.RIGHT, 10)));
        table.add(Cell.of("a1"), Cell.of("a rather long name"), Cell.of("$0.01"));
        table.add(Cell.of("b"), Cell.of("你好"), Cell.of("$12.00"));
        return table;
    }

    @Test
    void lines_withoutAWidthAreWholeAndAligned() {
        assertThat(table().lines(Style.plain(), Terminal.UNBOUNDED))
                .containsExactly(
                        "ID  NAME                  COST",
                        "a1  a rather long name   $0.01",
                        "b   你好                $12.00");
    }

    @Test
    void lines_shrinkWhatMayShrink() {
        assertThat(table().lines(Style.plain(), 22))
                .containsExactly("ID  NAME          COST", "a1  a rather…    $0.01", "b   你好        $12.00")
                .allMatch(line -> Display.width(line) <= 22);
    }

    @Test
    void lines_dropTheLeastImportantColumn() {
        assertThat(table().lines(Style.plain(), 14)).containsExactly("ID  NAME", "a1  a rather…", "b   你好");
    }

    @Test
    void lines_leaveOutAColumnThatIsEmpty() {
        Table table = new Table(List.of(Column.fixed("ID", Align.LEFT), Column.optional("SCORE", Align.RIGHT, 1)));
        table.add(Cell.of("a"), Cell.of(""));

        assertThat(table.lines(Style.plain(), 80)).containsExactly("ID", "a");
    }

    @Test
    void lines_putColoursAroundTheTextOnly() {
        Table table = new Table(List.of(Column.fixed("ID", Align.LEFT), Column.fixed("N", Align.RIGHT)));
        Style style = Style.of(true);
        table.add(Cell.of("a", style::red), Cell.of("1"));

        assertThat(table.lines(style, 80))
                .containsExactly("\u001b[1mID\u001b[0m  \u001b[1mN\u001b[0m", "\u001b[31ma\u001b[0m   1");
    }
}
