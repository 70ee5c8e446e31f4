package io.llmtrace.storage.filter;

import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SpanField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the filter language:
 *
 * <pre>
 *   any       = all { "OR" all }
 *   all       = term { [ "AND" ] term }
 *   term      = { "NOT" | "-" } ( "(" any ")" | "{" any "}" | criterion | words )
 *   criterion = ( name | "@" path ) ( ":" | "=" ) ( values | value )   see {@link TypedValue}
 *   values    = "(" value { ( "OR" | "," | blank ) value } ")"
 *   words     = word | '"' words '"'
 * </pre>
 *
 * A text is read once, from left to right. Its length and the depth of its parentheses are limited, so that neither reading it nor
 * asking for it can exhaust anything.
 */
final class FilterParser {

    static final String TAG_PREFIX = "tag.";

    private static final int MAX_LENGTH = 16_384;
    private static final int MAX_DEPTH = 50;
    private static final int MAX_CRITERIA = 500;

    /** The name of a criterion; that of a tag may be quoted. */
    private static final Pattern NAME =
            Pattern.compile("(tag\\.\"(?:[^\"\\\\]|\\\\.)*\"|[\\p{L}_][\\p{L}\\p{N}_.-]*)([:=])");

    /** What people write for a comparison who know it from elsewhere: {@code cost>1}. */
    private static final Pattern BARE_COMPARISON = Pattern.compile("(@?[\\p{L}_][\\p{L}\\p{N}_.-]*)(>=|<=|>|<)");

    private static final Pattern ATTRIBUTE = Pattern.compile("@" + FilterFormat.PLAIN_ATTRIBUTE);

    private static final Pattern BARE_COLON = Pattern.compile(":[\\p{L}\\p{N}\"]");

    private final String text;
    private int position;
    private int depth;
    private boolean inBraces;
    private int criteria;

    FilterParser(String text) {
        this.text = text;
    }

    FilterExpression parse() {
        if (text.length() > MAX_LENGTH) {
            throw new FilterSyntaxException(MAX_LENGTH, "the filter is longer than " + MAX_LENGTH + " characters");
        }
        skipBlanks();
        if (isAtEnd()) {
            return FilterExpression.all(List.of());
        }
        FilterExpression expression = any();
        if (!isAtEnd()) {
            throw failure(position, "there is no ( for this )");
        }
        return expression;
    }

    private FilterExpression any() {
        List<FilterExpression> operands = new ArrayList<>();
        operands.add(all());
        while (takesKeyword("OR")) {
            operands.add(all());
        }
        return FilterExpression.any(operands);
    }

    private FilterExpression all() {
        List<FilterExpression> operands = new ArrayList<>();
        List<String> words = new ArrayList<>();
        int wordsStart = position;
        do {
            requireTerm();
            wordsStart = words.isEmpty() ? position : wordsStart;
            addTerm(operands, words);
        } while (takesKeyword("AND") || (!isAtEnd() && !isAtClosing() && !isKeyword("OR")));
        if (!words.isEmpty()) {
            operands.add(searchFor(String.join(" ", words), wordsStart));
        }
        return FilterExpression.all(operands);
    }

    private void requireTerm() {
        if (isAtEnd() || isAtClosing() || isKeyword("OR") || isKeyword("AND")) {
            throw failure(position, "a condition is missing");
        }
    }

    /** Words in a row are one criterion, as they are one search. */
    private void addTerm(List<FilterExpression> operands, List<String> words) {
        boolean negated = takesNegations();
        if (peek() == '(') {
            addNegated(operands, group(')'), negated);
            return;
        }
        if (peek() == '{') {
            addNegated(operands, someSpan(), negated);
            return;
        }
        Matcher name = NAME.matcher(text).region(position, text.length());
        if (name.lookingAt() && !text.startsWith("//", name.end())) {
            addNegated(operands, criterion(name), negated);
            return;
        }
        String path = takeAttribute();
        if (path != null) {
            addNegated(operands, attribute(path), negated);
            return;
        }
        int start = position;
        String word = word();
        if (!negated) {
            words.add(word);
            return;
        }
        addNegated(operands, searchFor(word, start), true);
    }

    /** Returns whether the term that follows is negated; two negations are none. */
    private boolean takesNegations() {
        boolean negated = false;
        while (true) {
            if (takesKeyword("NOT")) {
                requireTerm();
            } else if (peek() == '-' && position + 1 < text.length() && beginsTerm(text.codePointAt(position + 1))) {
                position++;
            } else {
                return negated;
            }
            negated = !negated;
        }
    }

