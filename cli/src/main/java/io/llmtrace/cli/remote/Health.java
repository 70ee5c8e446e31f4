package io.llmtrace.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.UnavailableException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the health of a server's store, and damage of its spool, as a further detail. */
final class Health {

    private static final String SPOOL_DAMAGE = "spool_" + StoreHealth.DAMAGE_DETAIL;

    private Health() {}

    static StoreHealth of(RestClient rest) {
        // Sent without retries, since a 503 here is the answer that the store is down.
        JsonNode health = rest.json(rest.getOnce("/health").body());
        JsonNode answer = health.path("storage");
        StoreHealth.State state = stateOf(rest, answer.path("state").asText());
        Map<String, String> details = new LinkedHashMap<>();
        answer.path("details")
                .properties()
                .forEach(
                        detail -> details.put(detail.getKey(), detail.getValue().asText()));
        String spoolDamage = health.at("/spool/damage").asText();
        if (!spoolDamage.isEmpty()) {
            details.put(SPOOL_DAMAGE, spoolDamage);
        }
        return StoreHealth.builder(state, answer.path("message").asText())
                .details(details)
                .build();
    }

    private static StoreHealth.State stateOf(RestClient rest, String text) {
        if (text.equals("unknown")) { // the store does not answer the server
            return StoreHealth.State.DOWN;
        }
        for (StoreHealth.State state : StoreHealth.State.values()) {
            if (state.name().equalsIgnoreCase(text)) {
                return state;
            }
        }
        throw new UnavailableException(rest.server()
                + " does not answer /health as llmtrace does: check the URL, another program may be there");
    }
}
