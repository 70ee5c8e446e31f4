package io.llmtrace.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests accessibility: WCAG 2.1 AA as far as axe-core checks it, in both themes, on a phone, and focus by keyboard. */
final class AccessTest extends ExplorerTest {

    private static final List<String> RULES = List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice");
    private static final int PHONE_WIDTH = 390;
    private static final int PHONE_HEIGHT = 844;

    private TraceEvent agent;

    @Override
    void fill() {
        agent = storeSamples(200).stream()
                .filter(trace -> trace.spans().stream().anyMatch(span -> span.kind() == SpanKind.AGENT))
                .filter(trace -> trace.spans().get(0).sessionId() != null)
                .max(Comparator.comparing(trace -> trace.spans().size()))
                .orElseThrow();
    }

    /** Returns paths, each with a selector that matches when its page is ready. */
    private Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("/?time=7d&status=ok", "tr.row");
        pages.put("/traces/" + agent.traceId(), "lt-chat .msg");
        pages.put("/traces/" + agent.traceId() + "?show=actions", "lt-actions [role=option]");
        pages.put("/sessions?time=7d", ".data-table tbody tr");
        pages.put("/sessions?id=" + agent.spans().get(0).sessionId(), ".turn .msg");
        pages.put("/dashboard?time=7d", ".tables tbody tr >> nth=20");
        pages.put("/security?time=7d", ".data-table tbody tr");
        pages.put("/?time=7d&model_name=none", ".state");
        return pages;
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void pages_haveNothingThatAxeFinds(ColorScheme scheme) {
        newPage(WIDTH, HEIGHT, scheme);
        Map<String, List<String>> violations = new LinkedHashMap<>();
        pages().forEach((path, ready) -> {
            open(path);
            page.locator(ready).first().waitFor();
            screenshot(nameOf(path) + "-" + scheme.name().toLowerCase(Locale.ROOT));
            List<String> found = violations();
            if (!found.isEmpty()) {
                violations.put(path, found);
            }
        });
        assertThat(violations).isEmpty();
    }

    private List<String> violations() {
        return new AxeBuilder(page)
                .withTags(RULES).setLegacyMode(true).analyze().getViolations().stream()
                        .flatMap(rule -> rule.getNodes().stream()
                                .map(node -> rule.getId() + ": " + node.getHtml() + " " + node.getFailureSummary()))
                        .toList();
    }

    private static String nameOf(String path) {
        String name = path.replaceAll("/traces/[^?]*", "trace")
                .replaceAll("[?]show=", "-")
                .replaceAll("[?].*id=.*", "-thread")
                .replaceAll("[?].*", "");
        return "access"
                + (name.equals("/")
                        ? "-list" + (path.contains("model_name") ? "-empty" : "")
                        : "-" + name.replace("/", ""));
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void phone_showsEverythingWithinItsWidth(ColorScheme scheme) {
        newPage(PHONE_WIDTH, PHONE_HEIGHT, scheme);
        pages().forEach((path, ready) -> {
            open(path);
            page.locator(ready).first().waitFor();
            assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth"))
                    .as(path)
                    .isLessThanOrEqualTo(PHONE_WIDTH);
            screenshot("phone-" + nameOf(path) + "-" + scheme.name().toLowerCase(Locale.ROOT));
            if (scheme == ColorScheme.LIGHT) {
                assertThat(violations())
                        .as(path)
                        .isEmpty(); // the colours are those of the wide page, which is checked in both themes
            }
        });
    }

    @Test
    void tabKey_goesFromTheHeaderToTheList_inReadingOrder() {
        open("/?time=7d");
        rows();
        double lastTop = -1;
        for (int i = 0; i < 8; i++) {
            page.keyboard().press("Tab");
            Locator focused = page.locator(":focus");
            double top = focused.boundingBox().y;
            assertThat(top).isLessThan(60);
            lastTop = Math.max(lastTop, top);
        }
        assertThat(lastTop).isPositive();
        assertThat((Boolean) page.evaluate("() => document.activeElement.matches('.top a, .top button, .top summary')"))
                .isTrue();
    }

    @Test
    void theme_isKept() {
        open("/?time=7d");
        rows();
        page.getByLabel("Toggle light and dark theme").click();
        assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
        page.reload();
        rows();
        assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
    }
}
