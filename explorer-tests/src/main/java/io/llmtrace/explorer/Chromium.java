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

/** Starts the Chromium installed on this machine, once per process. Nothing is downloaded. */
public final class Chromium {

    private static final String VARIABLE = "LLMTRACE_CHROMIUM";
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    public static final String MISSING =
            "the tests of the trace explorer need Chromium, and the PATH has none of " + NAMES
                    + ". Install it (Debian: apt install chromium), or set " + VARIABLE
                    + "=/path/to/chromium";

    private Chromium() {}

    /**
     * Returns the running browser, which is started on the first call.
     *
     * @throws IllegalStateException if there is no Chromium
     */
    public static Browser browser() {
        return Started.BROWSER;
    }

    /** Starts the browser when it is first used. */
    private static final class Started {
        private static final Playwright PLAYWRIGHT = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));

        // Builds in containers run as root, for which Chromium has no sandbox. It opens pages of this machine only.
        private static final Browser BROWSER = PLAYWRIGHT
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(executable().orElseThrow(() -> new IllegalStateException(MISSING)))
                        .setArgs(List.of("--no-sandbox", "--host-resolver-rules=MAP *example.com 127.0.0.1")));
    }

    /** Returns the path of Chromium, or empty if it is not installed. */
    public static Optional<Path> executable() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            Path path = Path.of(named);
            if (!Files.isExecutable(path)) {
                throw new IllegalStateException(VARIABLE + "=" + named + " is not an executable file");
            }
            return Optional.of(path);
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
