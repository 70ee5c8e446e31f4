package io.llmtrace.ingest.redaction;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Detectors of sensitive text in any field. Each match becomes {@code [redacted:NAME]}. */
public enum Detector {

    /** E-mail addresses such as {@code someone@example.org}. */
    EMAIL("[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.){1,8}[A-Za-z]{2,24}", match -> true),

    /** 13 to 19 digits with a correct check digit (Luhn), possibly with spaces or hyphens between them. */
    CREDIT_CARD(
            "(?<![0-9A-Za-z])(?<![0-9][ -])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])(?![ -][0-9])",
            Detector::hasRightCheckDigit),

    /** Keys and tokens in the formats of their issuers, bearer tokens, JSON web tokens, and private keys in PEM. */
    API_KEY(
            String.join(
                    "|",
                    "\\bsk-[A-Za-z0-9_-]{16,200}", // OpenAI, Anthropic and others
                    "\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b", // AWS
                    "\\bAIza[0-9A-Za-z_-]{35}", // Google
                    "\\bgh[pousr]_[A-Za-z0-9]{36,255}",
                    "\\bgithub_pat_[A-Za-z0-9_]{22,255}",
                    "\\bglpat-[A-Za-z0-9_-]{20,100}",
                    "\\bhf_[A-Za-z0-9]{30,100}",
                    "\\bxox[abprs]-[A-Za-z0-9-]{10,200}",
                    "\\bnpm_[A-Za-z0-9]{36}",
                    "\\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}",
                    "\\beyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,8000}\\.[A-Za-z0-9_-]{8,4000}",
                    "(?i:\\bbearer )[A-Za-z0-9._~+/-]{20,4000}=*",
                    "-----BEGIN (?:[A-Z]{1,20} ){0,3}PRIVATE KEY-----[^-]{0,20000}(?:-----END (?:[A-Z]{1,20} ){0,3}PRIVATE KEY-----)?"),
            match -> true);

    private final Pattern pattern;
    private final Predicate<String> isOne;
    private final String mask;

    Detector(String pattern, Predicate<String> isOne) {
        this.pattern = Pattern.compile(pattern);
        this.isOne = isOne;
        this.mask = "[redacted:" + text() + "]";
    }

    /** Returns its name in settings: {@code credit-card}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the detector with a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Detector ofText(String text) {
        return Arrays.stream(values())
                .filter(detector -> detector.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no detector '" + text + "', there are "
                        + Arrays.stream(values()).map(Detector::text).collect(Collectors.joining(", "))));
    }

    String mask(String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return text;
        }
        return matcher.reset()
                .replaceAll(match -> Matcher.quoteReplacement(isOne.test(match.group()) ? mask : match.group()));
    }

    private static boolean hasRightCheckDigit(String match) {
        int sum = 0;
        boolean doubled = false;
        for (int i = match.length() - 1; i >= 0; i--) {
            char c = match.charAt(i);
            if (c < '0' || c > '9') {
                continue;
            }
            int digit = c - '0';
            if (doubled) {
                digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
            }
            sum += digit;
            doubled = !doubled;
        }
        return sum % 10 == 0;
    }
}
