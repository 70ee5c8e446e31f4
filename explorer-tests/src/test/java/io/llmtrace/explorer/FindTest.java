package io.llmtrace.explorer;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page.GetByLabelOptions;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.Page.LocatorOptions;
import com.microsoft.playwright.Route.FulfillOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import io.llmtrace.json.CsvTable;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.filter.FilterExpression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests the list: its order, filters, search, sorting, and keyboard navigation. */
final class FindTest extends ExplorerTest {

    private static final int TRACES = 400;

    private List<TraceEvent> stored;

    @Override
    void fill() {
        stored = storeSamples(TRACES);
    }

    @Test
    void list_showsTheNewestFirst() {
        open("/");

        assertThat(hrefs().subList(0, 20)).isEqualTo(found(query().limit(20)));
        assertThat(page.locator(".foot")).containsText("matching spans");
        screenshot("list");
    }

    @Test
    void scrolling_goesOnToTheEnd_withFewRowsInThePage() {
        open("/?time=7d");
        rows();

        Locator foot = page.locator(".foot");
        assertThat(foot).containsText("of " + TRACES + " traces loaded, more below");
        while (foot.innerText().contains("more below")) {
            String before = foot.innerText();
            scrollToTheEnd();
            page.waitForFunction("before => document.querySelector('.foot').innerText !== before", before);
        }
        scrollToTheEnd();

        assertThat(foot).containsText(TRACES + " traces");
        assertThat(rows().count()).isLessThan(100);
        page.waitForFunction(
                "href => document.querySelector('table.list tr.row:last-of-type')"
                        + " && [...document.querySelectorAll('.c-name a')].some(a => a.getAttribute('href') === href)",
                oldest());
    }

    private void scrollToTheEnd() {
        page.evaluate("() => { const rows = document.querySelector('.rows'); rows.scrollTop = rows.scrollHeight; }");
    }

    private String oldest() {
        return found(query().limit(TRACES)).get(TRACES - 1);
    }

    @Test
    void valueOfAField_filters_andItsCountIsThatOfTheStore() {
        open("/?time=7d");
        Locator value = page.locator("lt-facets button.f", new LocatorOptions().setHasText("error"))
                .first();
        long errors = repository
                .querySpans(query().status(SpanStatus.ERROR).limit(10_000).build())
                .items()
                .size();
        assertThat(value.locator("b")).hasText(String.valueOf(errors));

        value.click();

        waitForAddress("status=error");
        assertThat(page.locator(".foot")).containsText(errors + " matching spans");
        assertThat(hrefs())
                .isEqualTo(found(query().status(SpanStatus.ERROR).limit(100)).subList(0, hrefs().size()));
        screenshot("list-errors");
    }

    @Test
    void searchBox_takesFiltersAndWords_andTheLinkShowsTheSame() {
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type("model:gpt-4o the");
        page.keyboard().press("Enter");

        waitForAddress("model_name=gpt-4o");
        waitForAddress("text=the");
        List<String> wanted = found(query().modelName("gpt-4o").text("the").limit(100));
        assertThat(hrefs()).isEqualTo(wanted.subList(0, hrefs().size()));

        String link = address();
        newPage(WIDTH, HEIGHT, ColorScheme.LIGHT);
        open(link);
        assertThat(hrefs()).isEqualTo(wanted.subList(0, hrefs().size()));
        assertThat(page.locator("lt-search-bar .chip")).hasText(Pattern.compile("model gpt-4o.*"));
    }

    @Test
    void searchBox_takesBeginningsOfWords_andFindsWordsBehindLineBreaks() {
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type("escal*");
        page.keyboard().press("Enter");

        waitForAddress("text=escal");
        List<String> wanted = found(query().text("escal*").limit(100));
        assertThat(wanted).isNotEmpty();
        assertThat(hrefs()).isEqualTo(wanted.subList(0, hrefs().size()));
        assertThat(found(query().text("nescalate").limit(100))).isEmpty();
    }

    @Test
    void textOfSignsOnly_saysWhatCanBeFound() {
        expectComplaint("400");
        open("/?time=7d&text=-%3E");

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("There is no word to search for");
        assertThat(page.locator("body")).not().containsText("could not be counted");
        screenshot("list-no-word");
        page.getByText("Remove the text").click();
        rows();
    }

