package io.llmtrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Creates responses in the format of OpenAI's API. They depend only on the request, so that tests are repeatable.
 *
 * <ul>
 *   <li>A plain question is answered with {@code You said: <question>}.
 *   <li>With {@code tools}, the first tool is called, each of its parameters being the last word of the question; once a
 *       tool has answered, the answer is {@code The tool said: <result>}.
 *   <li>A token is a word.
 * </ul>
 */
final class FakeModel {

    static final String MODEL_SUFFIX = "-2024-07-18";
    static final String TOOL_CALL_ID = "call_fake_1";

    private static final long CREATED = 1_767_607_200L;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final JsonNode request;
    private final Answer answer;

    FakeModel(JsonNode request) {
        this.request = request;
        this.answer = answer();
    }

    /** Returns the last message of the user. */
    String question() {
        String last = "";
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asText().equals("user")) {
                last = contentOf(message);
            }
        }
        return last;
    }

    /** Returns the whole answer. */
    ObjectNode completion() {
        ObjectNode completion = envelope("chat.completion");
        ObjectNode choice = completion.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        message.put("content", answer.isToolCall() ? null : answer.text()).putNull("refusal");
        if (answer.isToolCall()) {
            addToolCall(message, answer.toolArguments());
        }
        choice.putNull("logprobs").put("finish_reason", answer.finishReason());
        completion.set("usage", usage());
        return completion;
    }

    /** Returns the answer word by word, with token counts at the end if the request asks for them. */
    List<ObjectNode> chunks() {
        List<ObjectNode> chunks = new ArrayList<>();
        if (answer.isToolCall()) {
            addToolCallChunks(chunks);
        } else {
            chunks.add(chunk(JSON.objectNode().put("role", "assistant").put("content", "")));
            for (String word : answer.text().split("(?= )")) {
                chunks.add(chunk(JSON.objectNode().put("content", word)));
            }
        }
        ObjectNode end = chunk(JSON.objectNode());
        ((ObjectNode) end.path("choices").path(0)).put("finish_reason", answer.finishReason());
        chunks.add(end);
        if (request.path("stream_options").path("include_usage").asBoolean()) {
            ObjectNode last = envelope("chat.completion.chunk");
            last.putArray("choices");
            last.set("usage", usage());
            chunks.add(last);
        }
        return chunks;
    }

    /** Returns a vector of two numbers for a text. */
    static ObjectNode embeddings(JsonNode request) {
        ObjectNode response = JSON.objectNode().put("object", "list");
        ObjectNode item = response.putArray("data").addObject();
        item.put("object", "embedding")
                .put("index", 0)
                .putArray("embedding")
                .add(0.25)
                .add(-0.5);
        response.put("model", request.path("model").asText());
        int tokens = words(request.path("input").asText());
        response.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return response;
    }

    /** Returns a text, or a call of the tool if there is a tool name. */
    private record Answer(String text, String toolName, String toolArguments) {
        boolean isToolCall() {
            return !toolName.isEmpty();
        }

        String finishReason() {
            return isToolCall() ? "tool_calls" : "stop";
        }

        int tokens() {
            return words(isToolCall() ? toolName + " " + toolArguments : text);
        }
    }

    private Answer answer() {
        JsonNode messages = request.path("messages");
        JsonNode last = messages.path(messages.size() - 1);
        if (last.path("role").asText().equals("tool")) {
            return new Answer("The tool said: " + contentOf(last), "", "");
        }
        JsonNode tool = request.path("tools").path(0).path("function");
        if (tool.isMissingNode()) {
            return new Answer("You said: " + question(), "", "");
        }
        return new Answer("", tool.path("name").asText(), arguments(tool));
    }

    private String arguments(JsonNode tool) {
        String question = question();
        String word = question.substring(question.lastIndexOf(' ') + 1).replaceAll("\\W", "");
        ObjectNode arguments = JSON.objectNode();
        JsonNode parameters = tool.path("parameters").path("properties");
        parameters.fieldNames().forEachRemaining(name -> arguments.put(name, word));
        return arguments.toString();
    }

    private ObjectNode addToolCall(ObjectNode message, String arguments) {
        ObjectNode call = message.putArray("tool_calls").addObject();
        call.put("id", TOOL_CALL_ID).put("type", "function");
        call.putObject("function").put("name", answer.toolName()).put("arguments", arguments);
        return call;
    }

    private void addToolCallChunks(List<ObjectNode> chunks) {
        ObjectNode first = JSON.objectNode().put("role", "assistant").putNull("content");
        addToolCall(first, "").put("index", 0);
        chunks.add(chunk(first));
        String arguments = answer.toolArguments();
        int half = arguments.length() / 2;
        for (String part : List.of(arguments.substring(0, half), arguments.substring(half))) {
            ObjectNode delta = JSON.objectNode();
            ObjectNode call = delta.putArray("tool_calls").addObject().put("index", 0);
            call.putObject("function").put("arguments", part);
            chunks.add(chunk(delta));
        }
    }

    private ObjectNode chunk(ObjectNode delta) {
        ObjectNode chunk = envelope("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs").putNull("finish_reason");
        return chunk;
    }

    private ObjectNode envelope(String object) {
        return JSON.objectNode()
                .put("id", "chatcmpl-fake-" + request.path("messages").size())
                .put("object", object)
                .put("created", CREATED)
                .put("model", request.path("model").asText() + MODEL_SUFFIX)
                .put("system_fingerprint", "fp_fake");
    }

    private ObjectNode usage() {
        int prompt = 0;
        for (JsonNode message : request.path("messages")) {
            prompt += words(contentOf(message));
        }
        return JSON.objectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", answer.tokens())
                .put("total_tokens", prompt + answer.tokens());
    }

    /** Returns the text of a message, whose content is a string, a list of parts or absent. */
    private static String contentOf(JsonNode message) {
        JsonNode content = message.path("content");
        if (!content.isArray()) {
            return content.asText("");
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }
}
