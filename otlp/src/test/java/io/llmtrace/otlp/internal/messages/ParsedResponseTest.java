package io.llmtrace.otlp.internal.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParsedResponseTest {

    @Test
    void response_tellsItsCallsAndWhyItEnded() {
        ParsedResponse response = new ParsedResponse("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\","
                + "\"id\":\"c1\",\"name\":\"add\",\"arguments\":{\"a\":1}}],\"finish_reason\":\"tool_calls\"}]");

        for (int i = 0; i < 2; i++) {
            assertThat(response.finishReason()).isEqualTo("tool_call");
            assertThat(response.requestedCalls())
                    .isEqualTo(List.of(new ParsedResponse.RequestedCall("c1", "add", "{\"a\":1}")));
        }
    }

    @Test
    void textOrNothing_tellsNothing() {
        for (String text : new String[] {null, "18 degrees", "The tool has finished."}) {
            ParsedResponse response = new ParsedResponse(text);

            assertThat(response.text()).isEqualTo(text);
            assertThat(response.finishReason()).isNull();
            assertThat(response.requestedCalls()).isEmpty();
        }
    }
}
