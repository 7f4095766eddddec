package chainrule.local;

import chainrule.decode.Decoding;
import chainrule.decode.Greedy;
import chainrule.decode.Sampling;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** How a model's publisher suggests to decode: what {@code generation_config.json} says of sampling. */
public record Suggested(Decoding decoding, Rules rules) {
    private static final List<String> SAMPLING = List.of("temperature", "top_k", "top_p", "min_p", "typical_p");

    /** Where the file says nothing of sampling: {@code sampling:temperature=0.7,topP=0.95}. */
    static Suggested of(JsonNode generationConfig) {
        JsonNode sample = generationConfig.path("do_sample");
        double penalty = generationConfig.path("repetition_penalty").asDouble(1);
        Rules rules = penalty > 0 && penalty != 1 ? Rules.of(new RepetitionPenalty(penalty)) : Rules.NONE;
        return new Suggested(
                sample.isBoolean() && !sample.booleanValue() ? new Greedy() : sampling(generationConfig), rules);
    }

    private static Sampling sampling(JsonNode config) {
        if (SAMPLING.stream().noneMatch(config::hasNonNull)) {
            return new Sampling(0.7, 0, 0.95, 0, 1);
        }
        return new Sampling(
                config.path("temperature").asDouble(1),
                config.path("top_k").asInt(0),
                config.path("top_p").asDouble(1),
                config.path("min_p").asDouble(0),
                config.path("typical_p").asDouble(1));
    }
}
