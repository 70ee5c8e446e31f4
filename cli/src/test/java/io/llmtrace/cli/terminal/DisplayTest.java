package io.llmtrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

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
