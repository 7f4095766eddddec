package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference cases' stored random numbers, and what was asked of them. */
final class Stored implements Chance {
    /** Tolerance of probabilities; values above 1 are stored with as many digits in all. */
    static final double CLOSE = 1e-8;

    private final double[] accept;
    private final double token;
    final List<Double> ratios = new ArrayList<>();
    double[] law = {};

    Stored(double token, double... accept) {
        this.token = token;
        this.accept = accept;
    }

    @Override
    public int draw(double[] from, int position, int n) {
        assertThat(n).as("nothing is drafted here").isZero();
        law = from;
        double sum = 0;
        for (int i = 0; i < law.length; i++) {
            sum += law[i];
            if (sum > token) {
                return i;
            }
        }
        throw new AssertionError("a law of " + sum);
    }

    @Override
    public boolean happens(double probability, int position, int n) {
        ratios.add(probability);
        return accept[ratios.size() - 1] <= probability;
    }

    static List<JsonNode> cases(String name, int count) {
        JsonNode file = JsonMapper.shared()
                .readTree(Golden.path("speculative/" + name + ".json").toFile());
        List<JsonNode> all = StreamSupport.stream(file.spliterator(), false).toList();
        assertThat(all).as("cases of " + name).hasSize(count);
        return all;
    }

    static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }

    static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    /** @param temperature 0: the first of the best */
    static double[] softmax(double temperature, double... logits) {
        double most = Arrays.stream(logits).max().orElseThrow();
        double[] p = new double[logits.length];
        if (temperature == 0) {
            p[
                    IntStream.range(0, p.length)
                            .filter(i -> logits[i] == most)
                            .findFirst()
                            .orElseThrow()] = 1;
            return p;
        }
        Arrays.setAll(p, i -> Math.exp((logits[i] - most) / temperature));
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    static Path text(int... ends) {
        return Path.of(new int[] {0}, 1000, ends);
    }
}
