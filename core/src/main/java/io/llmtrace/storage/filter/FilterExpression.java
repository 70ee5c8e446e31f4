package io.llmtrace.storage.filter;

import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A condition on a span: a {@link Criterion}, an {@link AttributeCriterion}, or a combination of conditions.
 * {@link #passes(TraceSpan, Collection)} is its definition, which every store answers alike. Its text form is the filter language, which
 * {@link #parse} reads. These two are equal:
 *
 * <pre>
 *   parse("model:gpt-4* (status:error OR cost:&gt;=0.01) -session:*")
 *
 *   matching(MODEL_NAME, "gpt-4*")
 *           .and(equalTo(STATUS, SpanStatus.ERROR).or(atLeast(ESTIMATED_COST_USD, 0.01)))
 *           .and(lacks(SESSION_ID))
 * </pre>
 *
 * Expressions are immutable. Two are equal if they have the same form, which is more than selecting the same spans.
 */
public sealed interface FilterExpression permits Criterion, AttributeCriterion, FilterExpression.Combination {

    /**
     * Returns whether a span passes.
     *
     * @param trace all spans of its trace, for {@link SomeSpan}
     */
    boolean passes(TraceSpan span, Collection<TraceSpan> trace);

    /**
     * Returns whether the expression compares security findings only, without negation. Such operands of one {@link All} must be
     * met by one finding: {@code finding:pii severity:high} asks for a finding that is both.
     */
    boolean isAboutFinding();

    /**
     * Returns whether one finding passes.
     *
     * @throws IllegalStateException if the expression is not {@linkplain #isAboutFinding() about findings}
     */
    boolean passes(SecurityFinding finding);

    /** Returns whether other spans of the trace decide whether a span passes. */
    boolean asksForOtherSpans();

    /** Returns the expression in the filter language; {@link #parse} reads it back to an equal one. */
    String text();

    /**
     * Checks the values of all criteria.
     *
     * @throws IllegalArgumentException if one is out of range; the message begins with the name of its filter
     */
    void check();

    /** Returns all criteria in the expression, in their order. */
    List<Criterion<?>> criteria();

    /** Returns all conditions on attributes in the expression, in their order. */
    List<AttributeCriterion> attributes();

    /**
     * Reads an expression in the filter language.
     *
     * @throws FilterSyntaxException if the text is not in the language, names no field, or has a value that is not the field's
     */
    static FilterExpression parse(String text) {
        return new FilterParser(text).parse();
    }

    /** Asks for spans that have the value, alone or among several; see {@link QueryFilter#equalTo}. */
    static <T> FilterExpression equalTo(SpanField<T> field, T value) {
        return new Criterion<>(QueryFilter.equalTo(field), value);
    }

    /** Asks for spans with a value that matches a pattern such as {@code gpt-4*}; see {@link QueryFilter#matching}. */
    static FilterExpression matching(SpanField<?> field, String pattern) {
        return new Criterion<>(QueryFilter.matching(field), pattern);
    }

    /** Asks for spans with this value or a greater one; see {@link QueryFilter#atLeast}. */
    static <T> FilterExpression atLeast(SpanField<T> field, T value) {
        return new Criterion<>(QueryFilter.atLeast(field), value);
    }

    /** Asks for spans with this value or a lesser one; see {@link QueryFilter#atMost}. */
    static <T> FilterExpression atMost(SpanField<T> field, T value) {
        return new Criterion<>(QueryFilter.atMost(field), value);
    }

    /** Asks for spans with any value; see {@link QueryFilter#present}. */
    static FilterExpression has(SpanField<?> field) {
        return new Criterion<>(QueryFilter.present(field), true);
    }

    /** Asks for spans without a value; see {@link QueryFilter#present}. */
    static FilterExpression lacks(SpanField<?> field) {
        return new Criterion<>(QueryFilter.present(field), false);
    }

    /**
     * Begins a condition on an attribute of a span, its resource or its scope, such as
     * {@code attribute("retry.count").greaterThan(2)}.
     *
     * @param path the name of the attribute, and, of a value in an object, a dot and its key
     */
    static AttributeCriterion.Attribute attribute(String path) {
        return new AttributeCriterion.Attribute(path);
    }

    /**
     * Asks for spans with all words of a text, or beginnings of words such as {@code refun*}, and with the words in quotes one after the
     * other; see {@link SearchTerm} and {@link SearchPhrase}.
     */
    static FilterExpression words(String text) {
        return new Criterion<>(QueryFilter.TEXT, text);
    }

    /** Returns the expression that a span passes if it passes all of the operands; every span passes if there are none. */
    static FilterExpression all(List<? extends FilterExpression> operands) {
        All all = new All(List.copyOf(operands));
        return all.operands.size() == 1 ? all.operands.get(0) : all;
    }

    /**
     * Returns the expression that a span passes if it passes one of the operands.
     *
     * @throws IllegalArgumentException if there are none
     */
    static FilterExpression any(List<? extends FilterExpression> operands) {
        Any any = new Any(List.copyOf(operands));
        return any.operands.size() == 1 ? any.operands.get(0) : any;
    }

    /** Returns the expression that a span passes if it does not pass the operand. */
    static FilterExpression not(FilterExpression operand) {
        if (operand instanceof Criterion<?> criterion && criterion.value() instanceof Boolean wanted) {
            return new Criterion<>(QueryFilter.present(criterion.filter().field()), !wanted);
        }
        return operand instanceof Not not ? not.operand : new Not(operand);
    }

    /**
     * Returns the expression that a span passes if some span of its trace passes the operand: the span itself, or another.
     *
     * @throws IllegalArgumentException if the operand has such an expression in it
     */
    static FilterExpression someSpan(FilterExpression operand) {
        return new SomeSpan(operand);
    }

    /** Returns the expression that a span passes if it passes both. */
    default FilterExpression and(FilterExpression other) {
        return all(List.of(this, other));
    }

    /** Returns the expression that a span passes if it passes either. */
    default FilterExpression or(FilterExpression other) {
        return any(List.of(this, other));
    }

    /** A condition that is made of others. */
    sealed interface Combination extends FilterExpression permits All, Any, Not, SomeSpan {

        /** Returns the conditions that it is made of. */
        List<FilterExpression> operands();

        @Override
        default boolean asksForOtherSpans() {
            return operands().stream().anyMatch(FilterExpression::asksForOtherSpans);
        }

        @Override
        default boolean isAboutFinding() {
            return false;
        }

        @Override
        default boolean passes(SecurityFinding finding) {
            throw new IllegalStateException("not about findings: " + this);
        }

        @Override
        default void check() {
            operands().forEach(FilterExpression::check);
        }

        @Override
        default List<Criterion<?>> criteria() {
            List<Criterion<?>> all = new ArrayList<>();
            operands().forEach(operand -> all.addAll(operand.criteria()));
            return all;
        }

        @Override
        default List<AttributeCriterion> attributes() {
            return operands().stream()
                    .flatMap(operand -> operand.attributes().stream())
                    .toList();
        }
    }

    /**
     * All operands must hold, those {@linkplain #isAboutFinding() about findings} for one finding.
     *
     * @param operands those of an {@link All} among them stand for themselves
     */
    record All(List<FilterExpression> operands) implements Combination {

        /** Copies the operands. */
        public All {
            operands = operands.stream()
                    .flatMap(operand -> operand instanceof All all ? all.operands.stream() : Stream.of(operand))
                    .toList();
        }

        @Override
        public boolean passes(TraceSpan span, Collection<TraceSpan> trace) {
            List<FilterExpression> ofFinding =
                    operands.stream().filter(FilterExpression::isAboutFinding).toList();
            return operands.stream().allMatch(operand -> operand.passes(span, trace))
                    && (ofFinding.size() < 2
                            || span.securityFindings().stream()
                                    .anyMatch(finding ->
                                            ofFinding.stream().allMatch(operand -> operand.passes(finding))));
        }

        @Override
        public boolean isAboutFinding() {
            return !operands.isEmpty() && operands.stream().allMatch(FilterExpression::isAboutFinding);
        }

        @Override
        public boolean passes(SecurityFinding finding) {
            return operands.stream().allMatch(operand -> operand.passes(finding));
        }

        @Override
        public String text() {
            return operands.stream()
                    .map(operand -> operand instanceof Any ? "(" + operand.text() + ")" : operand.text())
                    .collect(Collectors.joining(" "));
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * One of the operands must hold.
     *
     * @param operands at least one; those of an {@link Any} among them stand for themselves
     */
    record Any(List<FilterExpression> operands) implements Combination {

        /** Copies the operands. */
        public Any {
            if (operands.isEmpty()) {
                throw new IllegalArgumentException("no operands");
            }
            operands = operands.stream()
                    .flatMap(operand -> operand instanceof Any any ? any.operands.stream() : Stream.of(operand))
                    .toList();
        }

        @Override
        public boolean passes(TraceSpan span, Collection<TraceSpan> trace) {
            return operands.stream().anyMatch(operand -> operand.passes(span, trace));
        }

        @Override
        public boolean isAboutFinding() {
            return operands.stream().allMatch(FilterExpression::isAboutFinding);
        }

        @Override
        public boolean passes(SecurityFinding finding) {
            return operands.stream().anyMatch(operand -> operand.passes(finding));
        }

        @Override
        public String text() {
            return operands.stream()
                    .map(operand -> operand instanceof All ? "(" + operand.text() + ")" : operand.text())
                    .collect(Collectors.joining(" OR "));
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * The operand must not hold.
     *
     * @param operand no {@link Not}
     */
    record Not(FilterExpression operand) implements Combination {

        /** Requires the operand. */
        public Not {
            Objects.requireNonNull(operand, "operand");
        }

        @Override
        public List<FilterExpression> operands() {
            return List.of(operand);
        }

        @Override
        public boolean passes(TraceSpan span, Collection<TraceSpan> trace) {
            return !operand.passes(span, trace);
        }

        @Override
        public String text() {
            boolean isOne = !(operand instanceof Combination) || operand instanceof SomeSpan;
            return isOne ? "NOT " + operand.text() : "NOT (" + operand.text() + ")";
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * Some span of the trace must pass the operand: {@code {kind:tool status:error} {kind:llm cost:>1}} selects traces with a failed
     * call of a tool and an expensive one of a model.
     *
     * @param operand without another {@link SomeSpan} in it
     */
    record SomeSpan(FilterExpression operand) implements Combination {

        /** Checks the operand. */
        public SomeSpan {
            Objects.requireNonNull(operand, "operand");
            if (operand.asksForOtherSpans()) {
                throw new IllegalArgumentException("conditions on spans of a trace within each other: " + operand);
            }
        }

        @Override
        public List<FilterExpression> operands() {
            return List.of(operand);
        }

        @Override
        public boolean passes(TraceSpan span, Collection<TraceSpan> trace) {
            return trace.stream().anyMatch(each -> operand.passes(each, trace));
        }

        @Override
        public boolean asksForOtherSpans() {
            return true;
        }

        @Override
        public String text() {
            return "{" + operand.text() + "}";
        }

        @Override
        public String toString() {
            return text();
        }
    }
}
