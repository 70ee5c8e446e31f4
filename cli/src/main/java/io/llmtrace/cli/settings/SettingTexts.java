package io.llmtrace.cli.settings;

import java.util.Arrays;
import java.util.ListResourceBundle;

/**
 * Texts for the descriptions of options, so that variables and defaults are defined only in {@link Setting}:
 * {@code ${bundle:setting.port}} becomes {@code (LLMTRACE_PORT; default: 8080)}.
 */
public final class SettingTexts extends ListResourceBundle {

    @Override
    protected Object[][] getContents() {
        return Arrays.stream(Setting.values())
                .map(setting -> new Object[] {
                    "setting." + setting.key(),
                    "(" + setting.variable() + "; default: " + setting.describedDefault() + ")"
                })
                .toArray(Object[][]::new);
    }
}
