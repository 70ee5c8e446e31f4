package io.llmtrace.dev.clickhouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The packages of this module: server → engine, launcher. */
final class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.llmtrace.dev.clickhouse");

    @Test
    void packages_areFreeOfCycles() {
        slices().matching("io.llmtrace.dev.clickhouse.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    /** The class path of a server's process has this module and JNA alone. */
    @Test
    void launcher_needsJnaOnly() {
        classes()
                .that()
                .resideInAPackage("io.llmtrace.dev.clickhouse.internal.launcher")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.llmtrace.dev.clickhouse.internal.launcher", "com.sun.jna..", "java..", "org.jspecify..")
                .check(CLASSES);
    }
}
