package io.llmtrace.samples;

import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.samples.TraceSketch.OpenSpan;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call of a chat model within a {@link TraceSketch}, which takes time and tokens, and may stream or fail. */
final class ModelCall {

    private static final double MISHAP_PROBABILITY = 0.02;

    private final TraceSketch sketch;
    private final @Nullable OpenSpan parent;
    private final Model model;
    private final Dice dice;
    private String prompt = "";
    private int cachedCharacters;
    private String finishReason = "stop";
    private List<SecurityFinding> findings = List.of();

    ModelCall(TraceSketch sketch, @Nullable OpenSpan parent, Model model) {
        this.sketch = sketch;
        this.parent = parent;
        this.model = model;
        this.dice = sketch.dice();
    }

    ModelCall prompt(String value) {
        this.prompt = value;
        return this;
    }

    /** Sets how many characters at the beginning of the prompt the provider has received before, and so may have cached. */
    ModelCall cachedCharacters(int value) {
        this.cachedCharacters = value;
        return this;
    }

    ModelCall finishReason(String value) {
        this.finishReason = value;
        return this;
    }

    ModelCall findings(List<SecurityFinding> value) {
        this.findings = value;
        return this;
    }

    /** Makes the call. Occasionally it fails and is retried; each attempt has a span of its own. */
    boolean answer(String response) {
        while (dice.chance(MISHAP_PROBABILITY)) {
            Mishap mishap = dice.pick(List.of(Mishap.values()));
            fail(mishap);
            if (!mishap.passes() || dice.chance(0.4)) {
                return false;
            }
            sketch.pass(dice.around(900, 0.5));
        }
        succeed(response);
        return true;
    }

    /** Makes the call like {@link #answer}, but never fails. */
    void answerSurely(String response) {
        succeed(response);
    }

    private void succeed(String response) {
        OpenSpan span = open();
        TraceSpan.Builder builder = span.builder();
        long promptTokens = Model.tokensOf(prompt.length());
        long answerTokens = Model.tokensOf(response.length());
        long reasoningTokens = model.reasons() ? dice.around(2 * answerTokens, 0.6) : 0;
        long completionTokens = answerTokens + reasoningTokens;
        long cached = cachedTokens(promptTokens);
        long firstToken =
                dice.around(260 + promptTokens / 40, 0.45) + reasoningTokens * 1_000 / model.tokensPerSecond();
        long writing = dice.around(answerTokens * 1_000 / model.tokensPerSecond() + 20, 0.2);
        Instant firstTokenAt = sketch.now().plusMillis(firstToken);
        sketch.pass(firstToken + writing);
        double cost = model.cost(promptTokens, cached, completionTokens);
        builder.response(response)
                .promptTokens(promptTokens)
                .completionTokens(completionTokens)
                .estimatedCostUsd(cost)
                .statusCode(200)
                .finishReason(finishReason);
        if (cached > 0) {
            builder.cacheReadTokens(cached);
        }
        if (reasoningTokens > 0) {
            builder.reasoningTokens(reasoningTokens);
        }
        if (dice.chance(0.6)) {
            builder.timeToFirstTokenMs(firstToken).events(List.of(event(firstTokenAt, "first_token", "", null)));
        }
        span.usage().add(promptTokens, completionTokens, cost);
        sketch.close(span);
    }

    private void fail(Mishap mishap) {
        OpenSpan span = open();
        sketch.pass(mishap.durationMs(dice));
        String message = mishap.message(model.name(), dice);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("exception.type", mishap.errorType());
        data.put("attempt", 1L);
        span.builder()
                .statusCode(mishap.statusCode())
                .errorMessage(message)
                .finishReason("error")
                .events(List.of(event(sketch.now(), "exception", message, data)));
        sketch.close(span);
    }

    private OpenSpan open() {
        OpenSpan span = sketch.open(SpanKind.LLM, "chat " + model.name(), parent);
        Map<String, Object> attributes = attributes();
        span.builder()
                .requestSettings(Map.of(
                        "temperature", attributes.get("gen_ai.request.temperature"),
                        "max_tokens", attributes.get("gen_ai.request.max_tokens")))
                .provider(model.provider())
                .modelName(model.name())
                .prompt(prompt)
                .securityFindings(findings)
                .attributes(attributes);
        return span;
    }

    private Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("gen_ai.request.temperature", dice.between(0, 10) / 10.0);
        attributes.put("gen_ai.request.max_tokens", 1024L * dice.between(1, 4));
        attributes.put("telemetry.sdk.language", dice.chance(0.7) ? "python" : "nodejs");
        return attributes;
    }

    private long cachedTokens(long promptTokens) {
        long cached = Model.tokensOf(cachedCharacters) / 128 * 128;
        // Providers cache only long prefixes, and not always.
        return cached < 512 || dice.chance(0.2) ? 0 : Math.min(cached, promptTokens);
    }

    private SpanEvent event(Instant at, String type, String description, @Nullable Object data) {
        return SpanEvent.builder(type, at)
                .id(dice.uuid())
                .description(description)
                .data(data)
                .build();
    }
}
