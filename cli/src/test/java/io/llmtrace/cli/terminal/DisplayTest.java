package io.llmtrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayTest {

    @Test
    void safe_showsControlCharactersAndKeepsLines() {
        assertThat(Display.safe("a\u001b]0;title\u0007\nb\tc\u202e\u0000\u009b"))
                .isEqualTo("a\\x1b]0;title\\x07\nb\tc\\u202e\\x00\\x9b");
        assertThat(Display.safe("line\r\nnext")).isEqualTo("line\nnext");
    }

    @Test
    void safe_showsMarksOfDirectionAndSeparators() {
        assertThat(Display.safe("a\u200eb\u200fc\u061cd\u2028e\u2029f\u2067g"))
                .isEqualTo("a\\u200eb\\u200fc\\u061cd\\u2028e\\u2029f\\u2067g");
    }

    @Test
    void safe_showsInvisibleCharacters() {
        assertThat(Display.safe("a\u200bb\u2060c\ufeffd\u00ade\u180ef\u3164g\ufff9h"))
                .isEqualTo("a\\u200bb\\u2060c\\ufeffd\\xade\\u180ef\\u3164g\\ufff9h");
        assertThat(Display.safe("tag" + Character.toString(0xe0041) + Character.toString(0xe007f)))
                .isEqualTo("tag\\u{e0041}\\u{e007f}");
        assertThat(Display.safeJson("\"" + Character.toString(0xe0041) + "\u200b\""))
                .isEqualTo("\"\\udb40\\udc41\\u200b\"");
    }

    @Test
    void safe_keepsJoinersAndVariationSelectorsThatBelongToACharacter() {
        String family = "👨\u200d👩\u200d👧";
        String heartOnFire = "❤\ufe0f\u200d🔥";
        String persian = "می\u200cخواهم";
        String variantOfKanji = "葛" + Character.toString(0xe0100);
        for (String text : List.of(family, heartOnFire, persian, variantOfKanji, "\u0601١٢", "e\u0301")) {
            assertThat(Display.safe(text)).isEqualTo(text);
        }
        assertThat(Display.safe("😀" + Character.toString(0xe0101) + Character.toString(0xe0158)))
                .isEqualTo("😀" + Character.toString(0xe0101) + "\\u{e0158}");
        assertThat(Display.safe("a\u200d\u200c\u200d")).isEqualTo("a\u200d\\u200c\\u200d");
        assertThat(Display.safe(" \u200d\ufe0f")).isEqualTo(" \\u200d\\ufe0f");
    }

    @Test
    void message_indentsFurtherLines() {
        assertThat(Display.message("one\nllmtrace: two\u001b")).isEqualTo("one\n  llmtrace: two\\x1b");
    }

    @Test
    void oneLine_joinsLines() {
        assertThat(Display.oneLine("  a\n\n b\t c ")).isEqualTo("a b c");
    }

    @Test
    void width_countsColumns() {
        assertThat(Display.width("abc")).isEqualTo(3);
        assertThat(Display.width("你好")).isEqualTo(4);
        assertThat(Display.width("👋")).isEqualTo(2);
        assertThat(Display.width("e\u0301")).isEqualTo(1);
    }

    @Test
    void truncate_neverExceedsTheWidth() {
        assertThat(Display.truncate("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Display.truncate("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(Display.truncate("你好吗", 4)).isEqualTo("你…");
        assertThat(Display.truncate("abc", 0)).isEmpty();
    }

    @Test
    void wrap_breaksAtSpacesAndKeepsEmptyLines() {
        assertThat(Display.wrap("the quick brown fox\n\njumps", 10))
                .containsExactly("the quick", "brown fox", "", "jumps");
        assertThat(Display.wrap("abcdefghijklmnop", 10)).containsExactly("abcdefghij", "klmnop");
        assertThat(Display.wrap("你好吗你好吗 你好", 10)).containsExactly("你好吗你好", "吗 你好");
    }
}
