package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.model.SpanKind;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mapping of what went in and out: sources in the order of preference, the first that has something wins. For tools,
 * retrievers and rerankers their own sources come before those that every span has.
 */
final class ContentSources {

    private static final List<Source> PROMPT = List.of(
            attribute("gen_ai.input.messages"),
            eventAttribute(MessageEvents.OPERATION_DETAILS, "gen_ai.input.messages"),
            view -> OpenInferenceMessages.read(view, "llm.input_messages"),
            texts("llm.prompts", "prompt.text", "user"),
            view -> messageEvents(view).prompt(),
            texts("embedding.embeddings", "embedding.text", "user"),
            attribute("input.value"));

    private static final List<Source> RESPONSE = List.of(
            attribute("gen_ai.output.messages"),
            eventAttribute(MessageEvents.OPERATION_DETAILS, "gen_ai.output.messages"),
            view -> OpenInferenceMessages.readOutput(view, "llm.output_messages"),
            texts("llm.choices", "completion.text", "assistant"),
            view -> messageEvents(view).response(),
            attribute("output.value"));

    private static final List<Source> TOOL_ARGUMENTS =
            join(List.of(attribute("gen_ai.tool.call.arguments")), PROMPT, List.of(attribute("tool.parameters")));

    private static final List<Source> TOOL_RESULT = join(List.of(attribute("gen_ai.tool.call.result")), RESPONSE);

    private static final List<Source> SEARCH_QUERY =
            join(List.of(attribute("gen_ai.retrieval.query.text"), attribute("reranker.query")), PROMPT);

    private static final List<Source> SEARCH_RESULT = join(
            List.of(
                    attribute("gen_ai.retrieval.documents"),
                    documents("retrieval.documents"),
                    documents("reranker.output_documents")),
            RESPONSE);

    private ContentSources() {}

    static @Nullable String prompt(SpanView view, SpanKind kind) {
        return first(
                view,
                switch (kind) {
                    case TOOL -> TOOL_ARGUMENTS;
                    case RETRIEVER, RERANKER -> SEARCH_QUERY;
                    case LLM, EMBEDDING, AGENT, CHAIN, GUARDRAIL, EVALUATOR, OTHER -> PROMPT;
                });
    }

    static @Nullable String response(SpanView view, SpanKind kind) {
        return first(
                view,
                switch (kind) {
                    case TOOL -> TOOL_RESULT;
                    case RETRIEVER, RERANKER -> SEARCH_RESULT;
                    case LLM, EMBEDDING, AGENT, CHAIN, GUARDRAIL, EVALUATOR, OTHER -> RESPONSE;
                });
    }

    private static @Nullable String first(SpanView view, List<Source> sources) {
        for (Source source : sources) {
            String content = source.read(view);
            if (content != null) {
                return content;
            }
        }
        return null;
    }

    private static Source attribute(String key) {
        return view -> Decode.content(view.attribute(key));
    }

    private static Source eventAttribute(String event, String key) {
        return view -> {
            for (Map<String, AnyValue> attributes : view.events(event)) {
                String content = Decode.content(attributes.get(key));
                if (content != null) {
                    return content;
                }
            }
            return null;
        };
    }

    private static MessageEvents.Content messageEvents(SpanView view) {
        boolean any = view.span.getEventsList().stream().anyMatch(event -> MessageEvents.isContent(event.getName()));
        return any ? MessageEvents.contentOf(SpanEvents.of(view.span)) : new MessageEvents.Content(null, null);
    }

    /** Texts under {@code prefix.<n>.<field>} as messages of one role. */
    private static Source texts(String prefix, String field, String role) {
        return view -> {
            ArrayNode messages = Messages.list();
            for (Map<String, AnyValue> item : Indexed.items(view.attributes(), prefix)) {
                String text = Decode.content(item.get(field));
                if (text != null) {
                    ObjectNode message = Messages.message(role);
                    Messages.addText(message, text);
                    messages.add(message);
                }
            }
            return Messages.write(messages);
        };
    }

    /** {@code prefix.<n>.document.{id,score,content,metadata}} as an array of documents. */
    private static Source documents(String prefix) {
        return view -> {
            ArrayNode documents = Messages.list();
            for (Map<String, AnyValue> item : Indexed.items(view.attributes(), prefix)) {
                ObjectNode document = documents.addObject();
                item.forEach((key, value) -> {
                    String field = key.startsWith("document.") ? key.substring("document.".length()) : key;
                    document.set(field, Messages.treeOrText(Json.MAPPER.valueToTree(AttributeCodec.encode(value))));
                });
            }
            return Messages.write(documents);
        };
    }

    @SafeVarargs
    private static List<Source> join(List<Source>... parts) {
        List<Source> all = new ArrayList<>();
        for (List<Source> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }

    /** One place where content may be. */
    @FunctionalInterface
    private interface Source {
        @Nullable
        String read(SpanView view);
    }
}
