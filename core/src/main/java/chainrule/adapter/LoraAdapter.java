package chainrule.adapter;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Linear;
import chainrule.nn.LowRank;
import chainrule.nn.Part;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Scope;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The matrices of a {@link Lora}. A parameter's name is the path of the map it belongs to, and {@code .a} or {@code .b}. */
public record LoraAdapter(Lora settings, List<Factors> factors) implements Adapter {
    /**
     * What is added to one map of a checkpoint.
     *
     * @param a [r,I], shared by its parts
     * @param b [O,r] for each part
     */
    record Factors(Target target, Tensor a, List<Tensor> b) {}

    /** The change of one map of a decoder. */
    private record Change(Tensor a, Tensor b, double scale) {
        boolean fits(Linear map) {
            return map.inputs() == a.size(1) && map.outputs() == b.size(0);
        }
    }

    static String a(Target target) {
        return target.paths().getFirst() + ".a";
    }

    static String b(String path) {
        return path + ".b";
    }

    @Override
    public Tree parameters() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        for (Factors f : factors) {
            all.put(a(f.target()), f.a());
            for (int i = 0; i < f.b().size(); i++) {
                all.put(b(f.target().paths().get(i)), f.b().get(i));
            }
        }
        return new Tree(all);
    }

    private Map<String, Change> changes() {
        Map<String, Change> all = new HashMap<>();
        for (Factors f : factors) {
            for (int i = 0; i < f.b().size(); i++) {
                all.put(f.target().paths().get(i), new Change(f.a(), f.b().get(i), settings.scale()));
            }
        }
        return all;
    }

    @Override
    public Decoder on(Decoder base) {
        Map<String, Change> changes = changes();
        Set<String> left = new HashSet<>(changes.keySet());
        Decoder adapted = Tree.replace(base, Linear.class, (path, map) -> {
            Change change = changes.get(path);
            if (change == null) {
                return map;
            }
            left.remove(path);
            if (!change.fits(map)) {
                throw new BadInput("The adapter was made for another base model: its matrices for " + path
                        + " are of another shape than the model's.");
            }
            return new LowRank(map, change.a(), change.b(), change.scale());
        });
        if (!left.isEmpty()) {
            throw new BadInput("The adapter was made for another base model: this one has no "
                    + left.iterator().next() + ".");
        }
        return adapted;
    }

    /** Each matrix that is adapted becomes W + s B A in float32, whatever it is kept in. */
    @Override
    public Models.Change change() {
        Map<String, Change> changes = new HashMap<>();
        changes().forEach((path, change) -> changes.put(path + ".weight", change));
        return new Models.Change(init -> new Merging(init, changes), Optional.empty());
    }

    private record Merging(Init weights, Map<String, Change> changes) implements Init {
        @Override
        public Tensor get(String name, Draw draw, Part part, long... fullShape) {
            Tensor weight = weights.get(name, draw, part, fullShape);
            Change change = changes.get(name);
            if (change != null) {
                if (!part.equals(Part.WHOLE)) {
                    throw new IllegalArgumentException("an adapter is merged into whole weights only");
                }
                try (var _ = new Scope();
                        var _ = new NoGradGuard()) {
                    weight.add_(torch.matmul(change.b(), change.a()), new Scalar(change.scale()));
                }
            }
            return weight;
        }

        @Override
        public Optional<Codes> codes(String name, long... fullShape) {
            return changes.containsKey(name) ? Optional.empty() : weights.codes(name, fullShape);
        }
    }
}
