package io.llmtrace.storage.clickhouse.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.ClickHouseTraceRepository;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server finds exactly the words of {@link SearchText} in a stored span, and what begins like them. */
@Timeout(180)
final class IndexedTokensTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final int SPANS = 80;
    private static final int TERMS_PER_QUERY = 100;
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
    void hasToken_findsExactlyTheTokensOfEachSpan(long seed) {
        Random random = new Random(seed);
        UUID tenant = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < SPANS; i++) {
            spans.add(randomSpan(random, tenant));
        }
        assertFoundExactly(tenant, spans);
    }

    /** At a cost for each beginning of the run, this would take hours. */
    @Test
    void runsOfAnyLength_areComparedByTheirFirstCharactersOnly() {
        for (String unit : List.of("0123456789abcdef", "ä", "\u00AD\u00E4x")) {
            TraceSpan span = TraceSpan.builder(UUID.randomUUID(), UUID.randomUUID(), new UUID(0, 1), "chat", START)
                    .prompt(unit.repeat(2_000_000 / unit.length()))
                    .build();

            assertThat(IndexedTokens.of(span)).isNotNull();
        }
    }

    @Test
    void hasToken_tokensThatLookAlike() {
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
            span.securityFindings(List.of(SecurityFinding.builder(Severity.LOW, "f" + randomText(random), START)
                    .description(randomText(random))
                    .confidenceScore(0.5)
                    .requiresAlert(false)
                    .build()));
        }
        return span.build();
    }

    /** Returns a text that is JSON half of the time, at times with JSON in its strings, or cut off. */
    private static String randomText(Random random) {
        String text = plainText(random);
        while (random.nextBoolean()) {
            text = json(random, text);
        }
        int codePoints = text.codePointCount(0, text.length());
        return random.nextInt(20) == 0
                ? text.substring(0, text.offsetByCodePoints(0, random.nextInt(codePoints + 1)))
                : text;
    }

    private static String json(Random random, String text) {
        String json = TraceJson.write(List.of(Map.of("k", text), plainText(random), random.nextInt(100)));
        if (random.nextBoolean()) {
            return json;
        }
        StringBuilder ascii = new StringBuilder();
        json.chars().forEach(c -> ascii.append(c < 0x80 ? String.valueOf((char) c) : String.format("\\u%04x", c)));
        return ascii.toString();
    }

    private static String plainText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            text.append(random.nextInt(40) == 0 ? piece.repeat(30 + random.nextInt(40)) : piece);
        }
        return text.toString();
    }

    /** Stores the spans, and searches for every word of each, for similar ones, and for the beginnings of words. */
    private static void assertFoundExactly(UUID tenant, List<TraceSpan> spans) {
        repository.storeSpans(spans);
        Set<String> words = new TreeSet<>();
        spans.forEach(span -> words.addAll(SearchText.wordsOf(span)));
        for (String word : List.copyOf(words)) {
            twins(word).forEach(twin -> words.addAll(SearchText.wordsOf(twin)));
        }
        Set<SearchTerm> terms = new LinkedHashSet<>();
        for (String word : words) {
            terms.add(new SearchTerm(word, false));
            for (int end : new int[] {1, 2, 3, word.codePointCount(0, word.length())}) {
                if (end <= word.codePointCount(0, word.length())) {
                    String start = word.substring(0, word.offsetByCodePoints(0, end));
                    terms.addAll(SearchTerm.of(start + "*"));
                }
            }
        }
        Set<String> wrong = new TreeSet<>();
        List<SearchTerm> all = List.copyOf(terms);
        for (int i = 0; i < all.size(); i += TERMS_PER_QUERY) {
            List<SearchTerm> some = all.subList(i, Math.min(all.size(), i + TERMS_PER_QUERY));
            Map<UUID, Set<SearchTerm>> found = termsFound(tenant, some);
            for (TraceSpan span : spans) {
                Set<String> ofSpan = SearchText.wordsOf(span);
                Set<SearchTerm> expected =
                        some.stream().filter(term -> term.matches(ofSpan)).collect(Collectors.toSet());
                if (!expected.equals(found.get(span.spanId()))) {
                    wrong.add(span + " expected " + expected + " found " + found.get(span.spanId()));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Returns similar tokens: with one character less, more or different. */
    private static List<String> twins(String word) {
        int last = word.offsetByCodePoints(word.length(), -1);
        return List.of(
                word.substring(0, last),
                word + "q",
                "q" + word,
                "n" + word,
                word.substring(0, last) + "ß",
                word.toUpperCase(Locale.ROOT));
    }

    private static Map<UUID, Set<SearchTerm>> termsFound(UUID tenant, List<SearchTerm> terms) {
        StringBuilder text = new StringBuilder("SELECT span_id");
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (SearchTerm term : terms) {
            Condition condition = IndexedTokens.matching(term, "word_" + parameters.size());
            text.append(", ").append(condition.sql());
            parameters.putAll(condition.parameters());
        }
        parameters.put("tenant", tenant);
        Sql sql = new Sql("tokens of spans", text + " FROM spans WHERE tenant_id = {tenant:UUID}", parameters);
        Map<UUID, Set<SearchTerm>> found = new HashMap<>();
        database.read(sql, row -> {
            Set<SearchTerm> ofSpan = found.computeIfAbsent(row.readUuid(), id -> new HashSet<>());
            for (SearchTerm term : terms) {
                if (row.readBool()) {
                    ofSpan.add(term);
                }
            }
            return ofSpan;
        });
        return found;
    }
}