    @Test
    void searchBox_takesExpressions_andRefusesWhatIsNone() {
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        expectComplaint("400");
        page.keyboard().type("model:gpt-4* (staus:error OR cost:>0.01)");
        page.keyboard().press("Enter");

        assertThat(page.getByRole(AriaRole.ALERT))
                .hasText("no field is named staus; did you mean status?; to search for it as words, write it in quotes"
                        + " (at character 15)");
        screenshot("list-wrong-expression");
        page.getByRole(AriaRole.COMBOBOX).first().fill("model:gpt-4* (status:error OR cost:>0.01) kind:llm");
        page.keyboard().press("Enter");
        waitForAddress("kind=llm");
        String expression = "model_name:gpt-4* (status:error OR estimated_cost_usd:>=0.010000000000000002)";
        List<String> wanted = found(query().kind(SpanKind.LLM)
                .where(FilterExpression.parse(expression))
                .limit(100));
        assertThat(wanted).isNotEmpty();
        assertThat(hrefs()).isEqualTo(wanted.subList(0, hrefs().size()));
        assertThat(page.getByRole(AriaRole.ALERT)).hasCount(0);
        screenshot("list-expression");
        page.locator("lt-search-bar .chip")
                .filter(new Locator.FilterOptions().setHasText("model_name"))
                .click();
        assertThat(page.locator("lt-search-bar .chip")).hasCount(1);
    }

    @Test
    void searchBox_opensWhatAPastedIdNames() {
        TraceSpan span = stored.get(3).spans().get(0);
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type(span.traceId().toString().replace("-", "").substring(0, 12));
        page.keyboard().press("Enter");
        waitForAddress("/traces/" + span.traceId());

        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type(Ids.formatSpanId(span.spanId()));
        page.keyboard().press("Enter");
        waitForAddress(Ids.formatSpanId(span.spanId()));
    }

    @Test
    void searchBox_takesPresence() {
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type("error:* -session:* tag.env:*");
        page.keyboard().press("Enter");

        waitForAddress("has.error_message=true");
        waitForAddress("has.session_id=false");
        waitForAddress("has.tag.env=true");
        List<String> wanted = found(query().has(SpanField.ERROR_MESSAGE)
                .lacks(SpanField.SESSION_ID)
                .has(SpanField.tag("env"))
                .limit(100));
        assertThat(hrefs()).isEqualTo(wanted.subList(0, hrefs().size()));
        assertThat(page.locator("lt-search-bar .chip bdi"))
                .hasText(new String[] {"has error", "no session", "has tag.env"});
        screenshot("list-presence");
    }

    @Test
    void searchBox_suggestsValuesWithTheirCounts() {
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type("model:gpt-4o-");

        Locator suggestion = page.getByRole(AriaRole.OPTION).first();
        assertThat(suggestion).containsText("model:gpt-4o-mini");
        page.keyboard().press("ArrowDown");
        screenshot("list-suggestions");
        page.keyboard().press("Enter");

        waitForAddress("model_name=gpt-4o-mini");
    }

    @Test
    void searchBox_suggestsNamesOfAttributesAndTheirValues() {
        open("/?time=7d");
        rows();
        page.keyboard().press("/");
        page.keyboard().type("@gen_ai.request.max");

        Locator suggestion = page.getByRole(AriaRole.OPTION).first();
        assertThat(suggestion).containsText("@gen_ai.request.max_tokens:");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(suggestion).containsText(Pattern.compile("@gen_ai\\.request\\.max_tokens:\\d+"));
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");

        assertThat(page.locator("lt-search-bar .chip bdi"))
                .hasText(Pattern.compile(".*@gen_ai\\.request\\.max_tokens:\\d+"));
    }

    @Test
    void columnHead_sortsByDuration() {
        open("/?time=7d");
        rows();
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Duration"))
                .click();

        waitForAddress("sort=duration");
        List<String> wanted = repository
                .queryTraceSummaries(query().limit(TRACES).build())
                .items()
                .stream()
                .sorted((a, b) -> Long.compare(durationOf(b), durationOf(a)))
                .limit(3)
                .map(FindTest::hrefOf)
                .toList();
        page.waitForFunction(
                "href => document.querySelector('.c-name a')?.getAttribute('href') === href", wanted.get(0));
        assertThat(hrefs().subList(0, 3)).isEqualTo(wanted);
    }

    @Test
    void switch_showsSpans() {
        open("/?time=7d");
        rows();
        page.keyboard().press("s");

        waitForAddress("show=spans");
        TraceSpan newest =
                repository.querySpans(query().limit(1).build()).items().get(0);
        page.waitForFunction(
                "href => document.querySelector('.c-name a')?.getAttribute('href') === href",
                "/traces/" + newest.traceId() + "?span=" + Ids.formatSpanId(newest.spanId()));
        screenshot("list-spans");
    }

    @Test
    void columns_areChosen_andStandInTheAddress() {
        open("/?time=7d");
        rows();
        page.locator("lt-column-menu summary").click();
        page.getByLabel("User", new GetByLabelOptions().setExact(true)).check();

        waitForAddress("columns=");
        assertThat(page.locator("thead")).containsText("User");
        page.reload();
        rows();
        assertThat(page.locator("thead")).containsText("User");
    }

