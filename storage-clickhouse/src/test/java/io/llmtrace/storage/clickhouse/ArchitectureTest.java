package io.llmtrace.storage.clickhouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The packages under {@code internal} depend on each other in one direction only. */
final class ArchitectureTest {

    private static final String INTERNAL = "io.llmtrace.storage.clickhouse.internal.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.llmtrace.storage.clickhouse");

    @Test
    void packages_areFreeOfCycles() {
        slices().matching("io.llmtrace.storage.clickhouse.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void engine_dependsOnNoOtherPackage() {
        noClasses()
                .that()
                .resideInAPackage(INTERNAL + "engine")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "read", INTERNAL + "write", INTERNAL + "query", INTERNAL + "upkeep")
                .check(CLASSES);
    }

    @Test
    void reading_knowsNothingOfWritingAndQueries() {
        noClasses()
                .that()
                .resideInAPackage(INTERNAL + "read")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "write", INTERNAL + "query", INTERNAL + "upkeep")
                .check(CLASSES);
    }

    @Test
    void queries_writeNothing() {
        noClasses()
                .that()
                .resideInAPackage(INTERNAL + "query")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "write", INTERNAL + "upkeep")
                .check(CLASSES);
    }
}
