package chainrule.train;

import chainrule.adapter.Adapted;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Net;
import chainrule.model.Site;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.optim.AdamW;
import chainrule.optim.Mezo;
import chainrule.optim.Moments;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The native memory that a run will use at its fullest, in bytes, estimated before it starts: parameters, and for
 * those that are trained a gradient and two moments in float32; copies of the parameters in the number type of products; for every token of a pass
 * what goes into and comes out of each matrix, and for every pair of tokens one attention probability per head and
 * layer; the logits of a chunk. Under {@link Mezo} there are gradients and moments only if it has Adam's, and the
 * activations of one layer at a time.
 */
public record MemoryNeed(long parameters, long gradients, long moments, long copies, long activations, long logits) {
    /** What inputs and outputs of matrices leave out (norms, sums, copies), as measured on decoders. */
    private static final double REST = 1.6;

    private static final int CHUNK = 512;

    static MemoryNeed of(Net net, Settings settings) {
        Tree all = net instanceof Adapted adapted ? adapted.lm().parameters() : net.parameters();
        long size = all.tensors().values().stream()
                .mapToLong(p -> p.numel() * p.element_size())
                .sum();
        long trained = net.parameters().size() * Float.BYTES;
        int bytes = settings.compute() == Compute.F32 ? Float.BYTES : Short.BYTES;
        long through = 0;
        long matrices = 0;
        for (Map.Entry<String, Tensor> e : all.tensors().entrySet()) {
            Tensor p = e.getValue();
            if (AdamW.decays(e.getKey(), p)) {
                through += p.size(0) + p.size(1);
                matrices++;
            }
        }
        long rows = (long) settings.rows() * settings.length();
        Heads heads = net instanceof CausalLM lm ? Heads.of(lm) : new Heads(0, 0);
        double kept = REST * rows * through * bytes + (double) rows * settings.length() * heads.all * bytes;
        boolean forward = settings.optimizer() instanceof Mezo;
        boolean written = !(settings.optimizer() instanceof Mezo mezo) || mezo.moments() instanceof Moments.Adam;
        if (forward && heads.layers > 0) {
            kept /= heads.layers;
        } else if (settings.recompute() && heads.layers > 0) {
            kept = kept / heads.layers + rows * (double) through / Math.max(1, matrices) * heads.layers * bytes;
        }
        long logits = net instanceof CausalLM lm ? (forward ? 2L : 3L) * CHUNK * lm.vocabulary() * Float.BYTES : 0;
        long gradients = written ? trained : 0;
        return new MemoryNeed(size, gradients, 2 * gradients, bytes == Float.BYTES ? 0 : size / 2, (long) kept, logits);
    }

    public long total() {
        return parameters + gradients + moments + copies + activations + logits;
    }

    @Override
    public String toString() {
        return "about %s: parameters %s, gradients %s, optimizer %s, activations %s, logits %s"
                .formatted(
                        text(total()),
                        text(parameters + copies),
                        text(gradients),
                        text(moments),
                        text(activations),
                        text(logits));
    }

    private static String text(long bytes) {
        return bytes == 0
                ? "none"
                : bytes < 1_000_000_000
                        ? Math.max(1, Math.round(bytes / 1e6)) + " MB"
                        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /** Attention heads of all layers, as a look at a pass over two tokens tells. */
    private record Heads(int all, int layers) {
        static Heads of(CausalLM lm) {
            int[] found = new int[2];
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                lm.forward(Input.of(Ops.zeros(ScalarType.Long, 1, 2)), (site, x) -> {
                    if (site.kind() == Site.Kind.HEADS) {
                        found[0] += (int) x.size(x.dim() - 2);
                        found[1]++;
                    }
                    return x;
                });
            }
            return new Heads(found[0], found[1]);
        }
    }
}
