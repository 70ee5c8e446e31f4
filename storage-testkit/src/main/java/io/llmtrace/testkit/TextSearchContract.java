package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.FilterExpression;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The text filter: which fields it searches, what a word is, and that replaced and deleted text is not found. */
abstract class TextSearchContract extends ContractTest {

    TextSearchContract(RepositoryFixture store) {
        super(store);
    }

    /** A text to search for, in a store that holds another one. */
    private record Search(String stored, String text) {}

    private static List<Search> textsThatMatch() {
        return List.of(
                new Search("Hello World", "hello"),
                new Search("hello world", "WORLD Hello"),
                new Search("hello-world, again", "world"),
                new Search("a_b.c/d", "b c"),
                new Search("{\"city\":\"Paris\"}", "paris city"),
                new Search("order 12345 of 3.14", "12345"),
                new Search("order 12345 of 3.14", "14 3"),
                new Search("gpt4o", "GPT4O"),
                new Search("x", "x"),
                new Search("我想去北京旅行", "北京"),
                new Search("我想去北京旅行", "京 我"),
                new Search("東京タワーへ行く", "タワー"),
                new Search("안녕하세요 세계", "세계"),
                new Search("ПРИВЕТ мир", "привет МИР"),
                new Search("Straße ÜBER", "über straße"),
                new Search("مرحبا بالعالم", "بالعالم"),
                new Search("ไทยแลนด์", "ไ"),
                new Search("a\0b", "b"),
                new Search("tab\there\nline", "here line"),
                new Search("x🚀launch🚀y", "launch"),
                new Search("𝔘nicode 𐐀𐐁", "𐐨𐐩"),
                new Search("résume\u0301", "re\u0301sumé"),
                new Search("ﬁle ｆｕｌｌ", "FILE full"),
                new Search("נִקּוּד", "נקוד"),
                new Search("x🚀launch🚀y", "🚀"),
                new Search("running refunds", "refun* run*"),
                new Search("refund", "refund*"),
                new Search("환불을 요청", "환불*"),
                new Search("Rückerstattung", "rücker*"),
                new Search("ÜBERGABE", "überg*"),
                new Search("[{\"role\":\"user\",\"content\":\"a\\nReturn caf\\u00e9\\tnow\"}]", "return café now"),
                new Search("[{\"content\":\"\\u9000\\u6b3e \\u00dcber\"}]", "退款 über"),
                new Search("{\"arguments\":\"{\\\"q\\\":\\\"one\\\\ntwo\\\"}\"}", "q one two"),
                new Search("{\"path\":\"C:\\\\new\"}", "new"),
                new Search("[{\"content\":\"cut \\nhere", "here"),
                new Search("[{\"content\":\"a\\nReturn\"}]", "ret* conten*"),
                new Search("{\"n\":12.5,\"ok\":true}", "n 12 5 true"),
                new Search("say 'OR 1=1; DROP TABLE spans;--'", "drop or table"),
                new Search("NEAR AND NOT \"quoted\"*", "not near \"quoted\"* and"),
                new Search("a:b ^c col:value", "col:value ^c"),
                new Search("send the late refund now", "\"late refund\""),
                new Search("send the Late,\nREFUND now", "now \"late refund\" \"send the late\""),
                new Search("late fees, late refunds", "\"late refun*\""),
                new Search("late refund", "\"late\" \"refund\""),
                new Search("refund late", "\"late refund"),
                new Search("[{\"role\":\"user\",\"content\":\"a\\nlate caf\\u00e9\"}]", "\"a late café\""),
                new Search("{\"arguments\":\"{\\\"q\\\":\\\"late\\\\nrefund\\\"}\"}", "\"late refund\""),
                new Search("我想去北京旅行", "\"北京\""),
                new Search("w".repeat(70), "w".repeat(64)),
                new Search("w".repeat(70), "w".repeat(90)));
    }

