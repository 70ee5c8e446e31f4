package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.SearchText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server's {@code hasToken} finds in a stored span is what {@link SearchText} says: no word less, none more. */
@Timeout(180)
final class MoreWordsTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final int SPANS = 80;
    private static final int WORDS_PER_QUERY = 100;
    private static final List<String> PIECES = List.of(
            "a",
            "b",
            "Z",
            "0",
            "7",
            "ab",
            "Foo",
            "bar",
            "x1",
            "ä",
            "Ö",
            "ß",
            "ẞ",
            "é",
            "e\u0301",
            "İ",
            "ı",
            "i\u0307",
            "I",
            "Σ",
            "σ",
            "ς",
            "ΑΣ",
            "\u212A",
            "K",
            "k",
            "\u212B",
            "Å",
            "ﬁ",
            "中",
            "文",
            "中文",
            "カ",
            "한국",
            "ไทย",
            "я",
            "Ж",
            "ع",
            "𝒳",
            "𐐀",
            "𐐨",
            "😀",
            "👩\u200D👧",
            "٣",
            "Ⅷ",
            "½",
            "ª",
            "“",
            "”",
            "’",
            "–",
            "\u00A0",
            "\u2028",
            "\u200B",
            "\uFEFF",
            " ",
            " ",
            " ",
            " ",
            "\n",
            "\t",
            "\0",
            "_",
            "-",
            ".",
            "'",
            "\"",
            "\\",
            "{",
            "%",
            "\u007F",
            "\u0080");

    private static ClickHouseTraceRepository repository;
    private static Database database;

    @BeforeAll
    static void open() {
        ClickHouseSettings settings =
                ClickHouseSettings.parse(ClickHouseFixture.server().url(ClickHouseFixture.newDatabaseName()));
        repository = ClickHouseTraceRepository.open(settings);
        database = new Database(settings);
    }

    @AfterAll
    static void close() {
        ClickHouseServer server = ClickHouseFixture.server();
        server.execute("DROP DATABASE " + database.settings().database() + " SYNC");
        database.close();
        repository.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void hasToken_findsExactlyTheWordsOfEachSpan(long seed) {
        Random random = new Random(seed);
        UUID tenant = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < SPANS; i++) {
            spans.add(randomSpan(random, tenant));
        }
        assertFoundExactly(tenant, spans);
    }

    @Test
    void hasToken_wordsThatLookAlike() {
        UUID tenant = UUID.randomUUID();
        String run = "x".repeat(64);
        assertFoundExactly(
                tenant,
                List.of(
                        span(tenant, "quote").prompt("say “hello” to foo’s bar").build(),
                        span(tenant, "quote").prompt("say hellofoo").build(),
                        span(tenant, "kelvin").prompt("300\u212A").build(),
                        span(tenant, "kelvin").prompt("300K").build(),
                        span(tenant, "kelvin").prompt("300 K").build(),
                        span(tenant, "umlaut").prompt("MÜLLER").build(),
                        span(tenant, "umlaut").prompt("mu\u0308ller").build(),
                        span(tenant, "umlaut").prompt("muller").build(),
                        span(tenant, "dotted").prompt("İx").build(),
                        span(tenant, "dotted").prompt("i\u0307x").build(),
                        span(tenant, "dotted").prompt("ix").build(),
                        span(tenant, "sigma").prompt("ΟΔΟΣ").build(),
                        span(tenant, "sigma").prompt("οδοσ").build(),
                        span(tenant, "han").prompt("中文a").build(),
                        span(tenant, "han").prompt("文").build(),
                        span(tenant, "run").prompt(run).build(),
                        span(tenant, "run").prompt(run + "y").build(),
                        span(tenant, "run").prompt(run.substring(1)).build(),
                        span(tenant, "run").prompt("ä".repeat(64) + "y").build(),
                        span(tenant, "run").prompt("ä".repeat(65)).build(),
                        span(tenant, "run").prompt("𝒳".repeat(65)).build(),
                        span(tenant, "run").prompt("İ".repeat(40)).build(),
                        span(tenant, "nul").prompt("a\0b").build(),
                        span(tenant, "nul").prompt("ab").build(),
                        span(tenant, "emoji").prompt("go😀stop").build(),
                        span(tenant, "emoji").prompt("gostop").build(),
                        span(tenant, "ends").prompt("first").response("last").build(),
                        span(tenant, "ends").prompt("firstlast").build(),
                        span(tenant, "").build()));
    }

    @Test
    void hasToken_longRunsOfAsciiWhereverTheyStand() {
        UUID tenant = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int before : new int[] {0, 1, 2, 63, 64, 65, 66, 129, 130, 131}) {
            for (int length : new int[] {63, 64, 65, 66, 128, 129, 130}) {
                String run = Integer.toString(1000 * before + length) + "r".repeat(length);
                spans.add(span(tenant, "run")
                        .prompt("a".repeat(before / 2) + " ".repeat(before - before / 2) + run.substring(0, length)
                                + "-b")
                        .build());
            }
        }
        assertFoundExactly(tenant, spans);
    }

    private static TraceSpan.Builder span(UUID tenant, String name) {
        return TraceSpan.builder(tenant, UUID.randomUUID(), UUID.randomUUID(), name, START);
    }

    private static TraceSpan randomSpan(Random random, UUID tenant) {
        TraceSpan.Builder span = span(tenant, randomText(random))
                .prompt(random.nextBoolean() ? randomText(random) : null)
                .response(random.nextBoolean() ? randomText(random) : null)
                .errorMessage(random.nextInt(3) == 0 ? randomText(random) : null);
        if (random.nextInt(3) == 0) {
            span.agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, randomText(random), START)
                    .arguments(randomText(random))
                    .result(randomText(random))
                    .build()));
        }
        if (random.nextInt(3) == 0) {
            span.securityFindings(List.of(new SecurityFinding(
                    UUID.randomUUID(),
                    Severity.LOW,
                    "f" + randomText(random),
                    randomText(random),
                    START,
                    0.5,
                    null,
                    Map.of(),
                    false)));
        }
        return span.build();
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            text.append(random.nextInt(40) == 0 ? piece.repeat(30 + random.nextInt(40)) : piece);
        }
        return text.toString();
    }

    /** Stores the spans, and asks for every word of each and for what is like one. */
    private static void assertFoundExactly(UUID tenant, List<TraceSpan> spans) {
        repository.storeSpans(spans);
        Set<String> words = new TreeSet<>();
        spans.forEach(span -> words.addAll(SearchText.wordsOf(span)));
        for (String word : List.copyOf(words)) {
            twins(word).forEach(twin -> words.addAll(SearchText.wordsOf(twin)));
        }
        Set<String> wrong = new TreeSet<>();
        List<String> all = List.copyOf(words);
        for (int i = 0; i < all.size(); i += WORDS_PER_QUERY) {
            List<String> some = all.subList(i, Math.min(all.size(), i + WORDS_PER_QUERY));
            Map<UUID, Set<String>> found = wordsFound(tenant, some);
            for (TraceSpan span : spans) {
                Set<String> expected = new HashSet<>(SearchText.wordsOf(span));
                expected.retainAll(some);
                if (!expected.equals(found.get(span.spanId()))) {
                    wrong.add(span + " expected " + expected + " found " + found.get(span.spanId()));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** One character less, more or another. */
    private static List<String> twins(String word) {
        int last = word.offsetByCodePoints(word.length(), -1);
        return List.of(
                word.substring(0, last),
                word + "q",
                "q" + word,
                word.substring(0, last) + "ß",
                word.toUpperCase(Locale.ROOT));
    }

    private static Map<UUID, Set<String>> wordsFound(UUID tenant, List<String> words) {
        StringBuilder text = new StringBuilder("WITH lower(concat(operation_name, ' ', ifNull(prompt, ''), ' ',"
                + " ifNull(response, ''), ' ', more_words)) AS searched SELECT span_id");
        for (int i = 0; i < words.size(); i++) {
            text.append(", hasToken(searched, {word_").append(i).append(":String})");
        }
        Sql sql = Sql.of("words of spans", text + " FROM spans WHERE tenant_id = {tenant:UUID}")
                .with("tenant", tenant);
        for (int i = 0; i < words.size(); i++) {
            sql = sql.with("word_" + i, words.get(i));
        }
        Map<UUID, Set<String>> found = new HashMap<>();
        database.read(sql, row -> {
            Set<String> ofSpan = found.computeIfAbsent(row.readUuid(), id -> new HashSet<>());
            for (String word : words) {
                if (row.readBool()) {
                    ofSpan.add(word);
                }
            }
            return ofSpan;
        });
        return found;
    }
}
