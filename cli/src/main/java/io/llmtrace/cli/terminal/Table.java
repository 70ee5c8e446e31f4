package io.llmtrace.cli.terminal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A table with aligned columns under headings. If the terminal is too narrow, flexible columns shrink, the widest first; then the
 * least important columns are dropped.
 */
public final class Table {

    private static final int GAP = 2;
    private static final String SPACES = " ".repeat(GAP);

    private final List<Column> columns;
    private final List<List<Cell>> rows = new ArrayList<>();

    public Table(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    /** How text is aligned in its column. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /**
     * A column.
     *
     * @param minimum width below which it does not shrink; {@link Terminal#UNBOUNDED} for a column that is never cut
     * @param importance the least important column is dropped first; {@link Integer#MAX_VALUE} is never dropped
     */
    public record Column(String heading, Align align, int minimum, int importance) {

        /** Returns a column that is always shown in full. */
        public static Column fixed(String heading, Align align) {
            return new Column(heading, align, Terminal.UNBOUNDED, Integer.MAX_VALUE);
        }

        /** Returns a column that is shown in full or dropped. */
        public static Column optional(String heading, Align align, int importance) {
            return new Column(heading, align, Terminal.UNBOUNDED, importance);
        }

        /** Returns a column that is cut where there is no room, and dropped if even its minimum does not fit. */
        public static Column flexible(String heading, int minimum, int importance) {
            return new Column(heading, Align.LEFT, minimum, importance);
        }
    }

    /** The text of one column in one row. The colour is applied after the text has been cut and padded. */
    public record Cell(String text, UnaryOperator<String> colour) {

        public static Cell of(String text) {
            return new Cell(text, UnaryOperator.identity());
        }

        public static Cell of(String text, UnaryOperator<String> colour) {
            return new Cell(text, colour);
        }
    }

    /** Adds a row. */
    public void add(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("cells of a row != " + columns.size() + ": " + cells.length);
        }
        rows.add(List.of(cells));
    }

    /**
     * Returns the lines of the table, headings first.
     *
     * @param width of the terminal; {@link Terminal#UNBOUNDED} if there is none
     */
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

    /** Drops the columns that do not fit from {@code shown}, and returns the widths of the others. */
    private int[] fit(int[] natural, List<Integer> shown, int width) {
        while (true) {
            int[] widths = natural.clone();
            if (shrink(widths, shown, width) || !dropLeastImportant(shown)) {
                return widths;
            }
        }
    }

    /** Narrows the widest column that can still shrink, until all columns fit. */
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
