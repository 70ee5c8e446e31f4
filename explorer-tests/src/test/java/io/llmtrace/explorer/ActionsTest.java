package io.llmtrace.explorer;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the actions that agents executed or requested, in a trace and in the totals on the dashboard. */
final class ActionsTest extends ExplorerTest {

    private static final UUID TRACE = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319d");
    private static final UUID WITHOUT = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319e");

    private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);

    @Override
    void fill() {
        repository.storeSpans(List.of(
                span(TRACE, 1, SpanKind.AGENT, "support agent", 0, 5_000).build(),
                span(TRACE, 2, SpanKind.LLM, "chat gpt-4o", 100, 900)
                        .parentSpanId(Ids.spanIdOf(1))
                        .agentActions(List.of(
                                requested("c1", "lookup_order", "{\"order_id\": 7731}"),
                                requested("c2", "send_mail", "{\"to\": \"ann@example.com\"}")))
                        .build(),
                span(TRACE, 3, SpanKind.TOOL, "lookup_order", 1_100, 1_400)
                        .parentSpanId(Ids.spanIdOf(1))
                        .agentActions(List.of(
                                AgentAction.builder(AgentActionType.TOOL_CALL, "lookup_order", start.plusMillis(1_100))
                                        .arguments("{\"order_id\": 7731}")
                                        .durationMs(300L)
                                        .success(false)
                                        .metadata(metadata(AgentAction.EXECUTED, "c1"))
                                        .build()))
                        .build(),
                span(TRACE, 4, SpanKind.TOOL, "shell", 1_500, 1_900)
                        .parentSpanId(Ids.spanIdOf(1))
                        .agentActions(List.of(
                                AgentAction.builder(AgentActionType.COMMAND_EXECUTION, "ls", start.plusMillis(1_500))
                                        .arguments("-l\n/var/orders")
                                        .durationMs(400L)
                                        .build()))
                        .build(),
                span(WITHOUT, 1, SpanKind.LLM, "chat gpt-4o", 0, 100).build()));
    }

    private TraceSpan.Builder span(UUID trace, int number, SpanKind kind, String name, long from, long to) {
        return TraceSpan.builder(TENANT, trace, Ids.spanIdOf(number), name, start.plusMillis(from))
                .endTime(start.plusMillis(to))
                .kind(kind);
    }

    private AgentAction requested(String id, String name, String arguments) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, name, start.plusMillis(900))
                .arguments(arguments)
                .metadata(metadata(AgentAction.REQUESTED, id))
                .build();
    }

    private static Map<String, String> metadata(String origin, String id) {
        return Map.of(AgentAction.ORIGIN, origin, "tool_call_id", id);
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void actions_areOneList_andLeadToTheirSpans(ColorScheme scheme) {
        newPage(WIDTH, HEIGHT, scheme);
        open("/traces/" + TRACE);
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Actions 3"))
                .click();

        Locator rows = page.getByRole(AriaRole.OPTION);
        assertThat(rows).hasText(new String[] {
            cells("900 ms", "send_mail", "requested", "–", "{\"to\": \"ann@example.com\"}"),
            cells("1.10 s", "lookup_order", "failed", "300 ms", "{\"order_id\": 7731}"),
            cells("1.50 s", "ls", "ok", "400 ms", "-l /var/orders")
        });
        waitForAddress("show=actions");
        rows.nth(1).click();
        waitForAddress("span=" + Ids.formatSpanId(Ids.spanIdOf(3)));
        assertThat(rows.nth(1)).hasAttribute("aria-selected", "true");
        assertThat(page.locator(".det-head h2")).hasText("lookup_order");
        page.getByRole(AriaRole.TABPANEL).waitFor();
        screenshot("actions-" + scheme.name().toLowerCase(Locale.ROOT));

        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Spans").setExact(true))
                .click();
        assertThat(page.getByRole(AriaRole.TREEITEM)).hasCount(4);
    }

    /** Returns the text of a row with these cells. */
    private static String cells(String... cells) {
        return String.join(" ", cells);
    }

    @Test
    void keys_switchToTheActions_andWalkAlong() {
        open("/traces/" + TRACE);
        assertThat(page.getByRole(AriaRole.TREEITEM)).hasCount(4);
        page.keyboard().press("a");
        Locator rows = page.getByRole(AriaRole.OPTION);
        assertThat(rows).hasCount(3);

        page.keyboard().press("j");
        waitForAddress("span=" + Ids.formatSpanId(Ids.spanIdOf(2)));
        page.keyboard().press("End");
        waitForAddress("span=" + Ids.formatSpanId(Ids.spanIdOf(4)));
        page.keyboard().press("k");
        waitForAddress("span=" + Ids.formatSpanId(Ids.spanIdOf(3)));
        assertThat(page.getByRole(AriaRole.LISTBOX)).hasAttribute("aria-activedescendant", "action-1");
        assertThat(rows.nth(1)).hasAttribute("aria-label", "lookup_order, tool call, failed, 300 ms");

        page.keyboard().press("a");
        assertThat(page.getByRole(AriaRole.TREEITEM).nth(2)).hasAttribute("aria-selected", "true");
    }

    @Test
    void traceWithoutActions_hasNoSwitch() {
        open("/traces/" + WITHOUT + "?show=actions");
        assertThat(page.getByRole(AriaRole.TREEITEM)).hasCount(1);
        assertThat(page.locator(".tree-switch")).hasCount(0);
    }

    @Test
    void dashboard_countsExecutedActionsApartFromRequestedOnes() {
        open("/dashboard?time=1h");
        Locator actions = page.getByRole(AriaRole.REGION, new GetByRoleOptions().setName("Agent actions"));

        assertThat(actions.locator("tbody tr")).hasText(new Pattern[] {
            Pattern.compile("lookup_order\\s*tool call\\s*1\\s*100.0%\\s*1\\s*300 ms\\s*300 ms"),
            Pattern.compile("ls\\s*command execution\\s*1\\s*0%\\s*0\\s*400 ms\\s*400 ms"),
            Pattern.compile("send_mail\\s*tool call\\s*0\\s*–\\s*1\\s*–\\s*–")
        });
    }
}
