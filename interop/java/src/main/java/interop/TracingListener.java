package interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Records a span for each call of a chat model, with the attributes of OpenTelemetry's GenAI conventions. */
final class TracingListener implements ChatModelListener {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Tracer tracer;

    TracingListener(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public void onRequest(ChatModelRequestContext context) {
        ChatRequest request = context.chatRequest();
        Span span = tracer.spanBuilder("chat " + request.modelName())
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("gen_ai.operation.name", "chat")
                .setAttribute("gen_ai.provider.name", provider(context.modelProvider()))
                .setAttribute("gen_ai.request.model", request.modelName())
                .setAttribute("gen_ai.input.messages", json(messages(request.messages())))
                .startSpan();
        context.attributes().put(Span.class, span);
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        ChatResponse response = context.chatResponse();
        String finishReason = finishReason(response.finishReason());
        Map<String, Object> message = message("assistant", parts(response.aiMessage()), finishReason);
        Span span = span(context.attributes());
        span.setAttribute("gen_ai.response.id", response.id());
        span.setAttribute("gen_ai.response.model", response.modelName());
        span.setAttribute("gen_ai.output.messages", json(List.of(message)));
        span.setAttribute(AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"), List.of(finishReason));
        span.setAttribute("gen_ai.usage.input_tokens", response.tokenUsage().inputTokenCount());
        span.setAttribute("gen_ai.usage.output_tokens", response.tokenUsage().outputTokenCount());
        span.end();
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        Throwable error = context.error();
        Span span = span(context.attributes());
        span.setAttribute("error.type", error.getClass().getName());
        span.setStatus(StatusCode.ERROR, String.valueOf(error.getMessage()));
        span.end();
    }

    private static Span span(Map<Object, Object> attributes) {
        return (Span) attributes.get(Span.class);
    }

    private static List<Object> messages(List<ChatMessage> messages) {
        List<Object> result = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message instanceof SystemMessage system) {
                result.add(message("system", List.of(text(system.text())), null));
            } else if (message instanceof UserMessage user && user.hasSingleText()) {
                result.add(message("user", List.of(text(user.singleText())), null));
            } else if (message instanceof AiMessage answer) {
                result.add(message("assistant", parts(answer), null));
            } else if (message instanceof ToolExecutionResultMessage tool) {
                Map<String, Object> part = Map.of(
                        "type", "tool_call_response", "id", tool.id(), "response", tool.text());
                result.add(message("tool", List.of(part), null));
            } else {
                result.add(message("user", List.of(text(message.toString())), null));
            }
        }
        return result;
    }

    private static List<Object> parts(AiMessage answer) {
        List<Object> parts = new ArrayList<>();
        if (answer.text() != null) {
            parts.add(text(answer.text()));
        }
        for (ToolExecutionRequest call : answer.toolExecutionRequests()) {
            parts.add(Map.of("type", "tool_call", "id", call.id(), "name", call.name(), "arguments", call.arguments()));
        }
        return parts;
    }

    private static Map<String, Object> message(String role, List<Object> parts, String finishReason) {
        return finishReason == null
                ? Map.of("role", role, "parts", parts)
                : Map.of("role", role, "parts", parts, "finish_reason", finishReason);
    }

    private static Map<String, Object> text(String content) {
        return Map.of("type", "text", "content", content);
    }

    /** Returns the name of the provider in the conventions. */
    private static String finishReason(FinishReason reason) {
        return reason == FinishReason.TOOL_EXECUTION ? "tool_call" : name(reason);
    }

    private static String provider(ModelProvider provider) {
        return provider == ModelProvider.OPEN_AI ? "openai" : name(provider);
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
