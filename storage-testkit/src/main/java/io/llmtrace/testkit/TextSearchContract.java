package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The text filter: which fields it reads, what a word is, and that it forgets what was replaced or deleted. */
abstract class TextSearchContract extends ContractTest {

    TextSearchContract(RepositoryFixture store) {
        super(store);
    }

    static List<Arguments> textsThatMatch() {
        return List.of(
                Arguments.of("Hello World", "hello"),
                Arguments.of("hello world", "WORLD Hello"),
                Arguments.of("hello-world, again", "world"),
                Arguments.of("a_b.c/d", "b c"),
                Arguments.of("{\"city\":\"Paris\"}", "paris city"),
                Arguments.of("order 12345 of 3.14", "12345"),
                Arguments.of("order 12345 of 3.14", "14 3"),
                Arguments.of("gpt4o", "GPT4O"),
                Arguments.of("x", "x"),
                Arguments.of("我想去北京旅行", "北京"),
                Arguments.of("我想去北京旅行", "京 我"),
                Arguments.of("東京タワーへ行く", "タワー"),
                Arguments.of("안녕하세요 세계", "세계"),
                Arguments.of("ПРИВЕТ мир", "привет МИР"),
                Arguments.of("Straße ÜBER", "über straße"),
                Arguments.of("مرحبا بالعالم", "بالعالم"),
                Arguments.of("ไทยแลนด์", "ไ"),
                Arguments.of("a\0b", "b"),
                Arguments.of("tab\there\nline", "here line"),
                Arguments.of("x🚀launch🚀y", "launch"),
                Arguments.of("𝔘nicode 𐐀𐐁", "𐐨𐐩"),
                Arguments.of("say 'OR 1=1; DROP TABLE spans;--'", "drop or table"),
                Arguments.of("NEAR AND NOT \"quoted\"*", "not near \"quoted\"* and"),
                Arguments.of("a:b ^c col:value", "col:value ^c"),
                Arguments.of("w".repeat(70), "w".repeat(64)),
                Arguments.of("w".repeat(70), "w".repeat(90)));
    }

    static List<Arguments> textsThatDoNotMatch() {
        return List.of(
                Arguments.of("hello world", "hell"),
                Arguments.of("hello world", "ello"),
                Arguments.of("hello world", "hello there"),
                Arguments.of("helloworld", "hello world"),
                Arguments.of("hello world", "helloworld"),
                Arguments.of("order 12345", "1234"),
                Arguments.of("gpt4o", "gpt"),
                Arguments.of("gpt4o", "4"),
                Arguments.of("我想去北京", "东"),
                Arguments.of("résumé", "resume"),
                Arguments.of("ﬁle", "file"),
                Arguments.of("running", "run"),
                Arguments.of("hello*", "hel*"),
                Arguments.of("a b", "a AND b"),
                Arguments.of("a", "a OR b"),
                Arguments.of("a c", "a NOT b"),
                Arguments.of("", "a"),
                Arguments.of("w".repeat(63), "w".repeat(64)));
    }

    @ParameterizedTest
    @MethodSource("textsThatMatch")
    void text_matches(String stored, String searched) {
        TraceSpan span = span().prompt(stored).build();
        store(span, span().prompt("nothing of that").build(), span().build());
        verify(() -> {
            assertSpans(searching(searched), span);
            assertTraces(searching(searched), TraceEvent.ofSpans(List.of(span)));
        });
    }

    @ParameterizedTest
    @MethodSource("textsThatDoNotMatch")
    void text_doesNotMatch(String stored, String searched) {
        store(span().prompt(stored).response("nothing").build());
        verify(() -> {
            assertSpans(searching(searched));
            assertTraces(searching(searched));
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
