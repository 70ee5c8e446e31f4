package io.llmtrace.samples;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.llmtrace.samples.Grammar.Part;
import io.llmtrace.samples.Grammar.Rule;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One use of a grammar, such as for a conversation. Choices that are fixed stay the same, and a sentence is repeated only after
 * all others of its rule were used.
 */
final class Telling {

    private static final int[] PRIMES = {1, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31};

    private final Grammar grammar;
    private final Dice dice;
    private final @Nullable String[] kept;
    private final int[] position;
    private final int[] stride;
    private StringBuilder text = new StringBuilder();
    private int count;

    Telling(Grammar grammar, Dice dice) {
        this.grammar = grammar;
        this.dice = dice;
        this.kept = new String[grammar.size()];
        this.position = new int[grammar.size()];
        this.stride = new int[grammar.size()];
    }

    /** Returns a text of the rule with this name. */
    String tell(String name) {
        Rule rule = grammar.rule(name);
        text = new StringBuilder(1024);
        tell(rule);
        return text.toString();
    }

    Dice dice() {
        return dice;
    }

    StringBuilder text() {
        return text;
    }

    int count() {
        return ++count;
    }

    void tell(Rule rule) {
        if (!rule.sticky) {
            append(rule);
            return;
        }
        String value = kept[rule.index];
        if (value == null) {
            int start = text.length();
            append(rule);
            kept[rule.index] = text.substring(start);
            return;
        }
        text.append(value);
    }

    void repeat(Rule rule, String separator, int least, int most) {
        int times = dice.between(least, most);
        if (separator.equals("\n")) {
            count = 0;
        }
        for (int i = 0; i < times; i++) {
            text.append(i == 0 ? "" : separator);
            tell(rule);
        }
    }

    void capitalised(Part part) {
        int start = text.length();
        part.tell(this);
        if (start < text.length()) {
            text.setCharAt(start, Character.toUpperCase(text.charAt(start)));
        }
    }

    void withArticle(Rule rule) {
        int start = text.length();
        tell(rule);
        boolean vowel = start < text.length() && "aeiou".indexOf(Character.toLowerCase(text.charAt(start))) >= 0;
        text.insert(start, vowel ? "an " : "a ");
    }

    /** Escapes the text for a JSON string. */
    void escaped(Rule rule) {
        int start = text.length();
        tell(rule);
        char[] escaped = JsonStringEncoder.getInstance().quoteAsString(text.substring(start));
        text.setLength(start);
        text.append(escaped);
    }

    void date() {
        text.append("2026-");
        twoDigits(dice.between(1, 12));
        text.append('-');
        twoDigits(dice.between(1, 28));
    }

    void time() {
        twoDigits(dice.between(0, 23));
        text.append(':');
        twoDigits(dice.between(0, 59));
    }

    void digits(int length) {
        for (int i = 0; i < length; i++) {
            text.append(dice.between(0, 9));
        }
    }

    void money(int cents) {
        text.append(cents / 100).append('.');
        twoDigits(cents % 100);
    }

    private void twoDigits(int value) {
        text.append(value < 10 ? "0" : "").append(value);
    }

    private void append(Rule rule) {
        for (Part part : rule.alternatives[choose(rule)]) {
            part.tell(this);
        }
    }

    /**
     * Picks words at random, some more often than others. Picks sentences by stepping through the list, so that none repeats
     * before all were used.
     */
    private int choose(Rule rule) {
        int size = rule.alternatives.length;
        if (rule.words) {
            return dice.skewed(size);
        }
        if (stride[rule.index] == 0) {
            position[rule.index] = dice.between(0, size - 1);
            stride[rule.index] = strideFor(size);
        } else {
            position[rule.index] = (position[rule.index] + stride[rule.index]) % size;
        }
        return position[rule.index];
    }

    private int strideFor(int size) {
        int prime = PRIMES[dice.between(0, PRIMES.length - 1)];
        return size % prime == 0 ? 1 : prime;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "Telling[%d characters]", text.length());
    }
}
