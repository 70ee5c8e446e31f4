package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Any Unicode text in any field is kept byte for byte. */
abstract class TextContract extends ContractTest {

    private static final int MAX_BYTES = 16 << 20;

    TextContract(RepositoryFixture store) {
        super(store);
    }

    static List<String> oddTexts() {
        return List.of(
                "",
                " ",
                " leading and trailing ",
                "tab\tnewline\ncarriage return\rboth\r\nform feed\fbackspace\bbell\u0007",
                "NUL\0in the middle",
                "\0",
                "\0\0at the beginning",
                "at the end\0",
                allControlCharacters(),
                "quotes ' '' \" \"\" ` ´ „“ «»",
                "backslashes \\ \\\\ \\n \\t \\0 \\N \\x41 \\u0041 \\",
                "\\N",
                "\\",
                "NULL",
                "null",
                "'; DROP TABLE spans; --",
                "' OR '1'='1",
                "{name:String} ? :name $1 @name #{x} ${x} %s %n %",
                "{\"json\": [1, 1.0, null, \"\\u0000\"]",
                "[{\"role\":\"user\",\"content\":\"hi\"}]",
                "<script>alert('x')</script>&amp;<!-- ]]>",
                "a,b;c|d\te",
                "emoji 😀 👨‍👩‍👧‍👦 🏳️‍🌈 flags 🇫🇷 skin 👍🏽",
                "surrogate pairs 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 \uD83D\uDE00 \uDBFF\uDFFF",
                "right to left: שלום مرحبا \u202Eabc\u202C \u200F",
                "combining: e\u0301 vs \u00E9, zalgo Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
                "zero width: a\u200Bb\u200Cc\u200Dd\uFEFFe",
                "\uFEFFwith a byte order mark",
                "not characters: \uFFFE \uFFFF \uFDD0 replacement \uFFFD",
                "line separators: \u2028 \u2029 \u0085 \u000B",
                "non-breaking\u00A0space, ideographic\u3000space",
                "CJK 我能吞下玻璃而不伤身体 日本語 한국어 ไทย",
                "İıŞşĞğ ßẞ ŉ ﬁ ǆ Σσς",
                "latin1 \u0080\u0099\u009F\u00FF");
    }

    /** All texts in one store, each in a span and trace of its own, so that a text that is taken for another is found, too. */
    @Test
    void oddText_inEveryField() {
        List<String> texts = oddTexts();
        List<TraceSpan> newestFirst = new ArrayList<>();
        for (String text : texts) {
            newestFirst.add(withEverywhere(text).toBuilder()
                    .startTime(Samples.START.minusSeconds(newestFirst.size()))
                    .build());
        }
        repository.storeSpans(newestFirst);
        verify(() -> {
            assertSpans(everything(), newestFirst);
            assertOutlines(everything(), newestFirst);
            assertTraces(
                    everything(),
                    newestFirst.stream()
                            .map(span -> TraceEvent.ofSpans(List.of(span)))
                            .toList());
            ExactAssertions.assertExactly(
                    "getSpans",
                    repository.getSpans(
                            tenant, newestFirst.stream().map(SpanIdentity::of).toList()),
                    newestFirst);
            for (int i = 0; i < texts.size(); i++) {
                assertFoundByItsTexts(newestFirst.get(i), texts.get(i), i);
            }
        });
    }

