package io.llmtrace.samples;

import io.llmtrace.samples.Grammar.Part;
import io.llmtrace.samples.Grammar.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses an alternative of a rule into its parts: plain text, and expressions between {@code {{}} and {@code }}}. */
final class PartParser {

    private static final Pattern SLOT = Pattern.compile("\\{\\{(.+?)}}");
    private static final Pattern REPEATED = Pattern.compile("([\\w.]+)([*/])(\\d+)-(\\d+)");

    private final Grammar grammar;
    private final String ruleName;
    private final String text;

    PartParser(Grammar grammar, String ruleName, String text) {
        this.grammar = grammar;
        this.ruleName = ruleName;
        this.text = text;
    }

    Part[] parse() {
        List<Part> parts = new ArrayList<>();
        Matcher slots = SLOT.matcher(text);
        int end = 0;
        while (slots.find()) {
            literal(parts, text.substring(end, slots.start()));
            parts.add(slot(slots.group(1)));
            end = slots.end();
        }
        literal(parts, text.substring(end));
        return parts.toArray(Part[]::new);
    }

    private static void literal(List<Part> parts, String literal) {
        if (!literal.isEmpty()) {
            parts.add(telling -> telling.text().append(literal));
        }
    }

    private Part slot(String slot) {
        if (slot.startsWith("^")) {
            Part inner = slot(slot.substring(1));
            return telling -> telling.capitalised(inner);
        }
        Matcher repeated = REPEATED.matcher(slot);
        if (repeated.matches()) {
            Rule rule = rule(repeated.group(1));
            String separator = repeated.group(2).equals("/") ? "\n" : " ";
            int least = Integer.parseInt(repeated.group(3));
            int most = Integer.parseInt(repeated.group(4));
            return telling -> telling.repeat(rule, separator, least, most);
        }
        String[] words = slot.split(" ");
        if (words.length > 1 || slot.equals("#") || slot.equals("date") || slot.equals("time")) {
            return function(words);
        }
        Rule rule = rule(slot);
        return telling -> telling.tell(rule);
    }

    private Part function(String[] words) {
        return switch (words[0]) {
            case "#" -> telling -> telling.text().append(telling.count());
            case "date" -> Telling::date;
            case "time" -> Telling::time;
            case "a" -> {
                Rule rule = rule(words[1]);
                yield telling -> telling.withArticle(rule);
            }
            case "json" -> {
                Rule rule = rule(words[1]);
                yield telling -> telling.escaped(rule);
            }
            case "int" -> {
                int low = number(words[1]);
                int high = number(words[2]);
                yield telling -> telling.text().append(telling.dice().between(low, high));
            }
            case "money" -> {
                int low = number(words[1]) * 100;
                int high = number(words[2]) * 100;
                yield telling -> telling.money(telling.dice().between(low, high));
            }
            case "hex" -> {
                int digits = number(words[1]);
                yield telling -> telling.text().append(telling.dice().hex(digits));
            }
            case "upper" -> {
                int length = number(words[1]);
                yield telling -> telling.text().append(telling.dice().upper(length));
            }
            case "digits" -> {
                int digits = number(words[1]);
                yield telling -> telling.digits(digits);
            }
            default -> throw new IllegalStateException("rule '" + ruleName + "': no function '" + words[0] + "'");
        };
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    private Rule rule(String name) {
        Rule rule = grammar.find(name);
        if (rule == null) {
            throw new IllegalStateException("rule '" + ruleName + "': no rule '" + name + "'");
        }
        return rule;
    }
}
