package io.llmtrace.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The way of a span by folder names: server → otlp → ingest → core ← storage. Arrows point at core. */
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
        "io.llmtrace.storage.spi..",
        "io.llmtrace.storage.memory.."
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
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
}