    /** @param firstField the number of the first of the fields that it is asked by: in the short form, each text by another */
    private void assertFoundByItsTexts(TraceSpan span, String text, int firstField) {
        UUID traceId = span.traceId();
        ExactAssertions.assertSame("getTrace", repository.getTrace(tenant, traceId), TraceEvent.ofSpans(List.of(span)));
        ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, traceId, span.spanId()), span);
        List<TraceQuery.Builder> queries = List.of(
                query().provider(new LlmProvider(text)),
                query().modelName(text),
                query().operationName(text),
                query().sessionId(text),
                query().userId(text),
                query().serviceName(text),
                query().findingType(text),
                query().tag(text, text));
        for (int i = 0; i < Effort.of(1, queries.size()); i++) {
            assertSpans(queries.get((firstField + i) % queries.size()).build(), span);
        }
    }

    /** A store that cuts a text at NUL, trims it or folds it would confuse these. */
    @Test
    void textsThatLookAlike_stayApart() {
        List<String> alike = List.of("a", "a\0", "a\0b", "a ", "A", "á", "a\u0301", "а", "ａ", "a\t", "");
        alike.forEach(text -> repository.storeSpan(withEverywhere(text)));
        verify(() -> {
            for (String text : alike) {
                for (TraceQuery query : List.of(
                        query().modelName(text).build(),
                        query().sessionId(text).build(),
                        query().operationName(text).build(),
                        query().provider(new LlmProvider(text)).build(),
                        query().tag(text, text).build())) {
                    List<TraceSpan> found = repository.querySpans(query).items();
                    ExactAssertions.assertExactly(
                            "'" + text + "'", found.stream().map(Named::of).toList(), List.of(new Named(text)));
                }
            }
        });
    }

    @Test
    void longestText_ofOneByteCharacters() {
        assertKept(span().prompt("x".repeat(MAX_BYTES)).build());
    }

    @Test
    void longestText_ofFourByteCharacters() {
        assertKept(span().response("😀".repeat(MAX_BYTES / 4)).build());
    }

    /** Random characters do not compress, and a control character takes six characters in JSON. */
    @Test
    void longestTexts_thatDoNotCompressAndThatGrowInJson() {
        StringBuilder noise = new StringBuilder(4 << 20);
        Random random = new Random(7);
        while (noise.length() < 4 << 20) {
            noise.append((char) (0x4E00 + random.nextInt(0x5000)));
        }
        assertKept(span().errorMessage(noise.toString())
                .attributes(Map.of("controls", "\u0001".repeat(1 << 20), "k".repeat(60_000), 1L))
                .tags(Map.of("t".repeat(60_000), "v".repeat(1 << 20)))
                .build());
    }

    @Test
    void longTexts_inFieldsThatAreFiltered() {
        String text = "a long name ".repeat(20_000);
        TraceSpan span = withEverywhere(text);
        TraceSpan twin = withEverywhere(text + "!");
        store(span, twin);
        verify(() -> {
            assertSpans(query().modelName(text).build(), span);
            assertSpans(query().sessionId(text).build(), span);
            assertSpans(query().operationName(text).build(), span);
            assertSpans(query().serviceName(text).build(), span);
            assertSpans(query().userId(text).build(), span);
            assertSpans(query().tag(text, text).build(), span);
            assertSpans(query().findingType(text).build(), span);
        });
    }

    private void assertKept(TraceSpan span) {
        repository.storeSpan(span);
        verify(() -> {
            ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, span.traceId(), span.spanId()), span);
            assertSpans(query().build(), span);
            assertTraces(query().build(), TraceEvent.ofSpans(List.of(span)));
        });
    }

    /** Returns a span with this text in every text field. */
    private TraceSpan withEverywhere(String text) {
        return span().operationName(text)
                .provider(new LlmProvider(text))
                .modelName(text)
                .prompt(text)
                .response(text)
                .errorMessage(text)
                .finishReason(text)
                .sessionId(text)
                .userId(text)
                .serviceName(text)
                .securityFindings(List.of(SecurityFinding.builder(Severity.LOW, text, Samples.START)
                        .description(text)
                        .confidenceScore(0.5)
                        .location(text)
                        .metadata(Map.of(text, text))
                        .build()))
                .tags(Map.of(text, text, text + "2", "x"))
                .events(List.of(
                        SpanEvent.builder(text, Samples.START)
                                .description(text)
                                .data(text)
                                .build(),
                        SpanEvent.builder(text, Samples.START)
                                .description(text)
                                .data(Map.of(text, List.of(text)))
                                .build()))
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, text, Samples.START)
                        .arguments(text)
                        .result(text)
                        .httpMethod(text)
                        .fileOperation(text)
                        .metadata(Map.of(text, text))
                        .build()))
                .attributes(Map.of(text, Map.of(text, List.of(text, Map.of(text, text)))))
                .build();
    }

    private static String allControlCharacters() {
        StringBuilder text = new StringBuilder();
        for (char c = 0; c < 0x20; c++) {
            text.append(c);
        }
        return text.append('\u007F').toString();
    }

    /** The text of a span, in place of the span: its other fields would make a failure unreadable. */
    private record Named(String text) {
        static Named of(TraceSpan span) {
            return new Named(span.operationName());
        }
    }
}
