package chainrule.adapter;

import chainrule.model.DecoderConfig;
import chainrule.model.family.Models;
import chainrule.model.family.Stored;
import chainrule.nn.Attention;
import chainrule.nn.Dense;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear map of a family's checkpoints, which is one or several of a decoder's on one input: GPT-2's {@code c_attn} is
 * queries, keys and values.
 *
 * @param name as in {@code model.layers.0.self_attn.q_proj}
 * @param stored its weight
 * @param paths of the decoder's maps, as in {@code blocks.0.attention.q}
 * @param shape of each of these
 */
record Target(String name, Stored stored, List<String> paths, Dense.Shape shape) {
    private static final String WEIGHT = ".weight";

    /** Every linear map of a model, its output head last where it has one. */
    static List<Target> of(Models.Form form) {
        List<Target> all = new ArrayList<>();
        for (Stored stored : form.family().layout(form.config())) {
            if (!stored.name().endsWith(WEIGHT)) {
                continue;
            }
            List<String> paths =
                    stored.ours().stream().map(Target::withoutWeight).toList();
            shape(form.config(), paths.getFirst())
                    .ifPresent(shape -> all.add(new Target(withoutWeight(stored.name()), stored, paths, shape)));
        }
        return all;
    }

    private static String withoutWeight(String name) {
        return name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
    }

    /** Empty for what is no linear map. */
    private static Optional<Dense.Shape> shape(DecoderConfig c, String path) {
        Attention.Heads heads = c.attention().heads();
        int queries = heads.queries() * heads.width();
        int keys = heads.keys() * heads.width();
        int[] outIn = switch (path.replaceFirst("^blocks\\.\\d+\\.", "")) {
            case "attention.q" -> new int[] {queries, c.width()};
            case "attention.k", "attention.v" -> new int[] {keys, c.width()};
            case "attention.out" -> new int[] {c.width(), queries};
            case "mlp.gate", "mlp.up" -> new int[] {c.mlp().inner(), c.width()};
            case "mlp.down" -> new int[] {c.width(), c.mlp().inner()};
            case "head" -> new int[] {c.vocabulary(), c.width()};
            default -> new int[0];
        };
        return outIn.length == 0 ? Optional.empty() : Optional.of(new Dense.Shape(outIn[0], outIn[1], false));
    }

    boolean head() {
        return paths.getFirst().equals("head");
    }

    /** Whether {@code target} names it as PEFT's {@code target_modules} do: by its whole name, or by the end of it. */
    boolean named(String target) {
        return name.equals(target) || name.endsWith("." + target);
    }

    /** The last word of its name. */
    String word() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    int inputs() {
        return shape.inputs();
    }

    /** All outputs together. */
    int outputs() {
        return paths.size() * shape.outputs();
    }

    /** Whether the checkpoint keeps the weight as [I,O]. */
    boolean transposed() {
        return stored.join() instanceof Stored.Join.Columns;
    }

    /** The rows of each of the decoder's maps in a matrix [ΣO,..] that the checkpoint's map has. */
    List<Tensor> split(Tensor rows) {
        return stored.split(transposed() ? rows.t() : rows);
    }

    /** What {@link #split} takes apart. */
    Tensor join(List<Tensor> parts) {
        Tensor joined = stored.join(parts);
        return transposed() ? joined.t() : joined;
    }
}
