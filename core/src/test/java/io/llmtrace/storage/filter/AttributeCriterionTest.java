package io.llmtrace.storage.filter;

import static io.llmtrace.storage.filter.FilterExpression.attribute;
import static io.llmtrace.storage.filter.FilterExpression.not;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.TraceQuery;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class AttributeCriterionTest {

    static Map<String, FilterExpression> texts() {
        return Map.ofEntries(
                Map.entry("@customer.tier:gold", attribute("customer.tier").equalTo("gold")),
                Map.entry("@customer.tier=gold", attribute("customer.tier").equalTo("gold")),
                Map.entry("-@a:*", not(attribute("a").isPresent())),
                Map.entry("NOT @a:**", not(attribute("a").matching("**"))),
                Map.entry("@pod:api-*", attribute("pod").matching("api-*")),
                Map.entry(
                        "@a:(x, \"y z\")",
                        attribute("a").equalTo("x").or(attribute("a").equalTo("y z"))),
                Map.entry("@retry.count:>2", attribute("retry.count").greaterThan(2)),
                Map.entry("@n:>=2.50", attribute("n").atLeast(2.5)),
                Map.entry("@n:<-1e3", attribute("n").lessThan(-1000L)),
                Map.entry("@n:<=.5", attribute("n").atMost(new BigDecimal("0.50"))),
                Map.entry("@n:-2..5", attribute("n").between(-2, 5)),
                Map.entry("@n:2..", attribute("n").atLeast(2)),
                Map.entry("@n:..2", attribute("n").atMost(2)),
                Map.entry("@n:\"2..\"", attribute("n").equalTo("2..")),
                Map.entry("@n:1..x", attribute("n").equalTo("1..x")),
                Map.entry("@file:../x", attribute("file").equalTo("../x")),
                Map.entry("@a:\">2\"", attribute("a").equalTo(">2")),
                Map.entry("@a:\\>2*", attribute("a").matching(">2*")),
                Map.entry("@a:\"\"", attribute("a").equalTo("")),
                Map.entry("@a:\\*", attribute("a").equalTo("*")),
                Map.entry("@a:*", attribute("a").matching("*")),
                Map.entry("@\"a b\\\"\\\\:c\":x", attribute("a b\"\\:c").equalTo("x")),
                Map.entry("@\"\":x", attribute("").equalTo("x")),
                Map.entry("@日本/x-y$:x", attribute("日本/x-y$").equalTo("x")),
                Map.entry(
                        "{@a:x} @b:y",
                        FilterExpression.someSpan(attribute("a").equalTo("x"))
                                .and(attribute("b").equalTo("y"))));
    }

    static List<Map.Entry<String, FilterExpression>> entries() {
        return List.copyOf(texts().entrySet());
    }

    @ParameterizedTest
    @MethodSource("entries")
    void textAndMethods_giveTheSame_andTheTextIsReadBack(Map.Entry<String, FilterExpression> entry) {
        FilterExpression parsed = FilterExpression.parse(entry.getKey());
        assertThat(parsed).isEqualTo(entry.getValue()).hasSameHashCodeAs(entry.getValue());
        assertThat(FilterExpression.parse(parsed.text())).isEqualTo(parsed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mail me @home|mail me @home",
                "a@b.example|a@b.example",
                "@|@",
            })
    void signWithoutACondition_belongsToWords(String text, String words) {
        if (words.equals("@")) {
            assertThatExceptionOfType(FilterSyntaxException.class).isThrownBy(() -> FilterExpression.parse(text));
            return;
        }
        assertThat(FilterExpression.parse(text)).isEqualTo(FilterExpression.words(words));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "@n:>x     | @n is greater or less than numbers only; texts go in quotes: >x (at character 4)",
                "@n:5..2   | @n has a range that ends before it begins: 5..2 (at character 4)",
                "@n:       | @n needs a value; for an empty one write \"\" (at character 4)",
                "@n:>1e9999| @n is compared with a number beyond all that a span can hold (at character 4)",
                "@n>2      | a colon is missing: @n:>; words go in quotes (at character 3)",
                "@\"n:2    | this quote is not closed (at character 2)",
            })
    void malformedCondition_isRefusedWithItsPlace(String text, String message) {
        assertThatThrownBy(() -> FilterExpression.parse(text))
                .isInstanceOf(FilterSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void longNamesAndTexts_areRefused() {
        String tooLong = "x".repeat(257);
        assertThatThrownBy(() -> FilterExpression.parse("@" + tooLong + ":1"))
                .hasMessageStartingWith("the name of an attribute to ask for has more than 256 characters: x");
        assertThatThrownBy(() -> FilterExpression.parse("@a:" + tooLong))
                .hasMessageStartingWith("@a is compared with a text of more than 256 characters; search for its words");
    }

    @Test
    void query_hasItInItsParametersAndItsName_butNotTheValueInLogs() {
        TraceQuery query = TraceQuery.builder(UUID.randomUUID())
                .where(FilterExpression.parse("@customer.tier:gold model:a"))
                .build();
        assertThat(query.filterParameters())
                .containsExactlyInAnyOrderEntriesOf(Map.of("model_name", "a", "q", "@customer.tier:gold"));
        assertThat(query.toString()).contains("where=[@customer.tier]").doesNotContain("gold");
        assertThat(query.filtersSpans()).isTrue();
    }
}
