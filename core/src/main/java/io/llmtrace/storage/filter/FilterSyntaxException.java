package io.llmtrace.storage.filter;

/** A text is not in the filter language. The message says where, and what is expected there. */
public final class FilterSyntaxException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final int position;

    FilterSyntaxException(int position, String message) {
        super(message + " (at character " + (position + 1) + ")");
        this.position = position;
    }

    /** Returns the index of the character at which the text goes wrong; its length if something is missing at the end. */
    public int position() {
        return position;
    }
}
