package chainrule.objective;

import chainrule.model.Net;
import org.bytedeco.pytorch.Tensor;

/**
 * A mean over rows of a function ℓ of each row's logits: Σ m[r] ℓ(z[r]) over the trained rows r of a batch, m the mask.
 * Any number of them share one pass over the logits, which exist for a chunk of rows at a time ({@link HeadPass}).
 *
 * <p>To add one, say in {@link #on} what it needs to know of the batch and how a chunk's rows add up; libtorch
 * differentiates that on the chunk. Where the gradient is short by hand, give it as {@link ByHand}.
 */
public sealed interface RowLoss extends Mean
        permits NextToken, LabelSmoothing, ZLoss, ContrastiveToken, Unlikelihood, Nce, Distillation, Dpo {
    /**
     * Looks at the batch once, before its logits are made for training: in the pass's scope and without a graph. What is
     * made here lives as long as the pass.
     */
    OnRows on(HeadPass pass);

    /** The most rows whose logits should exist at a time; the least of those that share a pass counts. */
    default int chunk() {
        return 512;
    }

    @Override
    default Tensor sum(Net net, Batch batch) {
        return loss(net, batch, 1).total();
    }

    /** The loss of one batch's rows. */
    interface OnRows {
        /** Σ m[c] ℓ(z[c]) over a chunk's rows: a float64 scalar in the graph of {@link Chunk#logits}. */
        Tensor sum(Chunk chunk);
    }

    /** A loss with its gradient made by hand. */
    interface ByHand extends OnRows {
        /**
         * ∂ℓ/∂z of each row: [C,V], not yet times m, in memory of its own, which may be that of {@link
         * Chunk#takeLogP}. Called without a graph, after {@link #sum}.
         */
        Tensor gradient(Chunk chunk);
    }
}
