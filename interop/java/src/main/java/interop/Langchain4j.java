package interop;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.SystemMessage;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;

/** LangChain4j with a listener that records a span for each call of a model. */
final class Langchain4j {

    interface Assistant {

        @SystemMessage(Fixed.SYSTEM)
        String ask(String question);
    }

    static final class Weather {

        @Tool(name = Fixed.TOOL, value = Fixed.TOOL_DESCRIPTION)
        String weather(@P("city") String city) {
            return Fixed.TOOL_RESULT;
        }
    }

    private Langchain4j() {}

    public static void main(String[] arguments) {
        OpenAiChatModel.OpenAiChatModelBuilder builder = OpenAiChatModel.builder()
                .baseUrl(System.getenv("OPENAI_BASE_URL"))
                .apiKey(System.getenv("OPENAI_API_KEY"))
                .modelName(Fixed.MODEL)
                .temperature(0.2)
                .maxTokens(64)
                .maxRetries(0);
        // guide: docs/instrument/langchain4j.md
        OpenTelemetrySdk telemetry = AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk();
        Tracer tracer = telemetry.getTracer("langchain4j");
        ChatModel model = builder.listeners(List.of(new TracingListener(tracer))).build();
        // end

        Assistant assistant = AiServices.create(Assistant.class, model);
        assistant.ask(Fixed.QUESTION);
        AiServices.builder(Assistant.class)
                .chatModel(model)
                .tools(new Weather())
                .build()
                .ask(Fixed.WEATHER_QUESTION);
        Fixed.failing(() -> assistant.ask(Fixed.RATE_LIMITED_QUESTION));
        telemetry.close();
    }
}
