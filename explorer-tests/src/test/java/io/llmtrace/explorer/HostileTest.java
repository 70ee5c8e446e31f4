package io.llmtrace.explorer;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.options.AriaRole;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests traces that attack the reader's browser, or are too large to render at once. */
final class HostileTest extends ExplorerTest {

    private static final int MANY = 20_000;
    private static final int PROMPT = 5_000_000;

    /** Text of attacks. If any of it is executed or loaded, it sets {@code window.harmed} or sends a request to another site. */
    private static final String EVIL = """
            <script>window.harmed = 1</script><img src=x onerror="window.harmed = 1"><svg onload="window.harmed = 1"></svg>
            <iframe srcdoc="<script>parent.harmed = 1</script>"></iframe><style>@import 'https://evil.example/x.css';</style>
            <a href="javascript:window.harmed = 1">click</a> [click](javascript:window.harmed=1)
            [data](data:text/html,<script>window.harmed=1</script>) ![x](https://evil.example/x.png)
            <https://evil.example/auto> <form action="https://evil.example"><button>send</button></form>
            "><b onmouseover=window.harmed=1>b</b> ${window.harmed = 1} {{constructor.constructor('window.harmed=1')()}}
            <math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=window.harmed=1&gt;">
            """;

    private final UUID evil = UUID.randomUUID();
    private final UUID chat = UUID.randomUUID();
    private final UUID large = UUID.randomUUID();
    private final UUID many = UUID.randomUUID();
    private final UUID broken = UUID.randomUUID();
    private final UUID righttoleft = UUID.randomUUID();

    @Override
    void fill() {
        Instant now = Instant.now().minusSeconds(120);
        repository.storeSpan(evilSpan(evil, now).prompt(EVIL).response(EVIL).build());
        String message = TraceJson.write(List.of(
                Map.of("role", EVIL, "content", EVIL),
                Map.of("role", "user", "content", List.of(Map.of("type", "text", "text", EVIL))),
                Map.of(
                        "role",
                        "assistant",
                        "tool_calls",
                        List.of(Map.of("id", EVIL, "function", Map.of("name", EVIL, "arguments", EVIL)))),
                Map.of("role", "tool", "name", EVIL, "content", EVIL),
                Map.of(
                        "role",
                        "user",
                        "content",
                        List.of(
                                Map.of("type", "image_url", "image_url", Map.of("url", "https://evil.example/x.png")),
                                Map.of("type", "image_url", "image_url", Map.of("url", "javascript:window.harmed=1")),
                                Map.of(
                                        "type",
                                        "image_url",
                                        "image_url",
                                        Map.of("url", "data:image/svg+xml,<svg onload='window.harmed=1'/>")))),
                Map.of("role", "assistant", "content", List.of(Map.of("type", "thinking", "thinking", EVIL)))));
        repository.storeSpan(
                evilSpan(chat, now).prompt(message).response(message).build());
        repository.storeSpan(span(large, 1, null, now)
                .prompt("word ".repeat(PROMPT / 5))
                .response(hugeJson())
                .build());
        repository.storeSpans(manySpans(now));
        repository.storeSpans(brokenSpans(now));
        repository.storeSpan(span(righttoleft, 1, null, now)
                .prompt("\u202eمرحبا بالعالم, where is order 12?\u202c \u0000 \ud83d\ude80")
                .response("שלום עולם: 12 < 13")
                .build());
    }

    private static TraceSpan.Builder span(UUID trace, long id, Long parent, Instant start) {
        return TraceSpan.builder(TENANT, trace, Ids.spanIdOf(id), "step " + id, start)
                .parentSpanId(parent == null ? null : Ids.spanIdOf(parent))
                .endTime(start.plusMillis(5))
                .kind(SpanKind.LLM);
    }

