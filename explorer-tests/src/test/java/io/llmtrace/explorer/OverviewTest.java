package io.llmtrace.explorer;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.LoadState;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tests dashboard, sessions and security, and their links to traces and spans. */
final class OverviewTest extends ExplorerTest {

    private List<TraceEvent> stored;

    @Override
    void fill() {
        stored = storeSamples(300);
    }

    private List<TraceSpan> spans() {
        return stored.stream().flatMap(trace -> trace.spans().stream()).toList();
    }

    @Test
    void dashboard_hasTheFiguresOfTheStore() {
        open("/dashboard?time=7d");

        Locator totals = page.locator(".totals dd");
        assertThat(totals.nth(0)).hasText(String.format(Locale.ROOT, "%,d", spans().size()));
        long errors = spans().stream()
                .filter(span -> span.status() == SpanStatus.ERROR)
                .count();
        assertThat(totals.nth(1)).containsText(String.valueOf(errors));
        assertThat(page.locator("lt-chart canvas")).hasCount(6);
        page.locator(".tables tbody tr").nth(20).waitFor();
        screenshot("dashboard");
        page.evaluate("() => document.querySelector('.tables').scrollIntoView()");
        screenshot("dashboard-tables");
    }

    @Test
    void dashboard_leadsToTheSlowestTraces() {
        open("/dashboard?time=7d");
        Locator slowest = page.getByRole(AriaRole.REGION, new GetByRoleOptions().setName("Slowest traces"));
        slowest.getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("View all"))
                .click();
        waitForAddress("sort=duration");
        assertThat(rows().count()).isGreaterThan(10);
    }

    @Test
    void dashboard_groupsByWhatIsChosen() {
        open("/dashboard?time=7d");
        page.locator(".overview-head select").selectOption("user_id");
        waitForAddress("by=user_id");
        assertThat(page.locator(".panel h2").nth(6)).hasText("By user");
        assertThat(page.locator(".tables table").first().locator("thead")).containsText("User");
    }

    @Test
    void session_readsAsOneThread() {
        Map<String, Long> traces = stored.stream()
                .map(trace -> trace.spans().get(0).sessionId())
                .filter(Objects::nonNull)
                .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
        Map.Entry<String, Long> longest =
                traces.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        open("/sessions?time=7d");
        page.locator(".data-table tbody tr").first().waitFor();
        screenshot("sessions");

        open("/sessions?id=" + longest.getKey());
        assertThat(page.locator(".turn")).hasCount(longest.getValue().intValue());
        page.locator(".turn .msg").nth(1).waitFor();
        page.waitForLoadState(LoadState.NETWORKIDLE); // by then, full messages have replaced the previews
        for (Locator turn : page.locator(".turn").all()) {
            assertThat(turn.locator(".msg").last()).containsText("assistant");
        }
        screenshot("session");
    }

    @Test
    void findings_leadToTheirSpans() {
        open("/security?time=7d");
        Locator first =
                page.locator(".tables table").first().locator("tbody tr").first();
        first.waitFor();
        screenshot("security");
        String type = first.locator("a").innerText();
        String severity = first.locator(".tag").innerText();
        long wanted = spans().stream()
                .filter(span -> span.securityFindings().stream()
                        .anyMatch(finding -> finding.findingType().equals(type)
                                && finding.severity().text().equals(severity)))
                .count();
        first.locator("a").click();

        waitForAddress("finding_type=" + type + "&finding_severity=" + severity);
        assertThat(page.locator(".foot")).containsText(wanted + (wanted == 1 ? " span" : " spans"));
        assertThat(rows()).hasCount((int) wanted);
    }
}
