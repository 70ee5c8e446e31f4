package io.llmtrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrammarTest {

    @Test
    void tell_stickyRule_staysTheSameInOneTelling() {
        Telling telling = Topic.SHOP.telling(new Dice(1));
        String product = telling.tell("product");

        assertThat(IntStream.range(0, 50).mapToObj(i -> telling.tell("product")))
                .containsOnly(product);
    }

    @Test
    void tell_lines_noneTwiceBeforeAllHadTheirTurn() {
        Telling telling = Topic.SHOP.telling(new Dice(1));
        List<String> closings = IntStream.range(0, 8)
                .mapToObj(i -> telling.tell("refusal").substring(0, 10))
                .toList();

        assertThat(closings.subList(0, 4)).doesNotHaveDuplicates().containsExactlyElementsOf(closings.subList(4, 8));
    }

    @Test
    void topics_everyRuleCanBeTold() {
        for (Topic topic : Topic.values()) {
            Telling telling = topic.telling(new Dice(3));
            assertThat(List.of("system", "question", "followup", "answer", "document", "task", "final"))
                    .allSatisfy(rule -> assertThat(telling.tell(rule)).isNotBlank());
            assertThat(topic.tools()).isNotEmpty().allSatisfy(tool -> {
                assertThat(telling.tell("tool." + tool.name() + ".arguments")).startsWith("{");
                assertThat(telling.tell("tool." + tool.name() + ".result")).isNotBlank();
            });
        }
    }

    @Test
    void tell_unknownRule_namesIt() {
        assertThatThrownBy(() -> Topic.SHOP.telling(new Dice(1)).tell("nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no rule 'nothing'");
    }

    @Test
    void of_unknownFile_namesIt() {
        assertThatThrownBy(() -> Grammar.of("nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no resource 'nothing.txt'");
    }
}
