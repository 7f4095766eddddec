package chainrule.train;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a step was like.
 *
 * @param step counted from 1
 * @param epoch how often the data has been read, as a fraction
 * @param loss the objective over the step's terms, before the parameters moved
 * @param gradientNorm before clipping
 * @param tokens read since the run began
 * @param evaluation the held-out loss after the step in float32, where it was taken
 * @param time seconds since 1970
 * @param means where the objective is a sum, each member's mean, as in {@code loss/z-loss}; of the held-out rows, as in
 *     {@code eval_loss/z-loss}
 */
public record Measurement(
        long step,
        double epoch,
        double loss,
        double gradientNorm,
        double learningRate,
        long tokens,
        double tokensPerSecond,
        OptionalDouble evaluation,
        double time,
        SortedMap<String, Double> means) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** One line of JSON, under the names that trainers elsewhere use. */
    String json() {
        ObjectNode line = JSON.createObjectNode()
                .put("step", step)
                .put("epoch", epoch)
                .put("loss", loss)
                .put("grad_norm", gradientNorm)
                .put("learning_rate", learningRate)
                .put("num_tokens", tokens)
                .put("tokens_per_second", tokensPerSecond);
        evaluation.ifPresent(e -> line.put("eval_loss", e));
        means.forEach(line::put);
        return line.put("time", time).toString();
    }

    /** The measurement that {@link #json} wrote; empty for anything else, such as a line cut off. */
    static Optional<Measurement> parse(String json) {
        try {
            JsonNode line = JSON.readTree(json);
            JsonNode evaluation = line.path("eval_loss");
            SortedMap<String, Double> means = new TreeMap<>();
            line.properties().stream()
                    .filter(e -> e.getKey().contains("/"))
                    .forEach(e -> means.put(e.getKey(), e.getValue().doubleValue()));
            return Optional.of(new Measurement(
                    line.required("step").longValue(),
                    line.required("epoch").doubleValue(),
                    line.required("loss").doubleValue(),
                    line.required("grad_norm").doubleValue(),
                    line.required("learning_rate").doubleValue(),
                    line.required("num_tokens").longValue(),
                    line.required("tokens_per_second").doubleValue(),
                    evaluation.isNumber() ? OptionalDouble.of(evaluation.doubleValue()) : OptionalDouble.empty(),
                    line.required("time").doubleValue(),
                    means));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
