package io.llmtrace.storage.filter;

import io.llmtrace.model.SpanField;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** Suggests the name of a field for one that is mistyped. */
final class NearestName {

    /** No name is longer, not even a mistyped one. */
    private static final int MAX_LENGTH = 40;

    private NearestName() {}

    /** Returns a question with the nearest name, beginning with a semicolon; an empty text if no name is near. */
    static String of(String typed) {
        if (typed.length() > MAX_LENGTH) {
            return "";
        }
        String name = typed.toLowerCase(Locale.ROOT);
        return SpanField.all().stream()
                .flatMap(field -> Stream.concat(field.shortNames().stream(), Stream.of(field.name())))
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(nearest -> distance(name, nearest) <= (name.length() < 4 ? 1 : Math.max(2, name.length() / 3)))
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("");
    }

    /** Returns how many characters must be inserted, removed or replaced to make one text of the other. */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], before[j]));
            }
            before = row;
        }
        return before[b.length()];
    }
}
