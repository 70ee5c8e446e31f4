package io.llmtrace.otlp.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.json.TraceJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                        message("user", List.of(ChatPart.text("What is this?"), ChatPart.image("data:…", null))),
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
                                List.of(
                                        ChatPart.reasoning("hm"),
                                        ChatPart.toolCall("t1", "calc", json("{\"e\":\"2+2\"}")))),
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
                        message(
                                "assistant",
                                List.of(ChatPart.text("Four."), ChatPart.toolCall(null, "end", json("{}")))));
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
                                ChatPart.json(
                                        "{\"type\":\"uri\",\"modality\":\"audio\",\"uri\":\"https://a/b.mp3\",\"mime_type\":\"audio/mp3\"}",
                                        "https://a/b.mp3",
                                        "audio/mp3"))));
    }

    @Test
    void finishReason_isThatOfItsChoice() {
        assertThat(ChatMessages.parse(
                        "[{\"role\":\"assistant\",\"content\":\"a\",\"finish_reason\":\"end_turn\"}]", "user"))
                .containsExactly(
                        ChatMessage.of("assistant", List.of(ChatPart.text("a"))).withFinishReason("stop"));
        assertThat(ChatMessages.parse(
                        "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"role\":\"assistant\",\"content\":\"a\"}}]}",
                        "user"))
                .containsExactly(
                        ChatMessage.of("assistant", List.of(ChatPart.text("a"))).withFinishReason("length"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "just text",
                "[1] is a citation, not JSON",
                "[{\"role\":\"user\",\"content\":\"cut o",
                "",
                "\"text\""
            })
    void text_isOneMessageAsItIs(String text) {
        assertThat(ChatMessages.parse(text, "user")).containsExactly(message("user", List.of(ChatPart.text(text))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"order\":7731}",
                "[1,2,3]",
                "[]",
                "{}",
                "{\"messages\":7}",
                "[\"Paris\",{\"lat\":48.8}]",
                "[{\"text\":\"a\",\"score\":1},{\"score\":2}]",
                "[{\"role\":\"user\",\"content\":\"a\"},1]",
                "{\"items\":[{\"text\":\"a\"}],\"total\":1}",
                "{\"output\":\"a\",\"steps\":[]}",
                "{\"content\":\"a\",\"score\":1}",
                "{\"reasoning\":\"so\",\"answer\":4}",
                "{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}",
                "[[[[[[[[[[[[[[[\"deep\"]]]]]]]]]]]]]]]"
            })
    void otherJson_isOnePart(String json) {
        assertThat(ChatMessages.parse(json, "user")).containsExactly(message("user", List.of(ChatPart.json(json))));
    }

    @Test
    void unknownElement_isOnePart_andTheOthersAreRead() {
        assertThat(ChatMessages.parse("""
                        [{"role":"user","content":"a"},{"kind":"new"},null,{"type":"dance_call","steps":2},
                         {"type":"dance_output","ok":true},{"role":"assistant","content":[{"type":"new"},{"type":"text","text":"b"}]}]""", "user"))
                .containsExactly(
                        message("user", List.of(ChatPart.text("a"))),
                        message("user", List.of(ChatPart.json("{\"kind\":\"new\"}"))),
                        message("assistant", List.of(ChatPart.json("{\"type\":\"dance_call\",\"steps\":2}"))),
                        message("tool", List.of(ChatPart.json("{\"type\":\"dance_output\",\"ok\":true}"))),
                        message("assistant", List.of(ChatPart.json("{\"type\":\"new\"}"), ChatPart.text("b"))));
    }

    @Test
    void unknownPart_amongLooseParts_staysInTheirMessage() {
        assertThat(ChatMessages.parse(
                        "[{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"new\"},{\"type\":\"text\",\"text\":\"a\"}]",
                        "assistant"))
                .containsExactly(message(
                        "assistant",
                        List.of(ChatPart.reasoning("hm"), ChatPart.json("{\"type\":\"new\"}"), ChatPart.text("a"))));
    }

    @Test
    void serverTools_areCallsOfTheProvider() {
        ChatMessage message = ChatMessages.parse("""
                        [{"type":"server_tool_use","id":"s1","name":"web_search","input":{"query":"x"}},
                         {"type":"web_search_tool_result","tool_use_id":"s1","content":[]},
                         {"type":"mcp_tool_use","id":"m1","name":"echo","server_name":"srv","input":{}},
                         {"type":"mcp_tool_result","tool_use_id":"m1","content":[{"type":"text","text":"hi"}]},
                         {"type":"tool_use","id":"t1","name":"save","input":{}}]""", "assistant").get(0);

        assertThat(message.parts())
                .extracting(ChatPart::type, ChatPart::id, ChatPart::providerExecuted)
                .containsExactly(
                        tuple(ChatPart.TOOL_CALL, "s1", true),
                        tuple(ChatPart.TOOL_RESULT, "s1", true),
                        tuple(ChatPart.TOOL_CALL, "m1", true),
                        tuple(ChatPart.TOOL_RESULT, "m1", true),
                        tuple(ChatPart.TOOL_CALL, "t1", null));
        assertThat(ChatMessages.toolCalls(message)).extracting(ChatPart::name).containsExactly("save");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"redacted_thinking\",\"data\":\"Emwk\"}",
                "{\"type\":\"reasoning\",\"summary\":[],\"content\":null,\"encrypted_content\":\"gAAA\"}",
                "{\"type\":\"reasoning\",\"summary\":[],\"content\":[]}"
            })
    void reasoningThatIsEncrypted_isEmpty(String part) {
        assertThat(ChatMessages.parse("[" + part + "]", "assistant"))
                .containsExactly(message("assistant", List.of(ChatPart.reasoning(""))));
    }

    @Test
    void callThatStandsTwice_isOne_andEqualCallsWithoutIdAreTwo() {
        assertThat(ChatMessages.parse("""
                        {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{"a":1}}],
                         "tool_calls":[{"id":"t1","name":"f","args":{"a":1},"type":"tool_call"}],
                         "additional_kwargs":{"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]}}""", "user"))
                .containsExactly(message("assistant", List.of(ChatPart.toolCall("t1", "f", json("{\"a\":1}")))));
        assertThat(ChatMessages.parse("""
                        {"role":"assistant","content":"","tool_calls":[{"name":"f","args":{}},{"name":"f","args":{}}]}""", "user").get(0).parts()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}],\"refusal\":null}",
                "{\"toolCalls\":[{\"id\":\"c\",\"name\":\"f\",\"arguments\":{}}]}",
                "[{\"toolRequest\":{\"ref\":\"c\",\"name\":\"f\",\"input\":{}}}]",
                "{\"role\":\"assistant\",\"contents\":[{\"$type\":\"functionCall\",\"callId\":\"c\",\"name\":\"f\",\"arguments\":{}}]}"
            })
    void call_inEachShape(String response) {
        assertThat(ChatMessages.parse(response, "assistant"))
                .containsExactly(message("assistant", List.of(ChatPart.toolCall("c", "f", json("{}")))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"instructions\":\"Be brief.\",\"input\":\"Hi\",\"tools\":[TOOL]}",
                "{\"instructions\":\"Be brief.\",\"input\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[TOOL]}",
                "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[TOOL]}",
                "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"tool\",\"content\":TOOL}]",
                "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hi\"},TOOL]",
                "{\"kwargs\":{\"system\":\"Be brief.\",\"prompt\":\"Hi\",\"tools\":[TOOL]}}",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],\"config\":{\"system_instruction\":"
                        + "{\"parts\":[{\"text\":\"Be brief.\"}]},\"tools\":[{\"function_declarations\":[TOOL]}]}}"
            })
    void request_hasItsInstructionsAndTools(String request) {
        for (String tool : List.of(
                "{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}",
                "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}")) {
            ChatMessages.Content content = ChatMessages.parseContent(request.replace("TOOL", tool), "user");

            assertThat(content.messages())
                    .containsExactly(
                            message("system", List.of(ChatPart.text("Be brief."))),
                            message("user", List.of(ChatPart.text("Hi"))));
            assertThat(content.tools()).extracting(ToolDefinition::name).containsExactly("f");
        }
    }

    @Test
    void toolOfTheProvider_hasTheNameThatThereIs() {
        assertThat(ToolDefinitions.parse("""
                        [{"type":"web_search"},{"type":"mcp","server_label":"shop"},{"google_search":{}},
                         {"type":"web_search_20250305","name":"web_search"},{"type":"function"},{"a":1},[["a"]]]"""))
                .extracting(ToolDefinition::type, ToolDefinition::name)
                .containsExactly(
                        tuple("web_search", "web_search"),
                        tuple("mcp", "shop"),
                        tuple(null, "google_search"),
                        tuple("web_search_20250305", "web_search"));
    }

    @Test
    void partsInAText_areParts_butOnlyOnce() {
        String inner = "[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]";
        String text = TextNode.valueOf(inner).toString();
        String twice =
                TextNode.valueOf("[{\"type\":\"text\",\"text\":" + text + "}]").toString();

        assertThat(ChatMessages.parse("[{\"role\":\"user\",\"content\":" + text + "}]", "user"))
                .containsExactly(message("user", List.of(ChatPart.text("a"), ChatPart.text("b"))));
        assertThat(ChatMessages.parse("[{\"role\":\"user\",\"content\":" + twice + "}]", "user"))
                .containsExactly(message("user", List.of(ChatPart.text(inner))));
        assertThat(ChatMessages.parse("[{\"role\":\"user\",\"content\":\"[{\\\"type\\\":\\\"order\\\"}]\"}]", "user"))
                .containsExactly(message("user", List.of(ChatPart.text("[{\"type\":\"order\"}]"))));
    }

    @ParameterizedTest
    @CsvSource({"completed,stop", "incomplete,length", "failed,error", "in_progress,"})
    void wholeResponse_endedAsItsStatusSays(String status, String reason) {
        assertThat(ChatMessages.parse(
                        "{\"object\":\"response\",\"status\":\"" + status
                                + "\",\"instructions\":\"Be brief.\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
                                + "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                                + "[{\"type\":\"output_text\",\"text\":\"a\"}]}]}",
                        "assistant"))
                .containsExactly(
                        message("assistant", List.of(ChatPart.text("a"))).withFinishReason(reason));
    }

    @Test
    void piecesOfAStream_areOneMessage() {
        assertThat(ChatMessages.parse("""
                        [{"role":"assistant","parts":[{"type":"reasoning","content":"h"}],"finish_reason":""},
                         {"role":"assistant","parts":[{"type":"reasoning","content":"m"}],"finish_reason":""},
                         {"role":"assistant","parts":[{"type":"text","content":"a"}],"finish_reason":""},
                         {"role":"assistant","parts":[{"type":"text","content":" b"}],"finish_reason":""},
                         {"role":"assistant","parts":[{"type":"text","content":""}],"finish_reason":"stop"},
                         {"role":"assistant","parts":[{"type":"text","content":"another choice"}],"finish_reason":"stop"}]""", "assistant"))
                .containsExactly(
                        message("assistant", List.of(ChatPart.reasoning("hm"), ChatPart.text("a b")))
                                .withFinishReason("stop"),
                        message("assistant", List.of(ChatPart.text("another choice")))
                                .withFinishReason("stop"));
        assertThat(ChatMessages.parse("""
                        [{"role":"assistant","content":"a","finish_reason":""},{"role":"user","content":"b"}]""", "user"))
                .extracting(ChatMessage::role)
                .containsExactly("assistant", "user");
        assertThat(ChatMessages.parse("""
                        [{"role":"assistant","content":"one choice","finish_reason":""},
                         {"role":"assistant","content":"another","finish_reason":""}]""", "assistant")).hasSize(2);
        assertThat(ChatMessages.parse("""
                        [{"choices":[{"message":{"role":"assistant","content":"one choice"}},
                         {"message":{"role":"assistant","content":"another"}}]}]""", "assistant")).hasSize(2);
    }

    @Test
    void notesOfAFramework_areLeftOut() {
        assertThat(ChatMessages.parse("""
                        {"items":[{"type":"message","role":"system","content":["Be brief.",{"type":"cache_breakpoint"}]},
                         {"type":"agent_config_update","instructions":"Be brief.","tools_added":["look"]},
                         {"type":"message","role":"user","content":["Hi"]}]}""", "user"))
                .containsExactly(
                        message("system", List.of(ChatPart.text("Be brief."))),
                        message("user", List.of(ChatPart.text("Hi"))));
        assertThat(ChatMessages.parse("{\"type\":\"cache_breakpoint\"}", "user"))
                .containsExactly(message("user", List.of(ChatPart.json("{\"type\":\"cache_breakpoint\"}"))));
    }

    private static ChatMessage message(String role, List<ChatPart> parts) {
        return ChatMessage.of(role, parts);
    }

    private static ChatPart image(String url, String mimeType) {
        return ChatPart.image(url, mimeType);
    }

    private static JsonNode json(String text) {
        return TraceJson.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