    private static TraceSpan.Builder evilSpan(UUID trace, Instant now) {
        return TraceSpan.builder(TENANT, trace, Ids.spanIdOf(1), EVIL, now)
                .endTime(now.plusMillis(5))
                .kind(SpanKind.LLM)
                .provider(new LlmProvider(EVIL))
                .modelName(EVIL)
                .errorMessage(EVIL)
                .finishReason(EVIL)
                .sessionId(EVIL)
                .userId(EVIL)
                .serviceName(EVIL)
                .tags(Map.of(EVIL, EVIL))
                .attributes(Map.of(EVIL, EVIL, "gen_ai.request." + EVIL, EVIL))
                .securityFindings(List.of(SecurityFinding.builder(Severity.CRITICAL, EVIL, now)
                        .description(EVIL)
                        .location(EVIL)
                        .metadata(Map.of("match", EVIL))
                        .build()))
                .events(List.of(SpanEvent.builder(EVIL, now)
                        .description(EVIL)
                        .data(Map.of(EVIL, EVIL))
                        .build()))
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, EVIL, now)
                        .arguments(EVIL)
                        .result(EVIL)
                        .build()));
    }

    private static String hugeJson() {
        StringBuilder json = new StringBuilder("{\"items\":[0");
        for (int i = 1; i < 100_000; i++) {
            json.append(',').append(i);
        }
        return json.append("],\"deep\":")
                .append("[".repeat(400))
                .append("]".repeat(400))
                .append('}')
                .toString();
    }

    private List<TraceSpan> manySpans(Instant start) {
        List<TraceSpan> spans = new ArrayList<>();
        spans.add(span(many, 1, null, start)
                .kind(SpanKind.AGENT)
                .endTime(start.plusMillis(MANY))
                .build());
        for (long i = 2; i <= MANY; i++) {
            // The first half are siblings, the second half is a chain thousands of levels deep.
            long parent = i < MANY / 2 ? 1 : i - 1;
            spans.add(span(many, i, parent, start.plusMillis(i)).build());
        }
        return spans;
    }

    /** Returns a cycle, a span that is its own parent, one with a missing parent, and one whose clock is wrong. */
    private List<TraceSpan> brokenSpans(Instant start) {
        return List.of(
                span(broken, 1, 2L, start).build(),
                span(broken, 2, 1L, start.plusMillis(1)).build(),
                span(broken, 3, 3L, start.plusMillis(2)).build(),
                span(broken, 4, 99L, start.plusMillis(3)).build(),
                span(broken, 5, 4L, start.minusSeconds(3_600)).build());
    }

    private void assertUnharmed() {
        assertThat(page.evaluate("() => window.harmed ?? null")).isNull();
        assertThat((Integer) page.evaluate(
                        "() => document.querySelectorAll('iframe, object, embed, form[action], script:not([src]):not([type=importmap]),"
                                + " main img:not([src^=\"data:image/\"]), [onerror], [onload], [onmouseover], a[href^=\"javascript:\"],"
                                + " a[href^=\"data:\"]').length"))
                .isZero();
    }

    @Test
    void everyField_isShownAsText() {
        for (UUID trace : List.of(evil, chat)) {
            open("/traces/" + trace);
            page.locator("lt-chat .msg").first().waitFor();
            for (String tab : List.of("Actions", "Events", "Attributes", "Raw", "Messages")) {
                page.getByRole(AriaRole.TAB, new GetByRoleOptions().setName(tab))
                        .click();
                page.evaluate("() => document.querySelectorAll('.det details').forEach(each => { each.open = true; })");
                assertUnharmed();
            }
            assertThat(page.locator("h1")).containsText("<script>window.harmed = 1</script>");
            screenshot(trace.equals(evil) ? "hostile" : "hostile-chat");
            open("/traces/" + trace + "?show=actions");
            assertThat(page.getByRole(AriaRole.OPTION)).containsText("<script>window.harmed = 1</script>");
            assertUnharmed();
        }
    }

    @Test
    void lists_showItAsText() {
        for (String path : List.of("/", "/?show=spans", "/sessions", "/dashboard", "/security")) {
            open(path);
            page.getByText("window.harmed").first().waitFor();
            assertUnharmed();
        }
        open(
                "/?time=all&text=script&tag.%22%3E%3Cscript%3Ewindow.harmed%3D1%3C%2Fscript%3E=%3Cimg%20src%3Dx%20onerror%3Dwindow.harmed%3D1%3E");
        page.locator(".chip").first().waitFor();
        assertUnharmed();
    }

    @Test
    void policy_forbidsWhatGetsPastTheCode() {
        open("/?time=all");
        rows();
        expectComplaint("Content Security Policy");
        expectComplaint("TrustedHTML");
        expectComplaint("TrustedScript");
        expectComplaint("asked https://evil.example"); // blocked before it is sent, but reported as a request
        Map<String, Object> outcome = new HashMap<>();
        outcome.put(
                "inline script",
                page.evaluate(
                        "() => { const s = document.createElement('script');"
                                + " try { s.textContent = 'window.harmed = 1'; document.body.append(s); } catch { } return window.harmed ?? null; }"));
        outcome.put(
                "markup",
                page.evaluate(
                        "() => { try { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.harmed=1\">');"
                                + " return 'inserted'; } catch { return null; } }"));
        outcome.put(
                "other site", page.evaluate("() => fetch('https://evil.example/').then(() => 'fetched', () => null)"));

        assertThat(outcome).containsOnlyKeys("inline script", "markup", "other site");
        assertThat(outcome.values()).containsOnlyNulls();
    }

    @Test
    void promptOfMegabytes_isShownPieceByPiece() {
        open("/traces/" + large);
        Locator text = page.locator("lt-text .text").first();
        text.waitFor();
        assertThat(text.innerText().length()).isLessThan(10_000);
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Show more"))
                .first()
                .click();
        page.waitForFunction("() => document.querySelector('lt-text .text').textContent.length > 190000");
        assertThat((Integer) page.evaluate("() => document.querySelector('lt-text .text').textContent.length"))
                .isEqualTo(200_000);
        assertThat((Integer) page.evaluate("() => document.querySelectorAll('*').length"))
                .isLessThan(3_000);
        screenshot("large-prompt");
    }

    @Test
    void treeOfManySpans_hasFewRowsInThePage() {
        open("/traces/" + many);
        assertThat(page.locator(".axis")).containsText("20,000 spans", new ContainsTextOptions().setTimeout(20_000));
        Locator items = page.getByRole(AriaRole.TREEITEM);
        assertThat(items.count()).isLessThan(100);

        page.keyboard().press("End");
        waitForAddress("span=" + Ids.formatSpanId(Ids.spanIdOf(MANY)));
        assertThat(page.locator("#span-" + Ids.formatSpanId(Ids.spanIdOf(MANY))))
                .isVisible();
        screenshot("many-spans");
        page.locator(".tree-bar input").fill("step 1234");
        assertThat(page.locator(".axis")).containsText("12 spans");
    }

    @Test
    void brokenTree_hasEverySpanOnce() {
        open("/traces/" + broken);
        assertThat(page.getByRole(AriaRole.TREEITEM)).hasCount(5);
        screenshot("broken-tree");
    }

    @Test
    void otherDirections_doNotTurnThePageAround() {
        open("/traces/" + righttoleft);
        assertThat(page.locator("lt-text .text").nth(1)).containsText("שלום עולם: 12 < 13");
        assertThat(page.locator("lt-text .text").nth(1)).hasAttribute("dir", "auto");
        open("/?text=order");
        rows();
        screenshot("right-to-left");
    }
}
