package io.llmtrace.samples;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** A growing JSON array of chat messages, in the format of most model APIs. */
final class Messages {

    private final StringBuilder json = new StringBuilder(4096).append('[');
    private int toolCalls;

    Messages add(String role, String content) {
        open(role).append(",\"content\":");
        string(content);
        json.append('}');
        return this;
    }

    /** Adds a tool call, and returns its id, which the result must have. */
    String addToolCall(String thought, String tool, String arguments, Dice dice) {
        String id = "call_" + dice.hex(20);
        open("assistant").append(",\"content\":");
        string(thought);
        json.append(",\"tool_calls\":[{\"id\":\"")
                .append(id)
                .append("\",\"type\":\"function\",\"function\":{\"name\":\"");
        json.append(tool).append("\",\"arguments\":");
        string(arguments);
        json.append("}}]}");
        toolCalls++;
        return id;
    }

    void addToolResult(String callId, String result) {
        open("tool").append(",\"tool_call_id\":\"").append(callId).append("\",\"content\":");
        string(result);
        json.append('}');
    }

    int toolCalls() {
        return toolCalls;
    }

    int length() {
        return json.length() + 1;
    }

    /** Returns all messages so far. */
    String json() {
        return json + "]";
    }

    /** Returns the last message as an array, the format of a model's answer. */
    static String only(String role, String content) {
        return new Messages().add(role, content).json();
    }

    private StringBuilder open(String role) {
        return json.append(json.length() == 1 ? "" : ",")
                .append("{\"role\":\"")
                .append(role)
                .append('"');
    }

    private void string(String text) {
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }
}