    private static List<Search> textsThatDoNotMatch() {
        return List.of(
                new Search("hello world", "hell"),
                new Search("hello world", "ello"),
                new Search("hello world", "hello there"),
                new Search("helloworld", "hello world"),
                new Search("hello world", "helloworld"),
                new Search("order 12345", "1234"),
                new Search("gpt4o", "gpt"),
                new Search("gpt4o", "4"),
                new Search("我想去北京", "东"),
                new Search("résumé", "resume"),
                new Search("running", "run"),
                new Search("hello*", "ell*"),
                new Search("hello", "hellos*"),
                new Search("[{\"content\":\"a\\nReturn caf\\u00e9\"}]", "nreturn"),
                new Search("[{\"content\":\"a\\nReturn caf\\u00e9\"}]", "nret*"),
                new Search("[{\"content\":\"a\\nReturn caf\\u00e9\"}]", "u00e9"),
                new Search("[{\"content\":\"a\\nReturn caf\\u00e9\"}]", "caf"),
                new Search("[{\"content\":\"\\u9000\\u6b3e\"}]", "u900*"),
                new Search("{\"arguments\":\"{\\\"q\\\":\\\"one\\\\ntwo\\\"}\"}", "ntwo"),
                new Search("a\\nReturn", "return"),
                new Search("a b", "a AND b"),
                new Search("a", "a OR b"),
                new Search("a c", "a NOT b"),
                new Search("refund late", "\"late refund\""),
                new Search("the late and the refund", "\"late refund\""),
                new Search("lately refund, late refunds", "\"late refund\""),
                new Search("late refund", "\"late refund\" again"),
                new Search("[{\"content\":\"too late\"},{\"content\":\"refund it\"}]", "\"late refund\""),
                new Search("{\"late\":\"refund\"}", "\"late refund\""),
                new Search("我京北想", "\"北京\""),
                new Search("", "a"),
                new Search("w".repeat(63), "w".repeat(64)));
    }

    private TraceQuery filtered(String expression) {
        return query().where(FilterExpression.parse(expression)).build();
    }

