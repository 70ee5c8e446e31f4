package io.llmtrace.cli.terminal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Rows in aligned columns under a heading. Where the terminal is too narrow, columns that may shrink do, the widest first;
 * then those that may go are left out.
 */
public final class Table {

    private static final int GAP = 2;
    private static final String SPACES = " ".repeat(GAP);

    private final List<Column> columns;
    private final List<List<Cell>> rows = new ArrayList<>();

    public Table(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    /** How the text of a column stands in it. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /**
     * @param minimum columns below which it does not shrink; its content's width for one that may not be cut
     * @param importance the column with the lowest goes first; {@link Integer#MAX_VALUE} never goes
     */
    public record Column(String heading, Align align, int minimum, int importance) {

        /** One that is always there whole. */
        public static Column fixed(String heading, Align align) {
            return new Column(heading, align, Terminal.UNBOUNDED, Integer.MAX_VALUE);
        }

        /** One that is there whole or not at all. */
        public static Column optional(String heading, Align align, int importance) {
            return new Column(heading, align, Terminal.UNBOUNDED, importance);
        }

        /** One that is cut where there is no room, and goes when even its minimum does not fit. */
        public static Column flexible(String heading, int minimum, int importance) {
            return new Column(heading, Align.LEFT, minimum, importance);
        }
    }

    /** Text of one column in one row; the colour is put on after the text was cut and padded. */
    public record Cell(String text, UnaryOperator<String> colour) {

        public static Cell of(String text) {
            return new Cell(text, UnaryOperator.identity());
        }

        public static Cell of(String text, UnaryOperator<String> colour) {
            return new Cell(text, colour);
        }
    }

    public void add(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("cells of a row != " + columns.size() + ": " + cells.length);
        }
        rows.add(List.of(cells));
    }

    /** @param width of the terminal, {@link Terminal#UNBOUNDED} for none */
    public List<String> lines(Style style, int width) {
        int[] natural = naturalWidths();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (!emptyColumn(i)) {
                shown.add(i);
            }
        }
        int[] widths = fit(natural, shown, width);
        List<String> lines = new ArrayList<>(rows.size() + 1);
        lines.add(line(shown, widths, i -> Cell.of(columns.get(i).heading(), style::bold)));
        for (List<Cell> row : rows) {
            lines.add(line(shown, widths, row::get));
        }
        return lines;
    }

    private interface CellOf {
        Cell column(int index);
    }

    private String line(List<Integer> shown, int[] widths, CellOf cells) {
        StringBuilder line = new StringBuilder();
        for (int n = 0; n < shown.size(); n++) {
            int i = shown.get(n);
            Cell cell = cells.column(i);
            boolean last = n == shown.size() - 1;
            String text = Display.truncate(cell.text(), widths[i]);
            int padding = widths[i] - Display.width(text);
            String coloured = cell.colour().apply(text);
            line.append(n == 0 ? "" : SPACES);
            if (columns.get(i).align() == Align.RIGHT) {
                line.append(" ".repeat(padding)).append(coloured);
            } else {
                line.append(coloured).append(last ? "" : " ".repeat(padding));
            }
        }
        return line.toString().stripTrailing();
    }

    private boolean emptyColumn(int i) {
        return columns.get(i).importance() != Integer.MAX_VALUE
                && rows.stream().allMatch(row -> row.get(i).text().isEmpty());
    }

    private int[] naturalWidths() {
        return IntStream.range(0, columns.size())
                .map(i -> Math.max(
                        Display.width(columns.get(i).heading()),
                        rows.stream()
                                .mapToInt(row -> Display.width(row.get(i).text()))
                                .max()
                                .orElse(0)))
                .toArray();
    }

    /** Drops from {@code shown} what does not fit, and says how wide the rest is. */
    private int[] fit(int[] natural, List<Integer> shown, int width) {
        while (true) {
            int[] widths = natural.clone();
            if (shrink(widths, shown, width) || !dropLeastImportant(shown)) {
                return widths;
            }
        }
    }

    /** Takes from the widest column that still has something to give, until all fit. */
    private boolean shrink(int[] widths, List<Integer> shown, int width) {
        while (total(widths, shown) > width) {
            int widest = shown.stream()
                    .filter(i -> widths[i] > columns.get(i).minimum())
                    .max(Comparator.comparingInt(i -> widths[i]))
                    .orElse(-1);
            if (widest < 0) {
                return false;
            }
            widths[widest]--;
        }
        return true;
    }

    private boolean dropLeastImportant(List<Integer> shown) {
        Integer least = shown.stream()
                .min(Comparator.comparingInt(i -> columns.get(i).importance()))
                .orElseThrow();
        if (columns.get(least).importance() == Integer.MAX_VALUE) {
            return false;
        }
        shown.remove(least);
        return true;
    }

    private static long total(int[] widths, List<Integer> shown) {
        return shown.stream().mapToLong(i -> widths[i]).sum() + (long) GAP * (shown.size() - 1);
    }
}
