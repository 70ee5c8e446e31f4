package io.llmtrace.samples;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.samples.TraceSketch.OpenSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The answer to a question from documents: the service embeds the question, retrieves and ranks documents, answers, and
 * sometimes judges the answer.
 */
final class RetrievalRun {

    private final Session session;
    private final Dice dice;
    private final TraceSketch sketch;
    private final OpenSpan chain;

    private RetrievalRun(Session session, Instant start) {
        this.session = session;
        this.dice = session.dice();
        this.sketch = new TraceSketch(session, start);
        this.chain = sketch.open(SpanKind.CHAIN, "answer-from-documents", null);
    }

    static TraceEvent of(Session session, Instant start) {
        return new RetrievalRun(session, start).run();
    }

    private TraceEvent run() {
        String question = session.tell("question").replace("\\n", "\n");
        embed(question);
        List<String> documents = retrieve(question);
        if (documents.size() > 3 && dice.chance(0.7)) {
            documents = rank(question, documents);
        }
        String answer = session.tell("answer");
        boolean answered = call(question, documents, answer);
        if (answered && dice.chance(0.25)) {
            judge(question, answer);
        }
        chain.builder().prompt(question);
        if (answered) {
            chain.builder().response(answer);
        }
        sketch.close(chain);
        return sketch.finish();
    }

    private void embed(String question) {
        Model model = dice.pick(Model.EMBEDDING);
        OpenSpan span = sketch.open(SpanKind.EMBEDDING, "embeddings " + model.name(), chain);
        sketch.pass(dice.around(60, 0.5));
        long tokens = Model.tokensOf(question.length());
        double cost = model.cost(tokens, 0, 0);
        span.builder()
                .provider(model.provider())
                .modelName(model.name())
                .prompt(question)
                .promptTokens(tokens)
                .completionTokens(0L)
                .estimatedCostUsd(cost)
                .attributes(Map.of("gen_ai.embeddings.dimension.count", dice.chance(0.5) ? 1_536L : 768L));
        span.usage().add(tokens, 0, cost);
        sketch.close(span);
    }

    private List<String> retrieve(String question) {
        OpenSpan span = sketch.open(SpanKind.RETRIEVER, "vector-search", chain);
        sketch.pass(dice.around(35, 0.6));
        List<String> documents = new ArrayList<>();
        StringBuilder found = new StringBuilder("[");
        int count = dice.between(2, 6);
        for (int i = 0; i < count; i++) {
            String document = session.tell("document");
            documents.add(document);
            found.append(i == 0 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT, "{\"id\":\"doc-%s\",\"score\":%.4f}", dice.hex(8), dice.between(0.4, 0.95)));
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("db.system", dice.chance(0.5) ? "pgvector" : "qdrant");
        attributes.put("retrieval.top_k", (long) count);
        span.builder().prompt(question).response(found.append(']').toString()).attributes(attributes);
        sketch.close(span);
        return documents;
    }

    private List<String> rank(String question, List<String> documents) {
        Model model = Model.RERANKER;
        OpenSpan span = sketch.open(SpanKind.RERANKER, "rerank " + model.name(), chain);
        sketch.pass(dice.around(110, 0.4));
        StringBuilder order = new StringBuilder("[");
        for (int i = 0; i < documents.size(); i++) {
            order.append(i == 0 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "{\"index\":%d,\"relevance\":%.3f,\"reason\":\"%s\"}",
                            i,
                            dice.between(0.05, 0.99),
                            session.tell("rank_reason")));
        }
        long tokens = Model.tokensOf(
                question.length() + documents.stream().mapToInt(String::length).sum());
        double cost = model.cost(tokens, 0, 0);
        span.builder()
                .provider(model.provider())
                .modelName(model.name())
                .prompt(question)
                .response(order.append(']').toString())
                .promptTokens(tokens)
                .completionTokens(0L)
                .estimatedCostUsd(cost);
        span.usage().add(tokens, 0, cost);
        sketch.close(span);
        return documents.subList(0, 3);
    }

    private boolean call(String question, List<String> documents, String answer) {
        StringBuilder context = new StringBuilder("Sources:\n\n");
        for (int i = 0; i < documents.size(); i++) {
            context.append('[')
                    .append(i + 1)
                    .append("] ")
                    .append(documents.get(i))
                    .append("\n\n");
        }
        Messages messages = new Messages().add("system", session.tell("system"));
        int fixed = messages.length();
        messages.add("user", context.append("Question: ").append(question).toString());
        return new ModelCall(sketch, chain, session.model())
                .prompt(messages.json())
                .cachedCharacters(fixed)
                .answer(session.answer(answer));
    }

    private void judge(String question, String answer) {
        OpenSpan span = sketch.open(SpanKind.EVALUATOR, "faithfulness", chain);
        sketch.pass(dice.around(700, 0.4));
        double score = Math.round(dice.between(0.35, 1.0) * 100) / 100.0;
        span.builder()
                .prompt("Question: " + question + "\n\nAnswer: " + answer)
                .response(String.format(
                        Locale.ROOT, "{\"score\":%.2f,\"label\":\"%s\"}", score, score < 0.6 ? "weak" : "supported"))
                .attributes(Map.of("evaluation.name", "faithfulness", "evaluation.score", score));
        sketch.close(span);
    }
}
