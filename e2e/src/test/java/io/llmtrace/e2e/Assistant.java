package io.llmtrace.e2e;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.openai.v1_1.OpenAITelemetry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An application that calls a model: the OpenAI client with OpenTelemetry's instrumentation around it. */
final class Assistant implements AutoCloseable {

    static final String TOOL_RESULT = "18 degrees and sunny";

    private static final String MODEL = "gpt-4o-mini";
    private static final String EMBEDDING_MODEL = "text-embedding-3-small";
    private static final String SYSTEM_PROMPT = "Be brief.";

    private final OpenAIClient plain;
    private final OpenAIClient client;

    Assistant(OpenTelemetry telemetry, URI model, String apiKey) {
        plain = OpenAIOkHttpClient.builder()
                .baseUrl(model.toString())
                .apiKey(apiKey)
                .maxRetries(0)
                .timeout(Duration.ofSeconds(10))
                .build();
        client = OpenAITelemetry.builder(telemetry)
                .setCaptureMessageContent(true)
                .build()
                .wrap(plain);
    }

    String chat(String question) {
        return textOf(create(ask(question)));
    }

    String chatStreamed(String question) {
        ChatCompletionCreateParams params = withUsage(ask(question));
        try (StreamResponse<ChatCompletionChunk> answer =
                client.chat().completions().createStreaming(params)) {
            return answer.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .collect(Collectors.joining());
        }
    }

    /** Runs two turns: the model calls the tool, then answers from its result. */
    String chatWithTool(String question) {
        ChatCompletionCreateParams.Builder conversation = ask(question).addFunctionTool(weatherTool());
        ChatCompletionMessage request = create(conversation);
        conversation.addMessage(request);
        for (ChatCompletionMessageToolCall call : request.toolCalls().orElse(List.of())) {
            conversation.addMessage(ChatCompletionToolMessageParam.builder()
                    .toolCallId(call.asFunction().id())
                    .content(TOOL_RESULT)
                    .build());
        }
        return textOf(create(conversation));
    }

    /** Runs the first turn of {@link #chatWithTool} as a stream. */
    void requestToolStreamed(String question) {
        ChatCompletionCreateParams params = withUsage(ask(question).addFunctionTool(weatherTool()));
        try (StreamResponse<ChatCompletionChunk> answer =
                client.chat().completions().createStreaming(params)) {
            answer.stream().forEach(chunk -> {});
        }
    }

    List<Float> embed(String text) {
        EmbeddingCreateParams params = EmbeddingCreateParams.builder()
                .model(EMBEDDING_MODEL)
                .input(text)
                .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                .build();
        return client.embeddings().create(params).data().get(0).embedding();
    }

    @Override
    public void close() {
        plain.close();
    }

    private ChatCompletionMessage create(ChatCompletionCreateParams.Builder conversation) {
        return client.chat()
                .completions()
                .create(conversation.build())
                .choices()
                .get(0)
                .message();
    }

    /** Asks for token counts, which streams report only on request. */
    private static ChatCompletionCreateParams withUsage(ChatCompletionCreateParams.Builder conversation) {
        return conversation
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
    }

    private static String textOf(ChatCompletionMessage message) {
        return message.content().orElse("");
    }

    private static ChatCompletionCreateParams.Builder ask(String question) {
        return ChatCompletionCreateParams.builder()
                .model(MODEL)
                .temperature(0.2)
                .maxCompletionTokens(64)
                .addSystemMessage(SYSTEM_PROMPT)
                .addUserMessage(question);
    }

    private static FunctionDefinition weatherTool() {
        FunctionParameters parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .build();
        return FunctionDefinition.builder()
                .name("get_weather")
                .description("The weather in a city")
                .parameters(parameters)
                .build();
    }
}
