package io.llmtrace.cli.terminal;

/** Colours text for a terminal, or returns it unchanged if colours are off. */
public final class Style {

    private static final Style COLOURED = new Style(true);
    private static final Style PLAIN = new Style(false);

    private final boolean coloured;

    private Style(boolean coloured) {
        this.coloured = coloured;
    }

    public static Style of(boolean coloured) {
        return coloured ? COLOURED : PLAIN;
    }

    public static Style plain() {
        return PLAIN;
    }

    public boolean coloured() {
        return coloured;
    }

    public String bold(String text) {
        return wrap("1", text);
    }

    public String dim(String text) {
        return wrap("2", text);
    }

    public String red(String text) {
        return wrap("31", text);
    }

    public String green(String text) {
        return wrap("32", text);
    }

    public String yellow(String text) {
        return wrap("33", text);
    }

    public String cyan(String text) {
        return wrap("36", text);
    }

    private String wrap(String code, String text) {
        return coloured && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