    /** Returns whether a character can follow a minus that negates; before others, as in {@code --}, it is a sign in a text. */
    private static boolean beginsTerm(int c) {
        return Character.isLetterOrDigit(c) || "\"({_@".indexOf(c) >= 0;
    }

    private void addNegated(List<FilterExpression> operands, FilterExpression operand, boolean negated) {
        operands.add(negated ? FilterExpression.not(operand) : operand);
    }

    private FilterExpression searchFor(String words, int start) {
        if (SearchTerm.of(words).isEmpty()) {
            throw failure(start, "no word to search for, only signs: '" + words + "'");
        }
        return count(new Criterion<>(QueryFilter.TEXT, words), start);
    }

    private FilterExpression someSpan() {
        if (inBraces) {
            throw failure(position, "braces within braces");
        }
        inBraces = true;
        FilterExpression inner = group('}');
        inBraces = false;
        return FilterExpression.someSpan(inner);
    }

    private FilterExpression group(char closing) {
        int start = position++;
        if (++depth > MAX_DEPTH) {
            throw failure(start, "more than " + MAX_DEPTH + " parentheses within each other");
        }
        skipBlanks();
        FilterExpression inner = any();
        if (isAtEnd() || peek() != closing) {
            throw failure(position, "the " + text.charAt(start) + " at character " + (start + 1) + " is not closed");
        }
        position++;
        depth--;
        skipBlanks();
        return inner;
    }

    private boolean isAtClosing() {
        return peek() == ')' || (peek() == '}' && inBraces);
    }

    private FilterExpression criterion(Matcher name) {
        int start = position;
        position = name.end();
        String typed = name.group(1);
        SpanField<?> field = name.group(2).equals("=")
                ? known(typed).orElseGet(() -> SpanField.tag(typed))
                : known(typed).orElseThrow(() -> unknown(typed, start));
        return comparison(new Compared(typed, field.name(), (value, at) -> value.expression(field, at)));
    }

    /** Takes the path of an attribute with the sign for a comparison behind it; null if there is none. */
    private @Nullable String takeAttribute() {
        int start = position;
        String path = null;
        if (text.startsWith("@\"", position)) {
            position++;
            path = quoted();
        } else {
            Matcher bare = ATTRIBUTE.matcher(text).region(position, text.length());
            if (bare.lookingAt()) {
                path = text.substring(start + 1, bare.end());
                position = bare.end();
            }
        }
        if (path != null && !isAtEnd() && (peek() == ':' || peek() == '=')) {
            position++;
            return path;
        }
        position = start;
        return null;
    }

    private FilterExpression attribute(String path) {
        return comparison(new Compared("@" + path, "@" + path, (value, at) -> value.ofAttribute(path, at)));
    }

    private interface ValueReader {
        FilterExpression read(TypedValue value, int start);
    }

    /** What a value is compared with, by the name that was typed and by its full name. */
    private record Compared(String typed, String name, ValueReader reader) {}

    private FilterExpression comparison(Compared compared) {
        if (isAtEnd() || Character.isWhitespace(peek())) {
            throw failure(position, compared.typed + " needs a value; for an empty one write \"\"");
        }
        FilterExpression expression = peek() == '(' ? values(compared) : value(compared, false);
        skipBlanks();
        return expression;
    }

    private FilterExpression values(Compared compared) {
        int start = position++;
        List<FilterExpression> operands = new ArrayList<>();
        skipBlanks();
        do {
            if (isAtEnd()) {
                throw failure(position, "the ( at character " + (start + 1) + " is not closed");
            }
            operands.add(value(compared, true));
            skipBlanks();
        } while (takes(',') || takesKeyword("OR") || (!isAtEnd() && peek() != ')'));
        if (!takes(')')) {
            throw failure(position, "the ( at character " + (start + 1) + " is not closed");
        }
        return FilterExpression.any(operands);
    }

    private FilterExpression value(Compared compared, boolean inList) {
        int start = position;
        TypedValue typed = typedValue(inList);
        if (typed.isEmpty()) {
            throw failure(start, compared.name + " needs a value here; for an empty one write \"\"");
        }
        FilterExpression expression = compared.reader.read(typed, start);
        try {
            expression.check();
        } catch (IllegalArgumentException e) {
            throw failure(start, String.valueOf(e.getMessage()));
        }
        return count(expression, start);
    }