    @Test
    void drawingOverTheHistogram_selectsATime() {
        open("/?time=7d");
        Locator histogram = page.locator("lt-histogram svg");
        histogram.locator("rect.all").first().waitFor();
        BoundingBox box = histogram.boundingBox();

        page.mouse().move(box.x + box.width * 0.90, box.y + 20);
        page.mouse().down();
        page.mouse().move(box.x + box.width * 0.99, box.y + 20);
        page.mouse().up();

        waitForAddress("start_time=");
        rows();
        Instant start = Instant.parse(parameter("start_time"));
        Instant end = Instant.parse(parameter("end_time"));
        List<String> wanted =
                found(query().startTime(start).endTime(end.plusNanos(999_999)).limit(100));
        assertThat(hrefs()).isEqualTo(wanted.subList(0, hrefs().size()));
    }

    @Test
    void openingAHit_selectsTheSpanThatWasFound_andMarksTheWords_asDoesItsLink() {
        open("/?time=7d&text=escal*&q=kind%3Allm");
        String first = hrefs().get(0);
        FilterExpression llm = FilterExpression.parse("kind:llm");
        TraceQuery search = query().text("escal*").where(llm).build();
        UUID traceId = repository.queryTraceSummaries(search).items().get(0).traceId();
        List<TraceSpan> hits = repository
                .querySpans(search.toBuilder()
                        .traceId(traceId)
                        .order(Order.OLDEST_FIRST)
                        .build())
                .items();
        assertThat(first).isEqualTo("/traces/" + traceId);

        rows().first().click();

        waitForAddress(first + "?");
        assertHit(hits.get(0));
        screenshot("hit");
        String link = address();
        assertThat(link).contains("text=escal*").contains("q=kind:llm").doesNotContain("time=");
        assertThat(page.locator(".sum")).containsText(hits.size() + (hits.size() == 1 ? " span" : " spans"));
        page.keyboard().press("m");
        waitForAddress("span=" + Ids.formatSpanId(hits.get(1 % hits.size()).spanId()));
        newPage(WIDTH, HEIGHT, ColorScheme.DARK);
        open(link);
        assertHit(hits.get(0));
    }

    private void assertHit(TraceSpan span) {
        assertThat(page.locator(".trow.on.hit")).hasId("span-" + Ids.formatSpanId(span.spanId()));
        Locator marks = page.locator("lt-span-detail mark.word");
        marks.first().waitFor();
        assertThat(marks.allInnerTexts())
                .isNotEmpty()
                .allSatisfy(word -> assertThat(word.toLowerCase(Locale.ROOT)).startsWith("escal"));
    }

    @Test
    void openingAHitOfAFilter_selectsTheFirstSpanThatPasses() {
        open("/?time=7d&kind=tool");
        String first = hrefs().get(0);
        UUID traceId = UUID.fromString(first.substring("/traces/".length()));
        List<TraceSpan> hits = repository
                .querySpans(query().traceId(traceId)
                        .kind(SpanKind.TOOL)
                        .order(Order.OLDEST_FIRST)
                        .build())
                .items();

        page.keyboard().press("j");
        page.keyboard().press("Enter");

        waitForAddress("kind=tool");
        assertThat(page.locator(".trow.on"))
                .hasId("span-" + Ids.formatSpanId(hits.get(0).spanId()));
        assertThat(page.locator(".trow.hit")).hasCount(hits.size());
        assertThat(page.locator("mark.word")).hasCount(0);
        page.keyboard().press("Escape");
        waitForAddress("/?time=7d&kind=tool");
    }

    @Test
    void export_downloadsWhatTheListHas() throws IOException {
        open("/?time=7d&kind=tool&show=spans");
        rows();
        page.locator("lt-export-menu summary").click();
        screenshot("export");
        Download table =
                page.waitForDownload(() -> page.getByText("Spans as CSV").click());
        assertThat(table.suggestedFilename()).isEqualTo("spans.csv");
        ByteArrayOutputStream wanted = new ByteArrayOutputStream();
        CsvTable.ofSpans().writeHeader(wanted);
        for (TraceSpan span : repository
                .querySpans(query().kind(SpanKind.TOOL).limit(10_000).build())
                .items()) {
            CsvTable.ofSpans().writeRow(wanted, span);
        }
        assertThat(Files.readString(table.path())).isEqualTo(wanted.toString(StandardCharsets.UTF_8));

        open("/?time=7d&kind=tool&sort=oldest");
        rows();
        page.locator("lt-export-menu summary").click();
        Download lines = page.waitForDownload(
                () -> page.getByText("Whole traces as NDJSON").click());
        assertThat(lines.suggestedFilename()).isEqualTo("traces.ndjson");
        assertThat(Files.readAllLines(lines.path()).stream()
                        .map(TraceJson::readTrace)
                        .toList())
                .isEqualTo(repository
                        .queryTraces(query().kind(SpanKind.TOOL)
                                .order(Order.OLDEST_FIRST)
                                .limit(10_000)
                                .build())
                        .items());
    }

