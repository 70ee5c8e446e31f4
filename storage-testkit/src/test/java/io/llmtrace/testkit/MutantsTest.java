package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** Checks the contract suite itself: it passes a correct repository and catches each broken one, in the contract of its fault. */
final class MutantsTest {

    private static final String ROUNDS = "llmtrace.rounds";

    /** With the few seeds of a short build, a random test may miss a mutant. */
    @BeforeAll
    static void useManySeeds() {
        System.setProperty(ROUNDS, "24");
    }

    @AfterAll
    static void useTheUsualSeeds() {
        System.clearProperty(ROUNDS);
    }

    static List<Arguments> mutants() {
        return List.of(
                mutant(Mutants.LimitOffByOne::new, TraceRepositoryContract.Paging.class),
                mutant(Mutants.TiesBySignedIds::new, TraceRepositoryContract.Paging.class),
                mutant(Mutants.TenantIgnoredInGetSpan::new, TraceRepositoryContract.Tenants.class),
                mutant(Mutants.IdentitiesMixedInGetSpans::new, TraceRepositoryContract.RoundTrip.class),
                mutant(Mutants.PredicatesOnDifferentSpans::new, TraceRepositoryContract.Filters.class),
                mutant(Mutants.ModelNameWithoutCase::new, TraceRepositoryContract.Filters.class),
                mutant(Mutants.DeleteIncludesTheTime::new, TraceRepositoryContract.Deletes.class),
                mutant(Mutants.DeleteCountsSpans::new, TraceRepositoryContract.Deletes.class),
                mutant(Mutants.ExpiryIncludesTheTime::new, TraceRepositoryContract.Retention.class),
                mutant(Mutants.ExpiryAlwaysByStart::new, TraceRepositoryContract.Retention.class),
                mutant(Mutants.ExpiryByFirstVersions::new, TraceRepositoryContract.Retention.class),
                mutant(Mutants.PropertiesKeepTheirFirstValue::new, TraceRepositoryContract.StoredProperties.class),
                mutant(Mutants.CursorRepeatsAnItem::new, TraceRepositoryContract.Cursors.class),
                mutant(Mutants.CursorSkipsTies::new, TraceRepositoryContract.Cursors.class),
                mutant(Mutants.CursorForgetsMoves::new, TraceRepositoryContract.Cursors.class),
                mutant(Mutants.CursorForgetsMoves::new, TraceRepositoryContract.Properties.class),
                mutant(Mutants.ReplacedTextStillFound::new, TraceRepositoryContract.TextSearch.class),
                mutant(Mutants.TimesCutToMilliseconds::new, TraceRepositoryContract.Times.class),
                mutant(Mutants.EmptyTextForAbsent::new, TraceRepositoryContract.RoundTrip.class),
                mutant(Mutants.OutlinesWithoutErrors::new, TraceRepositoryContract.RoundTrip.class),
                mutant(AnalyticsMutants.CountsFormerVersions::new, TraceRepositoryContract.Analytics.class),
                mutant(AnalyticsMutants.CountsFormerVersions::new, TraceRepositoryContract.AnalyticsProperties.class),
                mutant(AnalyticsMutants.SumsRepeatedUsage::new, TraceRepositoryContract.Aggregates.class),
                mutant(AnalyticsMutants.TiesByUtf16::new, TraceRepositoryContract.Aggregates.class),
                mutant(AnalyticsMutants.CountsRequestsAsDone::new, TraceRepositoryContract.Rankings.class),
                mutant(AnalyticsMutants.CountsRequestsAsDone::new, TraceRepositoryContract.AnalyticsProperties.class),
                mutant(AnalyticsMutants.CountsTracesByCreation::new, TraceRepositoryContract.Analytics.class),
                mutant(AnalyticsMutants.OffsetIgnored::new, TraceRepositoryContract.Rankings.class),
                mutant(Mutants.StatsCountEveryWrite::new, TraceRepositoryContract.Statistics.class),
                mutant(Mutants.CompactionLosesSpans::new, TraceRepositoryContract.Identity.class),
                mutant(Mutants.CompactionRestoresTheFirstVersion::new, TraceRepositoryContract.Identity.class),
                mutant(Mutants.WritesInTwoHalves::new, TraceRepositoryContract.Concurrency.class),
                mutant(Mutants.BatchStopsHalfWay::new, TraceRepositoryContract.Lifecycle.class));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void mutant_isCaughtByItsConcern(Supplier<Mutant> mutant, Class<?> concern) {
        TestExecutionSummary summary = run(mutant, selectNestedClass(List.of(MutantSuite.class), concern));
        assertThat(summary.getFailures())
                .as("%s caught by %s", mutant.get().getClass().getSimpleName(), concern.getSimpleName())
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure.getException()).isInstanceOf(AssertionError.class));
    }

    @Test
    void rightRepository_passesTheSuite() {
        TestExecutionSummary summary = run(Mutant::new, selectClass(MutantSuite.class));
        assertThat(summary.getFailures()).extracting(Failure::getException).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isGreaterThan(250);
        assertThat(summary.getTestsSkippedCount()).isZero();
    }

    @Test
    void failureOfARandomTest_namesTheSeedThatRepeatsIt() {
        String message = randomFailure();
        Matcher seed = Pattern.compile("-Dllmtrace\\.seed=(-?\\d+)").matcher(message);
        assertThat(seed.find()).as(message).isTrue();
        System.setProperty("llmtrace.seed", seed.group(1));
        try {
            assertThat(randomFailure()).isEqualTo(message);
        } finally {
            System.clearProperty("llmtrace.seed");
        }
    }

    private static String randomFailure() {
        TestExecutionSummary summary = run(
                Mutants.CursorRepeatsAnItem::new,
                selectNestedClass(List.of(MutantSuite.class), TraceRepositoryContract.Properties.class));
        assertThat(summary.getFailures()).hasSize(1);
        return summary.getFailures().get(0).getException().getMessage();
    }

    private static TestExecutionSummary run(Supplier<Mutant> mutant, DiscoverySelector selector) {
        MutantSuite.startOn(mutant);
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selector)
                                .build(),
                        listener);
        return listener.getSummary();
    }

    private static Arguments mutant(Supplier<Mutant> mutant, Class<?> concern) {
        return Arguments.of(mutant, concern);
    }
}
