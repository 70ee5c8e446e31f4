package io.llmtrace.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.chat.ChatMessage.Other;
import io.llmtrace.cli.chat.ChatMessage.Reasoning;
import io.llmtrace.cli.chat.ChatMessage.Text;
import io.llmtrace.cli.chat.ChatMessage.ToolCall;
import io.llmtrace.cli.chat.ChatMessage.ToolResult;
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
                        new ChatMessage("user", List.of(new Text("Weather?"))),
                        new ChatMessage(
                                "assistant",
                                List.of(
                                        new Reasoning("look up"),
                                        new ToolCall("c1", "weather", "{\"city\":\"Paris\"}"))),
                        new ChatMessage("tool", List.of(new ToolResult("c1", null, "rainy"))));
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
                        new ChatMessage("system", List.of(new Text("Be brief."))),
                        new ChatMessage(
                                "user",
                                List.of(
                                        new Text("What is this?"),
                                        new Other(
                                                "image_url",
                                                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:…\"}}"))),
                        new ChatMessage("assistant", List.of(new ToolCall("c9", "look", "{\"q\":1}"))),
                        new ChatMessage("tool", List.of(new ToolResult("c9", null, "a logo"))));
    }

    @Test
    void openAi_choices() {
        assertThat(ChatMessages.parse(
                        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"}}]}",
                        "assistant"))
                .containsExactly(new ChatMessage("assistant", List.of(new Text("Hi"))));
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
                        new ChatMessage("system", List.of(new Text("Be kind."))),
                        new ChatMessage(
                                "assistant",
                                List.of(new Reasoning("hm"), new ToolCall("t1", "calc", "{\"e\":\"2+2\"}"))),
                        new ChatMessage("user", List.of(new ToolResult("t1", null, "4"))));
    }

    @Test
    void vercelAndGemini_parts() {
        assertThat(ChatMessages.parse("""
                        [{"role":"assistant","content":[{"type":"tool-call","toolCallId":"t1","toolName":"calc","input":1}]},
                         {"role":"tool","content":[{"type":"tool-result","toolCallId":"t1","toolName":"calc",
                           "output":{"type":"text","value":"4"}}]},
                         {"role":"model","parts":[{"text":"Four."},{"functionCall":{"name":"end","args":{}}}]}]""", "user"))
                .containsExactly(
                        new ChatMessage("assistant", List.of(new ToolCall("t1", "calc", "1"))),
                        new ChatMessage("tool", List.of(new ToolResult("t1", "calc", "4"))),
                        new ChatMessage("model", List.of(new Text("Four."), new ToolCall(null, "end", "{}"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "just text",
                "[1] is a citation, not JSON",
                "[{\"role\":\"user\",\"content\":\"cut o",
                "{\"order\":7731}",
                "[1,2,3]",
                "[]",
                "{}",
                "",
                "\"text\""
            })
    void anythingElse_isOneMessageAsItIs(String text) {
        assertThat(ChatMessages.parse(text, "user")).containsExactly(new ChatMessage("user", List.of(new Text(text))));
    }
}
