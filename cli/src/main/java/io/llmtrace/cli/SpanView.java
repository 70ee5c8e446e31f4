package io.llmtrace.cli;

import io.llmtrace.cli.chat.ChatMessage;
import io.llmtrace.cli.chat.ChatMessage.Other;
import io.llmtrace.cli.chat.ChatMessage.Part;
import io.llmtrace.cli.chat.ChatMessage.Reasoning;
import io.llmtrace.cli.chat.ChatMessage.Text;
import io.llmtrace.cli.chat.ChatMessage.ToolCall;
import io.llmtrace.cli.chat.ChatMessage.ToolResult;
import io.llmtrace.cli.chat.ChatMessages;
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
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What was said and done in a span: shortened to a line each, or whole. */
final class SpanView {

    private static final String INDENT = "  ";
    private static final int LABEL_COLUMNS = 12;
    /** Of a shortened line where no terminal sets the width. */
    private static final int SHORT_COLUMNS = 160;
    /** Text wider than this is tiring to read. */
    private static final int MAX_TEXT_COLUMNS = 120;

    private static final int RULE_COLUMNS = 80;

    private final Terminal terminal;
    private final Style style;

    SpanView(Terminal terminal) {
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

    /** The last words to the model and its answer, calls, errors and findings, each on one line. */
    void printShort(TraceSpan span) {
        println(title(span));
        if (talks(span)) {
            shortPrompt(span);
            shortResponse(span);
        } else {
            shortLine("in", span.prompt(), UnaryOperator.identity());
            shortLine("out", span.response(), UnaryOperator.identity());
        }
        for (AgentAction action : actionsBeyondTalk(span)) {
            shortLine(label(action.actionType().text()), describe(action), action.success() ? style::cyan : style::red);
        }
        problems(span, true);
    }

    /** All messages, whole. */
    void printMessages(TraceSpan span) {
        println(style.dim("─".repeat(Math.min(terminal.outColumns(), RULE_COLUMNS))));
        println(title(span));
        printTalk(span);
        problems(span, false);
    }

    /** All that is known of one span. */
    void printWhole(TraceSpan span) {
        println(title(span) + "  " + style.dim("of trace " + span.traceId()));
        println("");
        SpanFields.of(span).forEach((name, value) -> println(style.dim(Display.padRight(name, 22)) + value));
        printTalk(span);
        problems(span, false);
        SpanFields.details(span).forEach(this::section);
    }

    private String title(TraceSpan span) {
        String name = Display.oneLine(SpanTree.label(span));
        return (span.status() == SpanStatus.ERROR ? style.red(name) : style.bold(name)) + "  "
                + style.dim(span.kind().text() + " " + Ids.formatSpanId(span.spanId()));
    }

    /** Whether prompt and response are a conversation, rather than arguments and a result. */
    private static boolean talks(TraceSpan span) {
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
        // What tools gave back since the last answer is what the model answers to.
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
        for (Part part : message.parts()) {
            if (part instanceof Text text && !text.text().isBlank()) {
                shortLine(message.role(), text.text(), UnaryOperator.identity());
            } else if (part instanceof ToolCall call) {
                shortLine("tool call", call.name() + "(" + call.arguments() + ")", style::cyan);
            } else if (part instanceof ToolResult result) {
                shortLine("tool result", result.content(), style::dim);
            } else if (part instanceof Other other) {
                shortLine(message.role(), "[" + other.type() + "]", style::dim);
            }
        }
    }

    private void shortLine(String label, @Nullable String text, UnaryOperator<String> colour) {
        if (text == null) {
            return;
        }
        int columns = Math.min(terminal.outColumns(), SHORT_COLUMNS) - INDENT.length() - LABEL_COLUMNS;
        // Only the beginning is looked at: a line of megabytes need not be cleaned to show its first words.
        String start = text.length() > 4 * SHORT_COLUMNS ? text.substring(0, 4 * SHORT_COLUMNS) + "…" : text;
        String line = Display.truncate(Display.oneLine(start), columns);
        println(INDENT + style.dim(Display.padRight(Display.oneLine(label), LABEL_COLUMNS)) + colour.apply(line));
    }

    private void printTalk(TraceSpan span) {
        String prompt = span.prompt();
        String response = span.response();
        if (prompt != null) {
            ChatMessages.parse(prompt, talks(span) ? "user" : "in").forEach(this::printMessage);
        }
        if (response != null) {
            ChatMessages.parse(response, talks(span) ? "assistant" : "out").forEach(this::printMessage);
        }
        for (AgentAction action : actionsBeyondTalk(span)) {
            section(
                    label(action.actionType().text()),
                    describe(action) + (action.result() == null ? "" : "\n" + action.result()));
        }
    }

    /** Without those that repeat what the span says already. */
    private static List<AgentAction> actionsBeyondTalk(TraceSpan span) {
        return span.agentActions().stream()
                .filter(action -> talks(span) ? !isAskedFor(action, span) : !isTheSpanItself(action, span))
                .toList();
    }

    /** A call that the response asks for, of which nothing more is known. */
    private static boolean isAskedFor(AgentAction action, TraceSpan span) {
        String response = span.response();
        return response != null
                && action.actionType() == AgentActionType.TOOL_CALL
                && action.result() == null
                && action.success()
                && ChatMessages.parse(response, "assistant").stream()
                        .flatMap(message -> message.parts().stream())
                        .anyMatch(part -> part instanceof ToolCall call
                                && call.name().equals(action.name())
                                && Objects.equals(call.id(), action.metadata().get("tool_call_id")));
    }

    /** As the span of a tool call has it. */
    private static boolean isTheSpanItself(AgentAction action, TraceSpan span) {
        return span.agentActions().size() == 1
                && Objects.equals(action.arguments(), span.prompt())
                && action.exitCode() == null
                && action.httpStatus() == null;
    }

    private void printMessage(ChatMessage message) {
        for (Part part : message.parts()) {
            if (part instanceof Text text) {
                section(message.role(), text.text());
            } else if (part instanceof Reasoning reasoning) {
                section(message.role() + " (reasoning)", reasoning.text());
            } else if (part instanceof ToolCall call) {
                section(message.role() + " → " + call.name() + idOf(call.id()), call.arguments());
            } else if (part instanceof ToolResult result) {
                section(
                        message.role() + " ← " + (result.name() == null ? "result" : result.name()) + idOf(result.id()),
                        result.content());
            } else if (part instanceof Other other) {
                section(message.role() + " (" + other.type() + ")", other.json());
            }
        }
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

    /** Empty also where the error message begins with it. */
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
