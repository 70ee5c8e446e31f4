package io.llmtrace.otlp.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.json.TraceJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatMessagesTest {

    @Test
    void openTelemetry_parts() {
        assertThat(ChatMessages.parse("""
                        [{"role":"user","parts":[{"type":"text","content":"Weather?"}]},
                         {"role":"assistant","parts":[{"type":"reasoning","content":"look up"},
                           {"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Paris"}}]},
                         {"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"rainy"}]}]""", "user"))
                .containsExactly(
                        message("user", List.of(ChatPart.text("Weather?"))),
                        message(
                                "assistant",
                                List.of(
                                        ChatPart.reasoning("look up"),
                                        ChatPart.toolCall("c1", "weather", json("{\"city\":\"Paris\"}")))),
                        message("tool", List.of(ChatPart.toolResult("c1", null, TextNode.valueOf("rainy")))));
    }

    @Test
    void openAi_contentAndToolCalls() {
        assertThat(ChatMessages.parse("""
                        {"model":"gpt-4o","messages":[
                         {"role":"system","content":"Be brief."},
                         {"role":"user","content":[{"type":"text","text":"What is this?"},
                           {"type":"image_url","image_url":{"url":"data:…"}}]},
                         {"role":"assistant","content":null,"tool_calls":[
                           {"id":"c9","type":"function","function":{"name":"look","arguments":"{\\"q\\":1}"}}]},
                         {"role":"tool","tool_call_id":"c9","content":"a logo"}]}""", "user"))
                .containsExactly(
                        message("system", List.of(ChatPart.text("Be brief."))),
                        message(
                                "user",
                                List.of(
                                        ChatPart.text("What is this?"),
                                        new ChatPart(ChatPart.IMAGE, null, null, null, null, null, "data:…", null))),
                        message("assistant", List.of(ChatPart.toolCall("c9", "look", json("{\"q\":1}")))),
                        message("tool", List.of(ChatPart.toolResult("c9", null, TextNode.valueOf("a logo")))));
    }

    @Test
    void openAi_choices() {
        assertThat(ChatMessages.parse(
                        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"}}]}",
                        "assistant"))
                .containsExactly(message("assistant", List.of(ChatPart.text("Hi"))));
    }

    @Test
    void anthropic_blocks() {
        assertThat(ChatMessages.parse("""
                        {"system":"Be kind.","messages":[
                         {"role":"assistant","content":[{"type":"thinking","thinking":"hm"},
                           {"type":"tool_use","id":"t1","name":"calc","input":{"e":"2+2"}}]},
                         {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1",
                           "content":[{"type":"text","text":"4"}]}]}]}""", "user"))
                .containsExactly(
                        message("system", List.of(ChatPart.text("Be kind."))),
                        message(
                                "assistant",
                                List.of(ChatPart.reasoning("hm"), ChatPart.toolCall("t1", "calc", json("{\"e\":\"2+2\"}")))),
                        message("tool", List.of(ChatPart.toolResult("t1", null, TextNode.valueOf("4")))));
    }

    @Test
    void vercelAndGemini_parts() {
        assertThat(ChatMessages.parse("""
                        [{"role":"assistant","content":[{"type":"tool-call","toolCallId":"t1","toolName":"calc","input":1}]},
                         {"role":"tool","content":[{"type":"tool-result","toolCallId":"t1","toolName":"calc",
                           "output":{"type":"text","value":"4"}}]},
                         {"role":"model","parts":[{"text":"Four."},{"functionCall":{"name":"end","args":{}}}]}]""", "user"))
                .containsExactly(
                        message("assistant", List.of(ChatPart.toolCall("t1", "calc", json("1")))),
                        message("tool", List.of(ChatPart.toolResult("t1", "calc", TextNode.valueOf("4")))),
                        message("assistant", List.of(ChatPart.text("Four."), ChatPart.toolCall(null, "end", json("{}")))));
    }

    @Test
    void openAi_itemsOfResponses() {
        assertThat(ChatMessages.parse("""
                        [{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},
                         {"type":"function_call","call_id":"c1","id":"fc_1","name":"look","arguments":"{}"},
                         {"type":"function_call_output","call_id":"c1","output":"4"},
                         {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Four."}]}]""", "user"))
                .containsExactly(
                        message("assistant", List.of(ChatPart.reasoning("hm"))),
                        message("assistant", List.of(ChatPart.toolCall("c1", "look", json("{}")))),
                        message("tool", List.of(ChatPart.toolResult("c1", null, TextNode.valueOf("4")))),
                        message("assistant", List.of(ChatPart.text("Four."))));
    }

    @Test
    void langChain_messages() {
        assertThat(ChatMessages.parse("""
                        {"messages":[[
                         {"lc":1,"type":"constructor","id":["langchain","HumanMessage"],"kwargs":{"content":"Hi","type":"human"}},
                         {"type":"ai","content":"Hello","tool_calls":[{"name":"f","args":{"a":1},"id":"t","type":"tool_call"}]},
                         {"type":"tool","content":"4","tool_call_id":"t","name":"f"}]]}""", "user"))
                .containsExactly(
                        message("user", List.of(ChatPart.text("Hi"))),
                        message(
                                "assistant",
                                List.of(ChatPart.text("Hello"), ChatPart.toolCall("t", "f", json("{\"a\":1}")))),
                        message("tool", List.of(ChatPart.toolResult("t", "f", TextNode.valueOf("4")))));
    }

    @Test
    void vercel_promptOfTheOuterCall() {
        assertThat(ChatMessages.parse("{\"system\":\"Be brief.\",\"prompt\":\"Hi\"}", "user"))
                .containsExactly(
                        message("system", List.of(ChatPart.text("Be brief."))),
                        message("user", List.of(ChatPart.text("Hi"))));
    }

    @Test
    void media_areKeptByTheirUrl() {
        assertThat(ChatMessages.parse("""
                        [{"role":"user","parts":[
                         {"type":"blob","modality":"image","mime_type":"image/png","content":"iVBO"},
                         {"type":"uri","modality":"image","uri":"https://a/b.png"},
                         {"inline_data":{"mime_type":"image/gif","data":"R0lG"}},
                         {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},
                         {"type":"uri","modality":"audio","uri":"https://a/b.mp3","mime_type":"audio/mp3"}]}]""", "user"))
                .containsExactly(message(
                        "user",
                        List.of(
                                image("data:image/png;base64,iVBO", "image/png"),
                                image("https://a/b.png", null),
                                image("data:image/gif;base64,R0lG", "image/gif"),
                                image("data:image/png;base64,iVBO", "image/png"),
                                new ChatPart(
                                        ChatPart.JSON,
                                        "{\"type\":\"uri\",\"modality\":\"audio\",\"uri\":\"https://a/b.mp3\",\"mime_type\":\"audio/mp3\"}",
                                        null,
                                        null,
                                        null,
                                        null,
                                        "https://a/b.mp3",
                                        "audio/mp3"))));
    }

    @Test
    void finishReason_isThatOfItsChoice() {
        assertThat(ChatMessages.parse(
                        "[{\"role\":\"assistant\",\"content\":\"a\",\"finish_reason\":\"end_turn\"}]", "user"))
                .containsExactly(new ChatMessage("assistant", List.of(ChatPart.text("a")), "stop"));
        assertThat(ChatMessages.parse(
                        "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"role\":\"assistant\",\"content\":\"a\"}}]}",
                        "user"))
                .containsExactly(new ChatMessage("assistant", List.of(ChatPart.text("a")), "length"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"just text", "[1] is a citation, not JSON", "[{\"role\":\"user\",\"content\":\"cut o", "", "\"text\""})
    void text_isOneMessageAsItIs(String text) {
        assertThat(ChatMessages.parse(text, "user")).containsExactly(message("user", List.of(ChatPart.text(text))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"order\":7731}", "[1,2,3]", "[]", "{}", "{\"messages\":7}", "[[[[[[[[[[[[[[[\"deep\"]]]]]]]]]]]]]]]"})
    void otherJson_isOnePart(String json) {
        assertThat(ChatMessages.parse(json, "user")).containsExactly(message("user", List.of(ChatPart.json(json))));
    }

    private static ChatMessage message(String role, List<ChatPart> parts) {
        return new ChatMessage(role, parts, null);
    }

    private static ChatPart image(String url, String mimeType) {
        return new ChatPart(ChatPart.IMAGE, null, null, null, null, null, url, mimeType);
    }

    private static JsonNode json(String text) {
        return TraceJson.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
