package io.llmtrace.explorer;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.Route.FulfillOptions;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests the page with an empty store, and with a server that fails or lacks a feature. */
final class StatesTest extends ExplorerTest {

    @Override
    void fill() {}

    @Test
    void emptyStore_saysHowToSend() {
        open("/");
        assertThat(page.locator(".state")).containsText("No traces yet");
        assertThat(page.locator(".state pre")).containsText("OTEL_EXPORTER_OTLP_ENDPOINT");
        screenshot("empty");
    }

    @Test
    void serverWithoutAnalytics_isStillAListOfTraces_andSaysWhatIsMissing() {
        expectComplaint("404");
        page.route(
                Pattern.compile("/api/v1/analytics/.*"),
                route -> route.fulfill(new FulfillOptions().setStatus(404).setBody("{}")));
        open("/");
        assertThat(page.locator(".state")).containsText("No traces yet");
        open("/dashboard");
        assertThat(page.locator(".panel").first()).containsText("does not support this");
        open("/sessions");
        assertThat(page.locator(".state").first()).containsText("is not available");
    }

    @Test
    void serverThatFails_isAskedAgain() {
        expectComplaint("500");
        List<String> asked = new ArrayList<>();
        page.route(Pattern.compile("/api/v1/traces\\?.*"), route -> {
            asked.add(route.request().url());
            if (asked.size() == 1) {
                route.fulfill(new FulfillOptions()
                        .setStatus(500)
                        .setContentType("application/problem+json")
                        .setBody("{\"title\":\"Internal Server Error\",\"detail\":\"the store is corrupt\"}"));
            } else {
                route.resume();
            }
        });
        open("/");
        assertThat(page.locator(".state")).containsText("the store is corrupt");
        screenshot("error");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Try again"))
                .click();
        assertThat(page.locator(".state")).containsText("No traces yet");
        assertThat(asked).hasSizeGreaterThan(1);
    }
}
