package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.chat.Chat;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatPart;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A search finds the words that people read in a conversation, whatever JSON carries it, and no others. */
class SearchedWordsTest {

    private static final Pattern AFTER_ESCAPE = Pattern.compile("\\\\([ntr]\\w+|u[0-9a-f]{4}\\w*)");

    @ParameterizedTest
    @FieldSource("io.llmtrace.otlp.Fixtures#SAMPLES")
    void words_areThoseOfTheConversation(String name) {
        TraceSpan span = ConventionsTest.mapSample(name);

        assertThat(SearchText.wordsOf(span)).containsAll(wordsOf(Chats.of(span)));
    }

    @ParameterizedTest
    @FieldSource("io.llmtrace.otlp.Fixtures#SAMPLES")
    void words_areThoseOfTheConversation_whenItHasLineBreaksAndEscapes(String name) {
        TraceSpan sample = ConventionsTest.mapSample(name);
        TraceSpan span = sample.toBuilder()
                .prompt(escaped(sample.prompt()))
                .response(escaped(sample.response()))
                .build();

        Set<String> words = SearchText.wordsOf(span);
        Set<String> conversation = wordsOf(Chats.of(span));
        assertThat(words).containsAll(conversation);
        assertThat(madeByEscapes(span)).doesNotContainAnyElementsOf(words);
    }

    /** The test above would show nothing if the samples had no JSON. */
    @Test
    void escaped_changesMostPrompts() {
        List<String> prompts = Fixtures.SAMPLES.stream()
                .map(name -> ConventionsTest.mapSample(name).prompt())
                .filter(Objects::nonNull)
                .toList();

        assertThat(prompts)
                .filteredOn(prompt -> !prompt.equals(escaped(prompt)))
                .hasSizeGreaterThanOrEqualTo(prompts.size() / 2);
    }

    /** Returns JSON with a line break before and an escaped é after every longer word of its strings; any other text as it is. */
    private static @Nullable String escaped(@Nullable String text) {
        JsonNode tree = text == null ? null : Json.tree(text);
        if (tree == null) {
            return text;
        }
        Matcher values =
                Pattern.compile("(?<=: ?\")((?:[^\"\\\\]|\\\\.)*)(?=\")").matcher(tree.toString());
        return values.replaceAll(value -> Matcher.quoteReplacement(
                value.group().replaceAll("(?<![\\w\\\\])([A-Za-z]{6,})(?!\\w)", "\\\\n$1\\\\u00e9")));
    }

    private static List<String> madeByEscapes(TraceSpan span) {
        List<String> made = new ArrayList<>();
        for (String text : new String[] {span.prompt(), span.response()}) {
            if (text != null && Json.tree(text) != null) {
                AFTER_ESCAPE
                        .matcher(text)
                        .results()
                        .forEach(result -> made.add(result.group(1).toLowerCase()));
            }
        }
        return made;
    }

    private static Set<String> wordsOf(Chat chat) {
        Stream<ChatMessage> messages = Stream.concat(chat.input().stream(), chat.output().stream());
        Stream<ChatPart> parts =
                Stream.concat(chat.system().stream(), messages.flatMap(message -> message.parts().stream()));
        Set<String> words = new LinkedHashSet<>();
        parts.forEach(part -> {
            for (Object shown : new Object[] {part.text(), part.name(), part.arguments(), part.result()}) {
                if (shown != null) {
                    words.addAll(SearchText.wordsOfContent(
                            shown instanceof JsonNode json && json.isTextual() ? json.textValue() : shown.toString()));
                }
            }
        });
        return words;
    }
}
