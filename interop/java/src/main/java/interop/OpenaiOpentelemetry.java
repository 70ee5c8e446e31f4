package interop;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.opentelemetry.instrumentation.openai.v1_1.OpenAITelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;
import java.util.Map;

/** OpenAI's client with OpenTelemetry's instrumentation around it. */
final class OpenaiOpentelemetry {

    private OpenaiOpentelemetry() {}

    public static void main(String[] arguments) {
        OpenAIClient plain = OpenAIOkHttpClient.builder().fromEnv().maxRetries(0).build();
        // guide: docs/instrument/openai.md
        OpenTelemetrySdk telemetry = AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk();
        OpenAIClient client = OpenAITelemetry.builder(telemetry)
                .setCaptureMessageContent(true)
                .build()
                .wrap(plain);
        // end

        create(client, ask(Fixed.QUESTION));
        stream(client, ask(Fixed.QUESTION));
        chatWithTool(client);
        client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(Fixed.EMBEDDING_MODEL)
                        .input(Fixed.TEXT)
                        .build());
        Fixed.failing(() -> create(client, ask(Fixed.RATE_LIMITED_QUESTION)));
        telemetry.close();
        plain.close();
    }

    private static void stream(OpenAIClient client, ChatCompletionCreateParams.Builder conversation) {
        ChatCompletionStreamOptions options =
                ChatCompletionStreamOptions.builder().includeUsage(true).build();
        try (StreamResponse<ChatCompletionChunk> answer = client.chat()
                .completions()
                .createStreaming(conversation.streamOptions(options).build())) {
            answer.stream().forEach(chunk -> {});
        }
    }

    /** Runs two turns: the model calls the tool, then answers from its result. */
    private static void chatWithTool(OpenAIClient client) {
        FunctionParameters parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .build();
        ChatCompletionCreateParams.Builder conversation = ask(Fixed.WEATHER_QUESTION)
                .addFunctionTool(FunctionDefinition.builder()
                        .name(Fixed.TOOL)
                        .description(Fixed.TOOL_DESCRIPTION)
                        .parameters(parameters)
                        .build());
        ChatCompletionMessage request = create(client, conversation);
        String id = request.toolCalls().orElseThrow().get(0).asFunction().id();
        conversation.addMessage(request);
        conversation.addMessage(ChatCompletionToolMessageParam.builder()
                .toolCallId(id)
                .content(Fixed.TOOL_RESULT)
                .build());
        create(client, conversation);
    }

    private static ChatCompletionMessage create(OpenAIClient client, ChatCompletionCreateParams.Builder conversation) {
        return client.chat()
                .completions()
                .create(conversation.build())
                .choices()
                .get(0)
                .message();
    }

    private static ChatCompletionCreateParams.Builder ask(String question) {
        return ChatCompletionCreateParams.builder()
                .model(Fixed.MODEL)
                .temperature(0.2)
                .maxCompletionTokens(64)
                .addSystemMessage(Fixed.SYSTEM)
                .addUserMessage(question);
    }
}