    private FilterExpression count(FilterExpression expression, int start) {
        if (++criteria > MAX_CRITERIA) {
            throw failure(start, "more than " + MAX_CRITERIA + " conditions");
        }
        return expression;
    }

    /** Reads a value: quoted texts and characters up to a blank, a comma within a list, or the end of a group. */
    private TypedValue typedValue(boolean inList) {
        TypedValue typed = new TypedValue();
        int open = 0;
        while (!isAtEnd() && !endsValue(peek(), inList) && !(peek() == ')' && open == 0)) {
            if (peek() == '"') {
                typed.appendQuoted(quoted());
            } else if (peek() == '\\' && position + 1 < text.length()) {
                int escaped = text.codePointAt(position + 1);
                typed.appendLiteral(Character.toString(escaped));
                position += 1 + Character.charCount(escaped);
            } else {
                open += bracket(peek());
                typed.append(text.charAt(position++));
            }
        }
        return typed;
    }

    private boolean endsValue(char c, boolean inList) {
        return Character.isWhitespace(c) || (c == ',' && inList) || (c == '}' && inBraces);
    }

    /** Returns by how much a character changes the number of open parentheses within a value, such as {@code f(x)}. */
    private static int bracket(char c) {
        return c == '(' ? 1 : c == ')' ? -1 : 0;
    }

    private String word() {
        if (peek() == '"') {
            String quoted = TypedValue.searched(quoted());
            skipBlanks();
            return quoted;
        }
        refuseCondition();
        int start = position;
        int open = 0;
        while (!isAtEnd() && !endsValue(peek(), false) && !(peek() == ')' && open == 0 && depth > 0)) {
            open += bracket(peek());
            position++;
        }
        String word = text.substring(start, position).replace('"', ' ');
        skipBlanks();
        return word;
    }

    /** Refuses a word that was meant to be a condition. */
    private void refuseCondition() {
        Matcher comparison = BARE_COMPARISON.matcher(text).region(position, text.length());
        if (comparison.lookingAt()
                && (comparison.group(1).startsWith("@")
                        || known(comparison.group(1)).isPresent())) {
            String name = comparison.group(1);
            throw failure(
                    comparison.start(2),
                    "a colon is missing: " + name + ":" + comparison.group(2) + "; words go in quotes");
        }
        if (BARE_COLON.matcher(text).region(position, text.length()).lookingAt()) {
            throw failure(position, "a field is missing in front of the colon; words go in quotes");
        }
    }

    private String quoted() {
        int start = position++;
        StringBuilder value = new StringBuilder();
        while (!isAtEnd() && peek() != '"') {
            boolean isEscape = peek() == '\\' && position + 1 < text.length();
            value.append(text.charAt(isEscape ? ++position : position));
            position++;
        }
        if (isAtEnd()) {
            throw failure(start, "this quote is not closed");
        }
        position++;
        return value.toString();
    }

    private static Optional<SpanField<?>> known(String typed) {
        if (typed.startsWith(TAG_PREFIX + '"')) {
            String key = typed.substring(TAG_PREFIX.length() + 1, typed.length() - 1);
            return Optional.of(SpanField.tag(key.replaceAll("\\\\(.)", "$1")));
        }
        return SpanField.all().stream()
                .filter(field -> field.shortNames().contains(typed))
                .findFirst()
                .<SpanField<?>>map(field -> field)
                .or(() -> SpanField.named(typed));
    }

    private static FilterSyntaxException unknown(String typed, int start) {
        return failure(
                start,
                "no field is named " + typed + NearestName.of(typed)
                        + "; to search for it as words, write it in quotes");
    }

    private static FilterSyntaxException failure(int position, String message) {
        return new FilterSyntaxException(position, message);
    }

    private boolean takes(char expected) {
        if (isAtEnd() || peek() != expected) {
            return false;
        }
        position++;
        skipBlanks();
        return true;
    }

    private boolean takesKeyword(String keyword) {
        if (!isKeyword(keyword)) {
            return false;
        }
        position += keyword.length();
        skipBlanks();
        return true;
    }

    private boolean isKeyword(String keyword) {
        int end = position + keyword.length();
        return text.startsWith(keyword, position)
                && (end == text.length()
                        || Character.isWhitespace(text.charAt(end))
                        || "(){}".indexOf(text.charAt(end)) >= 0);
    }

    private void skipBlanks() {
        while (!isAtEnd() && Character.isWhitespace(peek())) {
            position++;
        }
    }

    private boolean isAtEnd() {
        return position >= text.length();
    }

    private char peek() {
        return text.charAt(position);
    }
}
