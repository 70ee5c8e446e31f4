package io.llmtrace.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PreviewTest {

    @Test
    void plainText_isPutOnOneLine() {
        assertThat(Preview.ofPrompt("  two\n\twords ")).isEqualTo("two words");
        assertThat(Preview.ofPrompt(null)).isNull();
        assertThat(Preview.ofResponse(null)).isNull();
        assertThat(Preview.ofPrompt("")).isEmpty();
    }

    @Test
    void longText_endsInAnEllipsis() {
        String preview = Preview.ofPrompt("x".repeat(1_000_000));
        assertThat(preview).isEqualTo("x".repeat(199) + "…");
        assertThat(Preview.ofPrompt("x".repeat(200))).isEqualTo("x".repeat(200));
    }

    @Test
    void longText_isNotCutWithinACharacter() {
        String preview = Preview.ofPrompt("x".repeat(198) + "😀😀😀");
        assertThat(preview).isEqualTo("x".repeat(198) + "…");
    }

    @Test
    void promptOfMessages_isTheLastOfTheUser() {
        assertThat(Preview.ofPrompt("""
                [{"role":"system","content":"be brief"},{"role":"user","content":"first"},
                 {"role":"assistant","content":"ok"},{"role":"user","content":"second"},
                 {"role":"assistant","content":"sure"}]""")).isEqualTo("second");
        assertThat(Preview.ofPrompt("""
                {"messages":[{"role":"user","content":[{"type":"image"},{"type":"text","text":"what is it?"}]}]}""")).isEqualTo("what is it?");
    }

    @Test
    void promptOfMessages_usersOfTwoNames_isTheLastOfThem() {
        String user = "{\"role\":\"user\",\"content\":\"of a user\"}";
        String human = "{\"role\":\"human\",\"content\":\"of a human\"}";

        assertThat(Preview.ofPrompt("[" + user + "," + human + "]")).isEqualTo("of a human");
        assertThat(Preview.ofPrompt("[" + human + "," + user + "]")).isEqualTo("of a user");
        assertThat(Preview.ofPrompt("[" + human + "]")).isEqualTo("of a human");
    }

    @Test
    void responseOfMessages_isTheFirstText() {
        assertThat(Preview.ofResponse("""
                {"choices":[{"message":{"role":"assistant","content":"Paris."}},{"message":{"content":"Rome"}}]}""")).isEqualTo("Paris.");
    }

    @Test
    void jsonWithoutMessages_orCutOff_isShownAsItIs() {
        assertThat(Preview.ofPrompt("{\"city\":\"Paris\"}")).isEqualTo("{\"city\":\"Paris\"}");
        assertThat(Preview.ofPrompt("[{\"role\":\"user\",\"content\":\"cut"))
                .isEqualTo("[{\"role\":\"user\",\"content\":\"cut");
        assertThat(Preview.ofPrompt("[note] not JSON")).isEqualTo("[note] not JSON");
    }
}
