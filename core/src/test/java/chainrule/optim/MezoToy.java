package chainrule.optim;

import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The toy network of {@code golden/mezo} on a batch, computed in float64 from parameters of either type. It writes down every value that it was asked for.
 *
 * @param accuracy whether the loss is minus the share of right answers, in place of the cross-entropy
 */
record MezoToy(Tree parameters, Tensor x, Tensor labels, boolean accuracy, List<Double> heard) implements Pass {
    /** The first parameters, owned by the caller. */
    static Tree start(MezoGolden golden, ScalarType type) {
        try (var _ = new Scope()) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            golden.under("toy.init.")
                    .forEach((path, p) -> all.put(path, Scope.own(p.to(type).clone())));
            return new Tree(all);
        }
    }

    @Override
    public double value() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            heard.add(loss().item_double());
            return heard.getLast();
        }
    }

    @Override
    public double backward() {
        throw new AssertionError("this optimizer asks for no gradient");
    }

    Tensor loss() {
        Tensor h = x.to(ScalarType.Double);
        for (String layer : List.of("embed", "layers.0", "layers.1")) {
            h = Ops.linear(h, get(layer + ".weight"), get(layer + ".bias")).tanh();
        }
        Tensor centred = h.sub(h.mean(new long[] {1}, true, new ScalarTypeOptional()));
        Tensor variance = centred.square().mean(new long[] {1}, true, new ScalarTypeOptional());
        Tensor deviation = variance.add(new Scalar(1e-5)).sqrt();
        h = centred.div(deviation).mul(get("layer_norm.weight")).add(get("layer_norm.bias"));
        Tensor logits = torch.matmul(h, get("lm_head.weight").t());
        if (accuracy) {
            return logits.argmax(new LongOptional(1), false)
                    .eq(labels)
                    .to(ScalarType.Double)
                    .mean()
                    .neg();
        }
        return Ops.logSoftmax(logits, 1).gather(1, labels.unsqueeze(1)).mean().neg();
    }

    private Tensor get(String path) {
        return parameters.get(path).to(ScalarType.Double);
    }
}
