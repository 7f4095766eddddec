package chainrule.model.family;

import chainrule.BadInput;
import chainrule.nn.Activation;
import chainrule.nn.Rotary;
import chainrule.nn.Rotary.Scaling;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A checked look into a {@code config.json}: a missing or impossible setting is one sentence that names the file and the
 * setting.
 *
 * @param origin the file's name, for messages
 */
public record Settings(String origin, JsonNode json) {
    private static final int LARGEST = 1 << 24;
    private static final Map<String, Activation> ACTIVATIONS = Map.of(
            "silu", Activation.SILU,
            "swish", Activation.SILU,
            "gelu", Activation.GELU,
            "gelu_new", Activation.GELU_TANH,
            "gelu_pytorch_tanh", Activation.GELU_TANH,
            "gelu_fast", Activation.GELU_TANH,
            "relu", Activation.RELU);

    public BadInput bad(String what) {
        return new BadInput(origin + ": " + what + ".");
    }

    private Optional<JsonNode> find(String name) {
        return Optional.ofNullable(json.get(name)).filter(n -> !n.isNull());
    }

    public boolean has(String name) {
        return find(name).isPresent();
    }

    public String text(String name) {
        return find(name)
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .orElseThrow(() -> bad(name + " is missing or no text"));
    }

    /** A count of at least 1. */
    public int count(String name) {
        return check(name, find(name).orElseThrow(() -> bad(name + " is missing")));
    }

    public int count(String name, int otherwise) {
        return find(name).map(n -> check(name, n)).orElse(otherwise);
    }

    private int check(String name, JsonNode value) {
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 1
                || value.intValue() > LARGEST) {
            throw bad(name + " is " + value + ", not a whole number from 1 to " + LARGEST);
        }
        return value.intValue();
    }

    public double number(String name, double otherwise) {
        return find(name)
                .map(n -> {
                    if (!n.isNumber() || !Double.isFinite(n.doubleValue())) {
                        throw bad(name + " is " + n + ", not a number");
                    }
                    return n.doubleValue();
                })
                .orElse(otherwise);
    }

    public boolean flag(String name, boolean otherwise) {
        return find(name)
                .map(n -> {
                    if (!n.isBoolean()) {
                        throw bad(name + " is " + n + ", not true or false");
                    }
                    return n.booleanValue();
                })
                .orElse(otherwise);
    }

    public Activation activation(String name) {
        String word = text(name);
        return Optional.ofNullable(ACTIVATIONS.get(word))
                .orElseThrow(() -> bad(name + " '" + word + "' is not supported; there are "
                        + ACTIVATIONS.keySet().stream().sorted().toList()));
    }

    /** A nested object, or an empty one. */
    public Settings part(String name) {
        JsonNode node = find(name).orElse(null);
        if (node != null && !node.isObject()) {
            throw bad(name + " is no object");
        }
        return new Settings(
                origin + ": " + name,
                node == null ? tools.jackson.databind.node.JsonNodeFactory.instance.objectNode() : node);
    }

    /** Fails where a switch that this toolkit has only one position of is set otherwise. */
    public void require(String name, boolean position) {
        if (flag(name, position) != position) {
            throw bad(name + " " + !position + " is not supported");
        }
    }

    /**
     * Rotary positions over a head of {@code width} elements: {@code rope_parameters} as transformers 5 writes them, or
     * {@code rope_theta}, {@code rope_scaling} and {@code partial} as transformers 4 did.
     *
     * @param base the name of the old base, {@code rope_theta} but in GPT-NeoX
     * @param partial the name of the old share of rotated elements
     */
    public Rotary rotary(int width, String base, String partial, double share) {
        Settings rope = has("rope_parameters") ? part("rope_parameters") : part("rope_scaling");
        double theta = rope.number("rope_theta", number(base, 10000));
        double rotated = rope.number("partial_rotary_factor", number(partial, share));
        int dimensions = (int) (width * rotated);
        if (dimensions < 2 || dimensions % 2 != 0 || dimensions > width) {
            throw bad("a share of " + rotated + " of " + width + " elements leaves " + dimensions + " to rotate");
        }
        if (!(theta > 0)) {
            throw bad(base + " is " + theta + ", not above 0");
        }
        return new Rotary(theta, dimensions, rope.scaling(count("max_position_embeddings")));
    }

    private Scaling scaling(int context) {
        String type = has("rope_type") ? text("rope_type") : has("type") ? text("type") : "default";
        return switch (type) {
            case "default" -> new Scaling.None();
            case "linear" -> new Scaling.Linear(number("factor", 1));
            case "llama3" ->
                new Scaling.Llama3(
                        number("factor", 8),
                        number("low_freq_factor", 1),
                        number("high_freq_factor", 4),
                        count("original_max_position_embeddings", context));
            default -> throw bad("rope type '" + type + "' is not supported; there are default, linear and llama3");
        };
    }
}
