package chainrule.objective;

import chainrule.model.CausalLM;
import chainrule.model.Step;
import chainrule.objective.Injected.Gradient;
import chainrule.objective.RowLoss.ByHand;
import chainrule.objective.RowLoss.OnRows;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The output head over the trained rows of a batch, in chunks, for any number of losses at once.
 *
 * <p>The logits z = h Wᵀ of a whole batch would be the largest tensor of a small model. So they are made for a chunk of
 * rows at a time. Each loss adds its value and its gradient by z, by hand or by autograd with z as a leaf, and the sum of
 * these gives the chunk's rows of ∂/∂h and its part of ∂/∂W. The graph sees only h·(∂/∂h) + W·(∂/∂W), whose derivatives
 * are just these, with the value put in its place. A model without {@link CausalLM#headWeight} is differentiated by
 * libtorch.
 *
 * <p>Legend: R trained rows, C rows of a chunk, D width, V vocabulary.
 */
public final class HeadPass {
    private final Batch batch;
    private final Step step;
    private final Optional<Tensor> weightVD;
    private final int size;

    /** The trained rows: their numbers, targets and weights, [R] each. */
    private final Tensor at;

    private final Tensor target;
    private final Tensor mask;

    HeadPass(CausalLM lm, Step step, Batch batch, int size) {
        this.batch = batch;
        this.step = step;
        this.weightVD = lm.headWeight();
        this.size = size;
        this.at = batch.mask().flatten().nonzero().flatten();
        this.target = batch.targets().flatten().index_select(0, at);
        this.mask = batch.mask().flatten().index_select(0, at);
    }

    public Batch batch() {
        return batch;
    }

    /** What the model found for the batch. */
    public Step step() {
        return step;
    }

    /** Shows the logits of all trained rows, chunk after chunk, without a graph; a chunk lives while it is shown. */
    public void each(Consumer<Chunk> look) {
        try (var _ = new NoGradGuard();
                var _ = new Scope()) {
            Optional<Tensor> w = weightVD.map(this::weight);
            Tensor h = w.isPresent() ? trained(step.hidden()) : at;
            for (long from = 0; from < at.numel(); from += size) {
                try (var _ = new Scope()) {
                    long to = to(from);
                    look.accept(w.isPresent() ? chunk(from, to, Ops.slice(h, 0, from, to), w.get()) : plain(from, to));
                }
            }
        }
    }

    /** Σ factors[k] · (sum of losses[k]) in the graph, and the sums. */
    Loss total(List<OnRows> losses, double... factors) {
        double[] sums = new double[losses.size()];
        if (!GradMode.is_enabled()) {
            each(c -> add(losses, c, sums));
            return new Loss(scalar(dot(factors, sums)), sums);
        }
        return weightVD.isPresent() ? byHand(losses, factors, sums, weightVD.get()) : byGraph(losses, factors, sums);
    }

    private Loss byGraph(List<OnRows> losses, double[] factors, double[] sums) {
        Tensor total = Ops.zeros(ScalarType.Double);
        for (long from = 0; from < at.numel(); from += size) {
            Chunk c = plain(from, to(from));
            for (int k = 0; k < sums.length; k++) {
                Tensor sum = losses.get(k).sum(c);
                sums[k] += sum.item_double();
                total = total.add(Ops.mul(sum, factors[k]));
            }
        }
        return new Loss(total, sums);
    }

    /** Factors are taken relative to the largest, so that a loss alone has 1, which is exact in any number type. */
    private Loss byHand(List<OnRows> losses, double[] factors, double[] sums, Tensor wVD) {
        double largest = Arrays.stream(factors).map(Math::abs).max().orElse(0);
        double unit = largest > 0 ? largest : 1;
        double[] relative = Arrays.stream(factors).map(f -> f / unit).toArray();
        Tensor hRD = trained(step.hidden());
        if (!hRD.requires_grad() && !wVD.requires_grad()) {
            each(c -> add(losses, c, sums));
            return new Loss(scalar(dot(factors, sums)), sums);
        }
        Tensor gRD;
        Tensor gVD;
        try (var _ = new NoGradGuard()) {
            gRD = torch.empty_like(hRD);
            // A frozen head has no gradient, and none is made.
            gVD = wVD.requires_grad() ? torch.zeros_like(wVD) : wVD;
            Tensor w = weight(wVD);
            for (long from = 0; from < at.numel(); from += size) {
                try (var _ = new Scope()) {
                    long to = to(from);
                    Tensor hCD = Ops.slice(hRD.detach(), 0, from, to);
                    Slope slope = slope(losses, relative, chunk(from, to, hCD, w), sums);
                    Tensor gCV = slope.gCV.to(w.scalar_type());
                    Tensor scale = slope.scale.to(w.scalar_type());
                    Ops.slice(gRD, 0, from, to).copy_(torch.matmul(gCV, w).mul_(scale));
                    if (wVD.requires_grad()) {
                        gVD.add_(torch.matmul(gCV.t(), hCD.mul(scale)));
                    }
                }
            }
        }
        Tensor value = scalar(dot(relative, sums));
        return new Loss(Ops.mul(Injected.gradients(value, new Gradient(hRD, gRD), new Gradient(wVD, gVD)), unit), sums);
    }

    /** Σ factors · ∂loss/∂z = scale ⊙ g, for g [C,V] and scale [C,1]. */
    private record Slope(Tensor gCV, Tensor scale) {}

    /** Adds the chunk's sums to {@code sums}. */
    private static Slope slope(List<OnRows> losses, double[] factors, Chunk c, double[] sums) {
        Tensor weight = c.weight().unsqueeze(1).to(c.logits().scalar_type());
        if (losses.size() == 1 && losses.getFirst() instanceof ByHand alone) {
            sums[0] += alone.sum(c).item_double();
            return new Slope(alone.gradient(c), factors[0] == 1 ? weight : Ops.mul(weight, factors[0]));
        }
        Tensor g = differentiated(losses, factors, c, sums);
        for (int k = 0; k < sums.length; k++) {
            if (losses.get(k) instanceof ByHand loss) {
                sums[k] += loss.sum(c).item_double();
                g.addcmul_(loss.gradient(c), Ops.mul(weight, factors[k]));
            }
        }
        return new Slope(g, torch.ones_like(weight));
    }

    /** The gradient of those losses that have none by hand, by autograd: [C,V]. */
    private static Tensor differentiated(List<OnRows> losses, double[] factors, Chunk c, double[] sums) {
        try (var _ = new AutoGradMode(true)) {
            c.logits().set_requires_grad(true);
            Tensor total = Ops.zeros(ScalarType.Double);
            for (int k = 0; k < sums.length; k++) {
                if (!(losses.get(k) instanceof ByHand)) {
                    Tensor sum = losses.get(k).sum(c);
                    sums[k] += sum.item_double();
                    total = total.add(Ops.mul(sum, factors[k]));
                }
            }
            if (!total.requires_grad()) {
                return torch.zeros_like(c.logits());
            }
            total.backward();
        }
        return c.logits().grad();
    }

    private static void add(List<OnRows> losses, Chunk c, double[] sums) {
        for (int k = 0; k < sums.length; k++) {
            sums[k] += losses.get(k).sum(c).item_double();
        }
    }

    private long to(long from) {
        return Math.min(from + size, at.numel());
    }

    private Tensor trained(Tensor h) {
        return at.numel() == h.size(0) ? h : h.index_select(0, at);
    }

    private Tensor weight(Tensor wVD) {
        return wVD.detach().to(step.hidden().scalar_type());
    }

    private Chunk chunk(long from, long to, Tensor hCD, Tensor wVD) {
        return chunk(from, to, wide(torch.linear(hCD, wVD)));
    }

    private Chunk chunk(long from, long to, Tensor logits) {
        return new Chunk(
                Ops.slice(at, 0, from, to), Ops.slice(target, 0, from, to), Ops.slice(mask, 0, from, to), logits);
    }

    /** The model's own logits of trained rows {@code from} to {@code to - 1}, in its graph. */
    private Chunk plain(long from, long to) {
        long first = at.select(0, from).item_long();
        long last = at.select(0, to - 1).item_long();
        Tensor rows = Ops.slice(at, 0, from, to).sub(at.select(0, from));
        Tensor all = step.logits((int) first, (int) last + 1);
        return chunk(from, to, wide(last - first + 1 == to - from ? all : all.index_select(0, rows)));
    }

    /** At least float32. */
    private static Tensor wide(Tensor logits) {
        return logits.element_size() < Float.BYTES ? logits.to(ScalarType.Float) : logits;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    private static Tensor scalar(double value) {
        return torch.full(new long[0], new Scalar(value), new TensorOptions(ScalarType.Double));
    }
}
