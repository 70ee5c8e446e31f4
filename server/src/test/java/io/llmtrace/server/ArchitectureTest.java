package io.llmtrace.server;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Tests that packages under {@code internal} depend on each other in one direction only. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.llmtrace.server");

    @Test
    void packages_areFreeOfCycles() {
        slices().matching("io.llmtrace.server.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
