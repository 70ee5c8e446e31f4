package io.llmtrace.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Prints the messages, actions and problems of a span: shortened to one line each, or in full. */
public final class SpanPrinter {

    private static final String INDENT = "  ";
    private static final int LABEL_COLUMNS = 12;
    /** Width of a shortened line where there is no terminal. */
    private static final int SHORT_COLUMNS = 160;
    /** Text wider than this is tiring to read. */
    private static final int MAX_TEXT_COLUMNS = 120;

    private static final int RULE_COLUMNS = 80;

    private final Terminal terminal;
    private final Style style;

    public SpanPrinter(Terminal terminal) {
        this.terminal = terminal;
        this.style = terminal.outStyle();
    }

    static boolean hasContent(TraceSpan span) {
        return span.prompt() != null
                || span.response() != null
                || span.status() == SpanStatus.ERROR
                || !span.securityFindings().isEmpty()
                || !span.agentActions().isEmpty();
    }

    /** Prints the last message to the model, its answer, tool calls, errors and findings, each on one line. */
    void printShort(TraceSpan span) {
        println(title(span));
        if (isConversation(span)) {
            shortPrompt(span);
            shortResponse(span);
        } else {
            shortLine("in", span.prompt(), UnaryOperator.identity());
            shortLine("out", span.response(), UnaryOperator.identity());
        }
        for (AgentAction action : actionsBeyondConversation(span)) {
            shortLine(label(action.actionType().text()), describe(action), action.success() ? style::cyan : style::red);
        }
        problems(span, true);
    }

    /** Prints all messages in full. */
    void printMessages(TraceSpan span) {
        println(style.dim("─".repeat(Math.min(terminal.outColumns(), RULE_COLUMNS))));
        println(title(span));
        printConversation(span);
        problems(span, false);
    }

    /** Prints everything that is known about a span. */
    public void printWhole(TraceSpan span) {
        println(title(span) + "  " + style.dim("of trace " + span.traceId()));
        println("");
        SpanFields.of(span).forEach((name, value) -> println(style.dim(Display.padRight(name, 22)) + value));
        printConversation(span);
        problems(span, false);
        SpanFields.details(span).forEach(this::section);
    }

    private String title(TraceSpan span) {
        String name = Display.oneLine(SpanTree.label(span));
        return (span.status() == SpanStatus.ERROR ? style.red(name) : style.bold(name)) + "  "
                + style.dim(span.kind().text() + " " + Ids.formatSpanId(span.spanId()));
    }

    /** Returns whether prompt and response are a conversation, rather than arguments and a result. */
    private static boolean isConversation(TraceSpan span) {
        return span.kind() == SpanKind.LLM || span.kind() == SpanKind.AGENT || span.kind() == SpanKind.CHAIN;
    }

    private void shortPrompt(TraceSpan span) {
        if (span.prompt() == null) {
            return;
        }
        List<ChatMessage> messages = ChatMessages.parse(span.prompt(), "user");
        int lastOfUser = lastIndex(messages, m -> isUser(m.role()) && ChatMessages.textOf(m) != null);
        int shown = lastOfUser < 0 ? messages.size() - 1 : lastOfUser;
        shortMessage(messages.get(shown));
        // The model answers all tool results since its last answer, so print each of them.
        int answered = lastIndex(messages, m -> m.role().equals("assistant"));
        for (int i = Math.max(shown, answered) + 1; i < messages.size(); i++) {
            shortMessage(messages.get(i));
        }
    }

