package chainrule.objective;

import chainrule.tensor.Ops;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The labels that come before each row's in the same text, as tokens that the row should not predict: those of the
 * {@code window} positions before it, without the row's own label and without labels that are not trained.
 *
 * <p>Legend: B texts, T tokens, C rows of a chunk, M window.
 *
 * @param targets the labels: int64 [B·T]
 * @param counted which of them may be candidates: bool [B·T]
 * @param length T
 * @param window M, at least 1
 */
record Earlier(Tensor targets, Tensor counted, long length, int window) {
    /** @param idsCM candidates; any id where {@code hereCM} is false */
    record Candidates(Tensor idsCM, Tensor hereCM) {}

    /** Every occurrence counts. */
    static Earlier each(Batch batch, int window) {
        Tensor counted = batch.mask().ne(new Scalar(0)).flatten();
        return of(batch, counted, window);
    }

    /** The set of all earlier labels: of each label a text's first occurrence counts. */
    static Earlier set(Batch batch) {
        long[] targets = Ops.longs(batch.targets());
        float[] mask = Ops.floats(batch.mask());
        int length = (int) batch.targets().size(1);
        float[] first = new float[targets.length];
        Set<Long> seen = new HashSet<>();
        for (int r = 0; r < targets.length; r++) {
            if (r % length == 0) {
                seen.clear();
            }
            first[r] = mask[r] != 0 && seen.add(targets[r]) ? 1 : 0;
        }
        return of(batch, Ops.tensor(first, first.length).to(ScalarType.Bool), length);
    }

    private static Earlier of(Batch batch, Tensor counted, int window) {
        long length = batch.targets().size(1);
        return new Earlier(batch.targets().flatten(), counted, length, (int) Math.max(1, Math.min(window, length - 1)));
    }

    /** t: the place in its text of each row of a chunk: int64 [C]. */
    Tensor places(Chunk c) {
        return c.at().remainder(new Scalar(length));
    }

    Candidates of(Chunk c) {
        Tensor back = torch.arange(new Scalar(1), new Scalar(window + 1)).unsqueeze(0);
        Tensor inText = places(c).unsqueeze(1).ge(back);
        Tensor at = c.at().unsqueeze(1).sub(back).clamp_min(new Scalar(0));
        Tensor ids = targets.take(at);
        Tensor other = ids.ne(c.target().unsqueeze(1));
        return new Candidates(ids, counted.take(at).logical_and(inText).logical_and(other));
    }
}
