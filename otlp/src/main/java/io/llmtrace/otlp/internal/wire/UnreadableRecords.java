package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.Message;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects which records of a request cannot be read. Records are spans or log records, and are counted in the order of the body. A
 * part that holds records counts as one if it cannot be read to the point where its own records are known.
 */
public final class UnreadableRecords {

    /** With more than these, a body is refused as a whole: a hostile one may have millions. */
    static final int MAX = 10_000;

    private final TreeMap<Integer, String> reasons = new TreeMap<>();
    private int records;
    private boolean textReplaced;

    /** Returns how many records cannot be read. */
    public int count() {
        return reasons.size();
    }

    /** Returns whether there are records, and none of them can be read. */
    public boolean isAll() {
        return records > 0 && reasons.size() == records;
    }

    /** Returns why a record cannot be read, with the path of the failure; null if it can. */
    public @Nullable String reason(int index) {
        return reasons.get(index);
    }

    /** Returns why the first of them cannot be read; null if all can. */
    public @Nullable String firstReason() {
        Map.Entry<Integer, String> first = reasons.firstEntry();
        return first == null ? null : first.getValue();
    }

    /** Returns whether text in the body was not valid Unicode. */
    public boolean textReplaced() {
        return textReplaced;
    }

    /**
     * Returns the path of a record, such as {@code /resourceSpans/0/scopeSpans/2/spans/7}.
     *
     * @param index among all records of the request, from 0
     */
    public static String pathOf(Message request, int index) {
        return RequestShape.pathOf(request, index);
    }

    /** Returns how many records were read, or could not be read, so far. */
    int records() {
        return records;
    }

    void replacedText() {
        textReplaced = true;
    }

    void addReadable() {
        records++;
    }

    /**
     * Adds all records since the first one, or one if there were none since. A record that failed before keeps its own reason.
     *
     * @return how many records there are since the first one
     * @throws TooManyUnreadableException if there are more than {@value #MAX}
     */
    int addSince(int first, String reason) {
        records = Math.max(records, first + 1);
        for (int i = first; i < records; i++) {
            reasons.putIfAbsent(i, reason);
            if (reasons.size() > MAX) {
                throw new TooManyUnreadableException(
                        "more than " + MAX + " records cannot be read; the last one " + reason);
            }
        }
        return records - first;
    }
}
