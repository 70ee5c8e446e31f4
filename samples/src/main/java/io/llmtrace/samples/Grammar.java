package io.llmtrace.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules for generating text, read from resource files. A rule in a later file replaces that of an earlier one.
 *
 * <pre>
 *   == greeting            one alternative per line
 *   Hello, how can I help with your {{product}}?
 *
 *   == product @,          "," alternatives separated by commas; "@" chosen once for a {@link Telling}
 *   kettle, desk lamp
 *
 *   == answer |            "|" alternatives of several lines, separated by a line "--"
 *   {{^greeting}}          ^ first letter in upper case
 *   {{sentence*2-4}}       two to four, separated by spaces; none repeats before all were used
 *   {{step/3-5}}           three to five lines; {{#}} is the number of the line
 *   {{a adjective}} …      with the right article
 *   {{json sentence}}      escaped, for a string within JSON
 *   {{int 1 99}} {{money 5 80}} {{hex 8}} {{upper 6}} {{digits 4}} {{date}} {{time}}
 * </pre>
 */
final class Grammar {

    private static final String HEADING = "== ";

    /** A named rule with its alternatives. */
    static final class Rule {
        final String name;
        final int index;
        final boolean sticky;
        final boolean words;
        final List<String> source;
        Part[][] alternatives = {};

        private Rule(String name, int index, String flags, List<String> source) {
            this.name = name;
            this.index = index;
            this.sticky = flags.contains("@");
            this.words = flags.contains(",");
            this.source = source;
        }
    }

    /** A part of an alternative. */
    interface Part {
        void tell(Telling telling);
    }

    private record Section(String name, String flags, List<String> lines) {}

    private final Map<String, Rule> rules = new HashMap<>();

    private Grammar() {}

    /** @param files names of resources in the package of this class, without {@code .txt} */
    static Grammar of(String... files) {
        Grammar grammar = new Grammar();
        for (String file : files) {
            grammar.read(file);
        }
        // Parsed only after all rules are read, since a rule may refer to a later one.
        for (Rule rule : grammar.rules.values()) {
            rule.alternatives = rule.source.stream()
                    .map(text -> new PartParser(grammar, rule.name, text).parse())
                    .toArray(Part[][]::new);
        }
        return grammar;
    }

    int size() {
        return rules.size();
    }

    Rule rule(String name) {
        Rule rule = rules.get(name);
        if (rule == null) {
            throw new IllegalArgumentException("no rule '" + name + "'");
        }
        return rule;
    }

    /** Returns the alternatives of a rule as they are written in the file. */
    List<String> alternatives(String name) {
        return rule(name).source;
    }

    private void read(String file) {
        for (Section section : sections(file)) {
            List<String> alternatives = alternativesOf(section);
            if (alternatives.isEmpty()) {
                throw new IllegalStateException(file + ".txt: rule '" + section.name + "' has no alternatives");
            }
            Rule before = rules.get(section.name);
            int index = before == null ? rules.size() : before.index;
            rules.put(section.name, new Rule(section.name, index, section.flags, alternatives));
        }
    }

    private static List<Section> sections(String file) {
        List<Section> sections = new ArrayList<>();
        Section section = null;
        for (String line : lines(file)) {
            if (line.startsWith(HEADING)) {
                String[] words = line.substring(HEADING.length()).trim().split(" ", 2);
                section = new Section(words[0], words.length == 1 ? "" : words[1], new ArrayList<>());
                sections.add(section);
            } else if (section != null) {
                section.lines.add(line);
            }
        }
        return sections;
    }

    private static List<String> alternativesOf(Section section) {
        if (section.flags.contains("|")) {
            String[] blocks = String.join("\n", section.lines).split("\n--\n");
            return Arrays.stream(blocks)
                    .map(String::strip)
                    .filter(block -> !block.isEmpty())
                    .toList();
        }
        if (section.flags.contains(",")) {
            String[] words = String.join(",", section.lines).split(",");
            return Arrays.stream(words)
                    .map(String::strip)
                    .filter(word -> !word.isEmpty())
                    .toList();
        }
        // Strips only trailing spaces, since lines of code need their leading ones.
        return section.lines.stream()
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static List<String> lines(String file) {
        InputStream resource = Grammar.class.getResourceAsStream(file + ".txt");
        if (resource == null) {
            throw new IllegalArgumentException("no resource '" + file + ".txt'");
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    Rule find(String name) {
        return rules.get(name);
    }
}