    @Test
    void phrase_isFoundInOneTextOfASpanOnly() {
        TraceSpan apart = span().startTime(Samples.START.plusSeconds(4))
                .operationName("too late")
                .prompt("refund")
                .response("late again")
                .errorMessage("refund")
                .build();
        TraceSpan replaced = span().startTime(Samples.START.plusSeconds(3))
                .prompt("a late refund")
                .build();
        TraceSpan inError = span().startTime(Samples.START.plusSeconds(2))
                .errorMessage("a late refund")
                .build();
        TraceSpan inAction = span().startTime(Samples.START.plusSeconds(1))
                .kind(SpanKind.TOOL)
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "refund", Samples.START)
                        .result("{\"q\":\"late refund\"}")
                        .build()))
                .build();
        store(apart, replaced, inError, inAction);
        store(replaced.toBuilder().prompt("refund late").build());
        verify(() -> {
            assertSpans(searching("\"late refund\""), inError, inAction);
            assertSpans(filtered("\"late refund\" kind:tool"), inAction);
            assertSpans(filtered("(\"late refund\" OR operation:nothing) -kind:tool"), inError);
            assertSpans(
                    filtered("-\"late refund\" refund late"),
                    apart,
                    replaced.toBuilder().prompt("refund late").build());
            assertTraces(filtered("{text:\"late refund\"} {kind:tool}"), TraceEvent.ofSpans(List.of(inAction)));
        });
    }

    @Test
    void text_matches() {
        verifyEach(textsThatMatch(), search -> {
            TraceSpan span = span().prompt(search.stored).build();
            store(span, span().prompt("nothing of that").build(), span().build());
            return () -> {
                assertSpans(searching(search.text), span);
                assertTraces(searching(search.text), TraceEvent.ofSpans(List.of(span)));
            };
        });
    }

    @Test
    void text_doesNotMatch() {
        verifyEach(textsThatDoNotMatch(), search -> {
            store(span().prompt(search.stored).response("nothing").build());
            return () -> {
                assertSpans(searching(search.text));
                assertTraces(searching(search.text));
            };
        });
    }

    static List<Arguments> searchedFields() {
        return List.of(
                field("operation_name", s -> s.operationName("some needle here")),
                field("prompt", s -> s.prompt("some needle here")),
                field("response", s -> s.response("some needle here")),
                field("error_message", s -> s.errorMessage("some needle here")),
                field(
                        "action name",
                        s -> s.agentActions(List.of(action("some needle here").build()))),
                field(
                        "action arguments",
                        s -> s.agentActions(List.of(
                                action("x").build(),
                                action("y").arguments("{\"q\":\"needle\"}").build()))),
                field(
                        "action result",
                        s -> s.agentActions(List.of(action("x").result("needle").build()))),
                field(
                        "instructions",
                        s -> s.attributes(
                                Map.of("gen_ai.system_instructions", "[{\"content\":\"some\\nneedle here\"}]"))),
                field(
                        "instructions of several parts",
                        s -> s.attributes(Map.of("ai.prompt", Map.of("system", List.of("x", "needle"))))),
                field("finding type", s -> s.securityFindings(List.of(finding("needle", "")))),
                field("finding description", s -> s.securityFindings(List.of(finding("x", "some needle here")))));
    }

    @ParameterizedTest
    @MethodSource("searchedFields")
    void field_isSearched(String name, FilterCase.Edit edit) {
        TraceSpan span = edit.apply(span()).build();
        store(span, span().prompt("needles").build());
        verify(() -> assertSpans(searching("needle"), span));
    }

    static List<Arguments> otherFields() {
        return List.of(
                field("model_name", s -> s.modelName("needle")),
                field("session_id", s -> s.sessionId("needle")),
                field("user_id", s -> s.userId("needle")),
                field("service_name", s -> s.serviceName("needle")),
                field("finish_reason", s -> s.finishReason("needle")),
                field("tags", s -> s.tags(Map.of("needle", "needle"))),
                field("attributes", s -> s.attributes(Map.of("needle", "needle"))));
    }

    @ParameterizedTest
    @MethodSource("otherFields")
    void field_isNotSearched(String name, FilterCase.Edit edit) {
        repository.storeSpan(edit.apply(span()).build());
        verify(() -> assertSpans(searching("needle")));
    }

    @Test
    void words_mayStandInDifferentFieldsOfOneSpan() {
        TraceSpan both = span().prompt("red").response("green").build();
        TraceSpan red = span().prompt("red").build();
        TraceSpan green = span().traceId(red.traceId()).response("green").build();
        store(both, red, green);
        verify(() -> {
            assertSpans(searching("green red"), both);
            assertTraces(searching("green red"), TraceEvent.ofSpans(List.of(both)));
        });
    }

    @Test
    void wordOfAReplacedVersion_isForgotten() {
        TraceSpan old = span().prompt("alpha beta").response("gamma").build();
        repository.storeSpan(old);
        verify(() -> assertSpans(searching("alpha gamma"), old));
        TraceSpan replaced = old.toBuilder().prompt("beta").response(null).build();
        repository.storeSpan(replaced);
        verify(() -> {
            assertSpans(searching("alpha"));
            assertSpans(searching("gamma"));
            assertTraces(searching("alpha"));
            assertSpans(searching("beta"), replaced);
        });
    }

    @Test
    void wordOfAReplacedVersionInTheSameBatch_isForgotten() {
        TraceSpan old = span().prompt("alpha").build();
        TraceSpan replaced = old.toBuilder().prompt("beta").build();
        store(old, replaced);
        verify(() -> {
            assertSpans(searching("alpha"));
            assertSpans(searching("beta"), replaced);
        });
    }

    @Test
    void wordOfADeletedTrace_isForgotten() {
        TraceSpan gone = span().prompt("alpha").build();
        TraceSpan stays = span().prompt("alpha").build();
        store(gone, stays);
        repository.deleteTrace(tenant, gone.traceId());
        verify(() -> assertSpans(searching("alpha"), stays));
        TraceSpan again = gone.toBuilder().prompt("beta").build();
        repository.storeSpan(again);
        verify(() -> {
            assertSpans(searching("alpha"), stays);
            assertSpans(searching("beta"), again);
        });
    }

    @Test
    void wordOfAnotherTenant_isNotFound() {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        repository.storeSpan(Samples.span(otherTenant)
                .traceId(traceId)
                .spanId(spanId)
                .prompt("secret")
                .build());
        repository.storeSpan(
                span().traceId(traceId).spanId(spanId).prompt("mine").build());
        verify(() -> assertSpans(searching("secret")));
    }

    @Test
    void longText_isSearchedToItsEnd() {
        TraceSpan span =
                span().prompt("filler words ".repeat(100_000) + "needle").build();
        store(span, span().prompt("filler words ".repeat(10)).build());
        verify(() -> assertSpans(searching("needle"), span));
    }

    private TraceQuery searching(String text) {
        return query().text(text).build();
    }

    private static Arguments field(String name, FilterCase.Edit edit) {
        return Arguments.of(name, edit);
    }

    private static AgentAction.Builder action(String name) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, name, Samples.START);
    }

    private static SecurityFinding finding(String type, String description) {
        return SecurityFinding.of(Severity.LOW, type, description, Samples.START);
    }
}
