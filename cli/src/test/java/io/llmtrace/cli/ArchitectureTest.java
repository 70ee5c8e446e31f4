package io.llmtrace.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.llmtrace.model.JsonText;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanKey;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.analytics.FoundId;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.IdPrefix;
import io.llmtrace.storage.filter.Wildcards;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Tests the dependencies of the modules that a span passes through: server → otlp → ingest → core ← storage. All arrows point
 * towards core.
 */
final class ArchitectureTest {

    private static final String OTLP = "io.llmtrace.otlp..";
    private static final String INGEST = "io.llmtrace.ingest..";
    private static final String SERVER = "io.llmtrace.server..";
    private static final String CLI = "io.llmtrace.cli..";
    private static final String SAMPLES = "io.llmtrace.samples..";
    private static final String SQLITE = "io.llmtrace.storage.sqlite..";
    private static final String CLICKHOUSE = "io.llmtrace.storage.clickhouse..";
    private static final String DEV_CLICKHOUSE = "io.llmtrace.dev.clickhouse..";
    private static final String[] CORE = {
        "io.llmtrace.model..",
        "io.llmtrace.json..",
        "io.llmtrace.storage",
        "io.llmtrace.storage.analytics..",
        "io.llmtrace.storage.spi..",
        "io.llmtrace.storage.memory.."
    };

    private static final List<String> MODULES_WITH_INTERNALS = List.of(
            "io.llmtrace.storage.sqlite",
            "io.llmtrace.storage.clickhouse",
            "io.llmtrace.dev.clickhouse",
            "io.llmtrace.otlp",
            "io.llmtrace.ingest",
            "io.llmtrace.server");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            // The predefined option only excludes target/test-classes, but builds may use other folders.
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.llmtrace");

    @Test
    void allModules_areLookedAt() {
        for (String name : new String[] {
            "otlp",
            "ingest",
            "server",
            "cli",
            "samples",
            "storage.sqlite",
            "storage.clickhouse",
            "dev.clickhouse",
            "model"
        }) {
            Assertions.assertThat(CLASSES.stream())
                    .as(name)
                    .anyMatch(c -> c.getPackageName().startsWith("io.llmtrace." + name));
        }
    }

    @Test
    void core_knowsNobody() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OTLP, INGEST, SERVER, CLI, SAMPLES, SQLITE, CLICKHOUSE)
                .check(CLASSES);
    }

    @Test
    void storage_knowsCoreOnly() {
        noClasses()
                .that()
                .resideInAPackage(SQLITE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OTLP, INGEST, SERVER, CLI, SAMPLES, CLICKHOUSE)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(CLICKHOUSE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OTLP, INGEST, SERVER, CLI, SAMPLES, SQLITE)
                .check(CLASSES);
    }

    @Test
    void internalsOfClickHouse_areKnownToItAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLICKHOUSE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.llmtrace.storage.clickhouse.internal..")
                .check(CLASSES);
    }

    @Test
    void devClickHouse_knowsNobodyAndOnlyTheCliKnowsIt() {
        noClasses()
                .that()
                .resideInAPackage(DEV_CLICKHOUSE)
                .should()
                .dependOnClassesThat(resideInAPackage("io.llmtrace..").and(not(resideInAPackage(DEV_CLICKHOUSE))))
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages(CLI, DEV_CLICKHOUSE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(DEV_CLICKHOUSE)
                .check(CLASSES);
    }

    @Test
    void mappingAndIngest_knowNeitherEachOtherNorAStore() {
        noClasses()
                .that()
                .resideInAPackage(OTLP)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INGEST, SERVER, CLI, SAMPLES, SQLITE, CLICKHOUSE)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(INGEST)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OTLP, SERVER, CLI, SAMPLES, SQLITE, CLICKHOUSE)
                .check(CLASSES);
    }

    @Test
    void server_knowsNoStore() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLI, SAMPLES, SQLITE, CLICKHOUSE)
                .check(CLASSES);
    }

    @Test
    void internals_areKnownToTheirModuleOnly() {
        for (String module : MODULES_WITH_INTERNALS) {
            requireKnownToItselfOnly(module);
        }
    }

    private static void requireKnownToItselfOnly(String module) {
        noClasses()
                .that()
                .resideOutsideOfPackage(module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(module + ".internal..")
                .check(CLASSES);
    }

    /** Types of a module's API that its internal packages may use: settings, values and exceptions, but not the entry points. */
    private static final String SHARED =
            ".*(Settings|Config|Options|Exception|Resolver|Fields|Request|Processor)(\\$.*)?";

    @Test
    void internals_useOfTheirApiOnlySettingsValuesAndExceptions() {
        for (String module : MODULES_WITH_INTERNALS) {
            noClasses()
                    .that()
                    .resideInAPackage(module + ".internal..")
                    .should()
                    .dependOnClassesThat(resideInAPackage(module).and(not(nameMatching(SHARED))))
                    .check(CLASSES);
        }
    }

    /** The public records of the API: each is complete, so that it never gets another component. */
    private static final List<Class<?>> COMPLETE_RECORDS = List.of(
            SpanKey.class,
            SpanIdentity.class,
            LlmProvider.class,
            SearchTerm.class,
            SearchPhrase.class,
            JsonText.Part.class,
            Criterion.class,
            FilterExpression.All.class,
            FilterExpression.Any.class,
            FilterExpression.Not.class,
            FilterExpression.SomeSpan.class,
            IdPrefix.class,
            IdPrefix.Range.class,
            Wildcards.class,
            Page.class,
            Slice.class,
            TraceCount.class,
            SpanCount.class,
            FoundId.class,
            Percentiles.class,
            ValueMeasures.class,
            ValueCount.class);

    @Test
    void publicRecords_areThoseThatCannotGrow() {
        classes()
                .that()
                .areRecords()
                .and()
                .resideOutsideOfPackages("..internal..", CLI)
                .and(not(
                        describe("complete", record -> COMPLETE_RECORDS.stream().anyMatch(record::isEquivalentTo))))
                .should()
                .notBePublic()
                .because("a public record has a public constructor with a parameter for each component, so that another"
                        + " component would break every caller. Make it a sealed interface that documents the accessors,"
                        + " with a record that is not public and with a builder or a factory, as TraceSummary and"
                        + " SpanDigest are; or add it to COMPLETE_RECORDS if it can never get another component")
                .check(CLASSES);
    }

    /** No two packages of any modules may depend on each other, except that internal packages may use the types above. */
    @Test
    void packages_haveNoCycles() {
        slices().assignedFrom(new EachPackage())
                .should()
                .beFreeOfCycles()
                .ignoreDependency(resideInAPackage("..internal.."), nameMatching(SHARED))
                .check(CLASSES);
    }

    private record EachPackage() implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return SliceIdentifier.of(javaClass.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