    private static int lastIndex(List<ChatMessage> messages, Predicate<ChatMessage> condition) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (condition.test(messages.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private void shortResponse(TraceSpan span) {
        if (span.response() != null) {
            ChatMessages.parse(span.response(), "assistant").forEach(this::shortMessage);
        }
    }

    private void shortMessage(ChatMessage message) {
        for (ChatPart part : message.parts()) {
            switch (part.type()) {
                case ChatPart.TEXT, ChatPart.JSON -> {
                    if (part.text() != null && !part.text().isBlank()) {
                        shortLine(message.role(), part.text(), UnaryOperator.identity());
                    }
                }
                case ChatPart.TOOL_CALL ->
                    shortLine(
                            "tool call",
                            (part.name() == null ? "?" : part.name()) + "(" + plain(part.arguments()) + ")",
                            style::cyan);
                case ChatPart.TOOL_RESULT -> shortLine("tool result", plain(part.result()), style::dim);
                case ChatPart.IMAGE -> shortLine(message.role(), "[image]", style::dim);
                default -> {} // reasoning
            }
        }
    }

    private void shortLine(String label, @Nullable String text, UnaryOperator<String> colour) {
        if (text == null) {
            return;
        }
        int columns = Math.min(terminal.outColumns(), SHORT_COLUMNS) - INDENT.length() - LABEL_COLUMNS;
        // Cuts the text first, since it may have megabytes and only its beginning is shown.
        String start = text.length() > 4 * SHORT_COLUMNS ? text.substring(0, 4 * SHORT_COLUMNS) + "…" : text;
        String line = Display.truncate(Display.oneLine(start), columns);
        println(INDENT + style.dim(Display.padRight(Display.oneLine(label), LABEL_COLUMNS)) + colour.apply(line));
    }

    private void printConversation(TraceSpan span) {
        String prompt = span.prompt();
        String response = span.response();
        if (prompt != null) {
            ChatMessages.parse(prompt, isConversation(span) ? "user" : "in").forEach(this::printMessage);
        }
        if (response != null) {
            ChatMessages.parse(response, isConversation(span) ? "assistant" : "out")
                    .forEach(this::printMessage);
        }
        for (AgentAction action : actionsBeyondConversation(span)) {
            section(
                    label(action.actionType().text()),
                    describe(action) + (action.result() == null ? "" : "\n" + action.result()));
        }
    }

    /** Returns the actions that say more than the messages and the span itself. */
    private static List<AgentAction> actionsBeyondConversation(TraceSpan span) {
        return span.agentActions().stream()
                .filter(action ->
                        isConversation(span) ? !isRequestedByResponse(action, span) : !isTheSpanItself(action, span))
                .toList();
    }

    /** Returns whether the action is a tool call requested by the response, and nothing more is known of it. */
    private static boolean isRequestedByResponse(AgentAction action, TraceSpan span) {
        String response = span.response();
        return response != null
                && action.actionType() == AgentActionType.TOOL_CALL
                && action.result() == null
                && action.success()
                && ChatMessages.parse(response, "assistant").stream()
                        .flatMap(message -> message.parts().stream())
                        .anyMatch(part -> part.type().equals(ChatPart.TOOL_CALL)
                                && action.name().equals(part.name())
                                && Objects.equals(part.id(), action.metadata().get("tool_call_id")));
    }

    /** Returns whether the action describes the tool call that the span is about. */
    private static boolean isTheSpanItself(AgentAction action, TraceSpan span) {
        return span.agentActions().size() == 1
                && Objects.equals(action.arguments(), span.prompt())
                && action.exitCode() == null
                && action.httpStatus() == null;
    }

    private void printMessage(ChatMessage message) {
        for (ChatPart part : message.parts()) {
            String role = message.role();
            switch (part.type()) {
                case ChatPart.TEXT -> section(role, orEmpty(part.text()));
                case ChatPart.REASONING -> section(role + " (reasoning)", orEmpty(part.text()));
                case ChatPart.TOOL_CALL -> section(role + " → " + nameOf(part, "?"), plain(part.arguments()));
                case ChatPart.TOOL_RESULT -> section(role + " ← " + nameOf(part, "result"), plain(part.result()));
                case ChatPart.IMAGE -> section(role + " (image)", urlOf(part));
                // JSON that is not a message, such as the input of a chain.
                default -> section(role, orEmpty(part.text()));
            }
        }
    }

    private static String nameOf(ChatPart part, String unnamed) {
        return (part.name() == null ? unnamed : part.name()) + idOf(part.id());
    }

    private static String plain(@Nullable JsonNode json) {
        if (json == null) {
            return "";
        }
        return json.isTextual() ? json.textValue() : json.toString();
    }

    /** Returns the URL of an image, without the bytes of a data URL. */
    private static String urlOf(ChatPart image) {
        String url = orEmpty(image.url());
        int comma = url.startsWith("data:") ? url.indexOf(',') : -1;
        return comma < 0 ? url : url.substring(0, comma) + ", " + (url.length() - comma - 1) + " characters";
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String idOf(@Nullable String id) {
        return id == null ? "" : " " + id;
    }

    private void problems(TraceSpan span, boolean shortened) {
        for (SecurityFinding finding : span.securityFindings()) {
            String text = describe(finding);
            if (shortened) {
                shortLine("finding", text, style::yellow);
            } else {
                section("finding", text);
            }
        }
        String error = span.errorMessage();
        if (span.status() != SpanStatus.ERROR) {
            return;
        }
        String text = (statusCode(span) + " " + (error == null ? "" : error)).strip();
        if (shortened) {
            shortLine("error", text, style::red);
        } else {
            section("error", text);
        }
    }

    /** Returns the status code of a span; empty if it has none, or if its error message already begins with the code. */
    static String statusCode(TraceSpan span) {
        if (span.statusCode() == null) {
            return "";
        }
        String code = Integer.toString(span.statusCode());
        String message = span.errorMessage();
        return message != null && message.startsWith(code + ":") ? "" : code;
    }

    private void section(String heading, String text) {
        println("");
        println(style.bold(Display.oneLine(heading)));
        int columns = terminal.outIsTerminal()
                ? Math.min(terminal.outColumns(), MAX_TEXT_COLUMNS) - INDENT.length()
                : Terminal.UNBOUNDED;
        for (String line : Display.wrap(Display.safe(text), columns)) {
            println((INDENT + line).stripTrailing());
        }
    }

    private static String describe(SecurityFinding finding) {
        return String.format(
                        Locale.ROOT,
                        "%s %s %.2f",
                        finding.severity().text(),
                        finding.findingType(),
                        finding.confidenceScore())
                + (finding.location() == null ? "" : " at " + finding.location())
                + (finding.description().isEmpty() ? "" : ": " + finding.description());
    }

    private static String describe(AgentAction action) {
        StringBuilder text = new StringBuilder(action.name());
        if (action.arguments() != null) {
            text.append('(').append(action.arguments()).append(')');
        }
        if (action.httpStatus() != null) {
            text.append(" → ").append(action.httpStatus());
        }
        if (action.exitCode() != null) {
            text.append(" → exit code ").append(action.exitCode());
        }
        return text.append(action.success() ? "" : " failed").toString();
    }

    private static String label(String name) {
        return name.replace("_execution", "").replace("_invocation", "").replace('_', ' ');
    }

    private static boolean isUser(String role) {
        return role.equals("user") || role.equals("human");
    }

    private void println(String line) {
        terminal.out().println(line);
    }
}
