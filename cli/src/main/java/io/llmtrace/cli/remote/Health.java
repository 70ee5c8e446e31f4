package io.llmtrace.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.UnavailableException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a server says of its store. */
final class Health {

    private Health() {}

    static StoreHealth of(RestClient rest) {
        // A store that is down is an answer, with 503: not to be asked for again.
        JsonNode answer = rest.json(rest.getOnce("/health").body()).path("storage");
        StoreHealth.State state = stateOf(rest, answer.path("state").asText());
        Map<String, String> details = new LinkedHashMap<>();
        answer.path("details")
                .properties()
                .forEach(
                        detail -> details.put(detail.getKey(), detail.getValue().asText()));
        return new StoreHealth(state, answer.path("message").asText(), details);
    }

    private static StoreHealth.State stateOf(RestClient rest, String text) {
        for (StoreHealth.State state : StoreHealth.State.values()) {
            if (state.name().equalsIgnoreCase(text)) {
                return state;
            }
        }
        throw new UnavailableException(rest.server()
                + " does not answer /health as llmtrace does: check the URL, another program may be there");
    }
}