    @Test
    void histogram_countsWhatTheListLists() {
        TraceQuery tools = query().kind(SpanKind.TOOL).limit(10_000).build();
        List<TraceSummary> traces = repository.queryTraceSummaries(tools).items();
        List<TraceSpan> spans = repository.querySpans(tools).items();
        long tracesWithErrors =
                traces.stream().filter(trace -> trace.errorCount() > 0).count();
        long errors =
                spans.stream().filter(span -> span.status() == SpanStatus.ERROR).count();
        assertThat(spans.size()).isGreaterThan(traces.size());

        open("/?time=7d&kind=tool");
        assertThat(page.locator("lt-histogram svg"))
                .hasAttribute(
                        "aria-label",
                        "Over time: " + traces.size() + " traces, " + tracesWithErrors
                                + " with errors. Drag to select a time range.");
        screenshot("histogram");

        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Spans")).click();
        waitForAddress("show=spans");
        assertThat(page.locator("lt-histogram svg"))
                .hasAttribute(
                        "aria-label",
                        Pattern.compile("Over time: " + spans.size() + " spans, " + errors + " errors?\\..*"));
        assertThat(page.locator(".foot")).containsText("100 of " + spans.size() + " spans loaded, more below");
    }

    @Test
    void keys_moveAndOpen_andGoingBackShowsTheSameRow() {
        open("/?time=7d");
        List<String> hrefs = hrefs();
        for (int i = 0; i < 12; i++) {
            page.keyboard().press("j");
        }
        page.keyboard().press("k");
        page.keyboard().press("Enter");

        waitForAddress(hrefs.get(10));
        page.locator("lt-waterfall").waitFor();
        page.keyboard().press("Escape");
        assertThat(page.locator("tr.row.sel .c-name a")).hasAttribute("href", hrefs.get(10));
        page.keyboard().press("?");
        assertThat(page.locator("dialog.help")).isVisible();
        screenshot("keys");
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog.help")).not().isVisible();
    }

    @Test
    void live_showsWhatComes() {
        open("/?time=1h&service_name=live-test");
        page.getByText("No traces match these filters").waitFor();
        page.keyboard().press("l");
        for (int i = 0; i < 2; i++) {
            TraceSpan span = TraceSpan.builder(
                            TENANT,
                            UUID.randomUUID(),
                            Ids.spanIdOf(1),
                            "live " + i,
                            Instant.now().minusSeconds(10 - i))
                    .serviceName("live-test")
                    .kind(SpanKind.LLM)
                    .build();
            repository.storeSpan(span);
            assertThat(rows().first().locator(".c-name")).hasText("live " + i);
        }
        repository
                .queryTraceSummaries(query().serviceName("live-test").build())
                .items()
                .forEach(trace -> repository.deleteTrace(TENANT, trace.traceId()));
    }

    @Test
    void nothingFound_offersAllTime_andFewerFilters() {
        open("/?time=15m&model_name=no-such-model&status=error");

        page.getByText("No traces match these filters").waitFor();
        screenshot("list-nothing");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Clear filters"))
                .click();
        waitForAddress("/?time=15m");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Show all time"))
                .or(page.locator("tr.row").first())
                .first()
                .waitFor();
    }

    @Test
    void storeThatDoesNotAnswerInTime_saysToAskForLess() {
        expectComplaint("503");
        String problem =
                "{\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"the query took longer than 30 s\"}";
        page.route(
                Pattern.compile("/api/v1/traces\\?.*"),
                route -> route.fulfill(new FulfillOptions()
                        .setStatus(503)
                        .setContentType("application/problem+json")
                        .setBody(problem)));
        open("/?time=all&text=broad");

        assertThat(page.locator(".state")).containsText("the query took longer than 30 s");
        screenshot("list-too-broad");
        page.unrouteAll();
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Last 24 hours"))
                .first()
                .click();
        assertThat(page.locator(".state")).not().containsText("longer");
    }

    private static TraceQuery.Builder query() {
        return TraceQuery.builder(TENANT);
    }

    private List<String> found(TraceQuery.Builder query) {
        assertThat(stored).hasSize(TRACES);
        return repository.queryTraceSummaries(query.build()).items().stream()
                .map(FindTest::hrefOf)
                .toList();
    }

    private static String hrefOf(TraceSummary trace) {
        return "/traces/" + trace.traceId();
    }

    private static long durationOf(TraceSummary trace) {
        Long duration = trace.durationMs();
        return duration == null ? -1 : duration;
    }

    private String parameter(String name) {
        return (String) page.evaluate("name => new URLSearchParams(location.search).get(name)", name);
    }
}
