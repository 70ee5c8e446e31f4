package io.llmtrace.explorer;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The Chromium of this machine, started once in a process. Nothing is downloaded. */
public final class Chromium {

    private static final String VARIABLE = "LLMTRACE_CHROMIUM";
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    public static final String MISSING = "the tests of the trace explorer need Chromium, and there is none of " + NAMES
            + " on the PATH. Install it (Debian: apt install chromium), or name it with " + VARIABLE
            + "=/path/to/chromium";

    private Chromium() {}

    /** @throws IllegalStateException if there is none */
    public static Browser browser() {
        return Started.BROWSER;
    }

    /** When the first test asks for it. */
    private static final class Started {
        private static final Playwright PLAYWRIGHT = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));

        // As root, which builds in containers are, Chromium has no sandbox; it sees pages of this machine only.
        private static final Browser BROWSER = PLAYWRIGHT
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(executable().orElseThrow(() -> new IllegalStateException(MISSING)))
                        .setArgs(List.of("--no-sandbox")));
    }

    /** Empty where there is none. */
    public static Optional<Path> executable() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            Path path = Path.of(named);
            if (!Files.isExecutable(path)) {
                throw new IllegalStateException(VARIABLE + "=" + named + " is no program");
            }
            return Optional.of(path);
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
