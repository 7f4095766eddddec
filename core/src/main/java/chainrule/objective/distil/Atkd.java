package chainrule.objective.distil;

import chainrule.tensor.Ops;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adaptive teaching: where the teacher is sure of the target, the student learns only what else could come; where it is not,
 * it learns the target too. Plain KL lets a sure teacher's knowledge of the other tokens vanish, so that larger teachers
 * make worse students (Zhong et al., "Revisiting Knowledge Distillation for Autoregressive Language Models", 2024; {@link
 * Parts} has the symbols).
 *
 * <pre>
 * λ mean_{easy} DKD + (1 − λ) mean_{hard} (TKD + DKD),    easy: UNC &lt; threshold
 * </pre>
 *
 * <p>The threshold is the batch's quantile 1 − k of the teacher's UNC, the lower of two neighbours: of n rows the ⌊(n − 1)(1
 * − k)⌋ surest are easy if no two are equal. Each mean is over its own rows, so that with λ = 0.2 a hard row counts as four
 * easy ones. Where all UNC are equal, all rows are hard, and the first mean is 0 (the authors' code stops there). With {@code
 * direction=reverse} the parts are those of KL(q ‖ p); easy is still what the teacher is sure of. UNC has no gradient.
 *
 * <p>A batch counts by its rows: where a step reads several, each has a threshold and means of its own, as in the authors'
 * code. Easy rows give the target's logit no gradient, so judge by what the student writes rather than by its perplexity, and
 * start from a pretrained one. In the paper λ = 0.2 and k = 0.5 are best, with no cross-entropy beside it.
 *
 * @param lambda λ from 0 to 1
 * @param hard k, the part of the rows that is hard, above 0, 1 for all
 * @param direction of the divergence
 * @param temperature τ, for UNC too
 */
public record Atkd(double lambda, double hard, Direction direction, double temperature) implements Divergence {
    /** Which distribution the logarithms' ratio is averaged under. */
    public enum Direction {
        /** KL(p ‖ q), under the teacher's p. */
        FORWARD,
        /** KL(q ‖ p), under the student's q. */
        REVERSE
    }

    /** What rounding may take from a product that should be whole. */
    private static final double ROUNDING = 1e-9;

    public Atkd {
        if (!(lambda >= 0 && lambda <= 1)) {
            throw new IllegalArgumentException("lambda " + lambda + ": a number from 0 to 1 is needed");
        }
        if (!(hard > 0 && hard <= 1)) {
            throw new IllegalArgumentException("hard " + hard + ": a number above 0, at most 1 is needed");
        }
        Divergence.checkTemperature(temperature);
    }

    /** With λ = 0.2 and half of the rows hard, forward, at temperature 1. */
    public Atkd() {
        this(0.2, 0.5, Direction.FORWARD, 1);
    }

    @Override
    public OnRows on(Whole batch) {
        float[] weight = Ops.floats(batch.weight());
        float[] uncertainty = Ops.floats(batch.uncertainty());
        float threshold = threshold(weight, uncertainty);
        float[] hardRows = new float[weight.length];
        double easySum = 0;
        double hardSum = 0;
        for (int r = 0; r < weight.length; r++) {
            hardRows[r] = uncertainty[r] < threshold ? 0 : 1;
            easySum += (1 - hardRows[r]) * weight[r];
            hardSum += hardRows[r] * weight[r];
        }
        // Σ m ℓ / Σ m is then the sum of the two means.
        double ofEasy = easySum == 0 ? 0 : lambda * (easySum + hardSum) / easySum;
        double ofHard = (1 - lambda) * (easySum + hardSum) / hardSum;
        Tensor isHard = Ops.tensor(hardRows, weight.length);
        return (at, rows) -> {
            Parts parts = Parts.of(direction == Direction.FORWARD ? rows : rows.exchanged());
            Tensor h = isHard.index_select(0, at).to(rows.student().log().scalar_type());
            Tensor ofOthers = Ops.mul(h, ofHard - ofEasy).add(new Scalar(ofEasy));
            return parts.target().mul(Ops.mul(h, ofHard)).add(parts.diversity().mul(ofOthers));
        };
    }

    /** The UNC below which a row is easy; 0 for a batch without trained rows. */
    private float threshold(float[] weight, float... uncertainty) {
        float[] trained = new float[weight.length];
        int n = 0;
        for (int r = 0; r < weight.length; r++) {
            if (weight[r] != 0) {
                trained[n++] = uncertainty[r];
            }
        }
        Arrays.sort(trained, 0, n);
        return n == 0 ? 0 : trained[(int) Math.floor((n - 1) * (1 - hard) + ROUNDING)];
    }
}
