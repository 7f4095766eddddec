package chainrule.gdc;

import chainrule.control.Sequence;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A part of the loss −1/n Σ r[j] log π(x[j]): the cross-entropy of the texts' tokens, each token with its text's weight.
 *
 * @param n the texts of the whole step
 */
record WeightedTexts(CausalLM policy, int[] prompt, List<Sequence> texts, double[] weights, int n) implements Pass {
    private static final NextToken LOSS = new NextToken();

    /** The parts of a step, {@code micro} texts each; texts of weight 0 are left out, and parts that have none other. */
    static List<Pass> parts(CausalLM policy, int[] prompt, List<Sequence> texts, double[] weights, int micro) {
        List<Pass> parts = new ArrayList<>();
        for (int from = 0; from < weights.length; from += micro) {
            List<Sequence> some = new ArrayList<>();
            List<Double> pull = new ArrayList<>();
            for (int j = from; j < Math.min(from + micro, weights.length); j++) {
                if (weights[j] != 0) {
                    some.add(texts.get(j));
                    pull.add(weights[j]);
                }
            }
            if (!some.isEmpty()) {
                double[] pulls = pull.stream().mapToDouble(Double::doubleValue).toArray();
                parts.add(new WeightedTexts(policy, prompt, some, pulls, weights.length));
            }
        }
        return parts;
    }

    @Override
    public double value() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            return loss().item_double();
        }
    }

    @Override
    public double backward() {
        try (var _ = new Scope()) {
            Tensor loss = loss();
            loss.backward();
            return loss.item_double();
        }
    }

    private Tensor loss() {
        return Ops.mul(LOSS.sum(policy, batch()), 1.0 / n);
    }

    /** The texts after the prompt, the weights as the mask, in float64: a weight is as exact as the log-probabilities. */
    private Batch batch() {
        int longest = texts.stream().mapToInt(x -> x.tokens().length).max().orElse(0);
        int length = prompt.length + longest - 1;
        int[][] inputs = new int[texts.size()][length];
        int[][] targets = new int[texts.size()][length];
        double[] mask = new double[texts.size() * length];
        for (int b = 0; b < texts.size(); b++) {
            int[] tokens = texts.get(b).tokens();
            int[] row = new int[prompt.length + longest];
            System.arraycopy(prompt, 0, row, 0, prompt.length);
            System.arraycopy(tokens, 0, row, prompt.length, tokens.length);
            System.arraycopy(row, 0, inputs[b], 0, length);
            System.arraycopy(row, 1, targets[b], 0, length);
            for (int t = 0; t < tokens.length; t++) {
                mask[b * length + prompt.length - 1 + t] = weights[b];
            }
        }
        Tensor maskBT = Ops.empty(ScalarType.Double, texts.size(), length);
        Ops.segment(maskBT).copyFrom(MemorySegment.ofArray(mask));
        return new Batch(Input.of(Ops.ids(inputs)), Ops.ids(targets), maskBT);
    }
}
