package chainrule.objective;

import chainrule.tensor.Ops;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Some trained rows of a batch with their logits. Row r = b·T + t of a batch predicts text b's token after its position
 * t.
 *
 * <p>Legend: C rows of a chunk, V vocabulary, B texts, T tokens.
 */
public final class Chunk {
    private final Tensor at;
    private final Tensor target;
    private final Tensor weight;
    private final Tensor logits;
    private Optional<Tensor> logP = Optional.empty();

    Chunk(Tensor at, Tensor target, Tensor weight, Tensor logits) {
        this.at = at;
        this.target = target;
        this.weight = weight;
        this.logits = logits;
    }

    /** The rows' numbers in the batch, in growing order: int64 [C]. */
    public Tensor at() {
        return at;
    }

    /** y: the tokens that follow: int64 [C]. */
    public Tensor target() {
        return target;
    }

    /** m: the rows' weights, none of them 0: float32 [C]. */
    public Tensor weight() {
        return weight;
    }

    /** z: [C,V], float32, or float64 for a model in float64. */
    public Tensor logits() {
        return logits;
    }

    /** log softmax(z): [C,V], made once for all who ask. */
    public Tensor logP() {
        if (logP.isEmpty()) {
            logP = Optional.of(Ops.logSoftmax(logits, -1));
        }
        return logP.get();
    }

    /** {@link #logP} without its graph, for the caller to overwrite; whoever asks later gets a new one. */
    Tensor takeLogP() {
        Tensor taken = logP().detach();
        logP = Optional.empty();
        return taken;
    }

    /** x[c, ids[c,·]] for values [C,V] and ids int64 [C,K]: [C,K]. */
    static Tensor pick(Tensor valuesCV, Tensor idsCK) {
        return valuesCV.gather(1, idsCK);
    }

    /** x[c, y[c]]: [C]. */
    Tensor ofTarget(Tensor valuesCV) {
        return pick(valuesCV, target.unsqueeze(1)).squeeze(1);
    }

    /** Σ m[c] x[c] in float64. */
    Tensor weighed(Tensor xC) {
        return xC.mul(weight).to(ScalarType.Double).sum();
    }
}
