package chainrule.optim;

import chainrule.nn.Tree;
import java.util.Arrays;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2).
 * With g the gradient of step t, after clipping:
 *
 * <pre>
 * m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
 * w ← w − η (λ w + m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε))
 * </pre>
 *
 * <p>The gradient of all parameters together is scaled by min(1, clip/(‖g‖ + 10⁻⁶)) (Pascanu et al., 2013). Decayed are
 * matrices that are no embeddings, see {@link #decays}. The defaults are those of GPT-3 small (Brown et al., 2020,
 * appendix B).
 *
 * @param learningRate η
 * @param weightDecay λ
 * @param clip the longest gradient that is taken as it is; 0: every one is
 */
public record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay, double clip)
        implements Optimizer {
    private static final Set<String> EMBEDDINGS = Set.of("embed", "positions");

    public AdamW {
        check(learningRate > 0, "learning rate " + learningRate + ": it must be above 0");
        check(
                beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1,
                "β " + beta1 + " and " + beta2 + ": from 0 to below 1");
        check(epsilon > 0, "ε " + epsilon + ": it must be above 0");
        check(weightDecay >= 0, "weight decay " + weightDecay + ": it must not be below 0");
        check(clip >= 0, "clip " + clip + ": it must not be below 0");
    }

    public AdamW() {
        this(6e-4);
    }

    public AdamW(double learningRate) {
        this(learningRate, 0.9, 0.95, 1e-8, 0.1, 1.0);
    }

    /**
     * Whether weight decay acts on a parameter: it has two or more dimensions, and no part of its path is {@code embed}
     * or {@code positions}. So an output head of its own is decayed, one tied to the embedding is not.
     */
    public static boolean decays(String path, Tensor parameter) {
        return parameter.dim() >= 2 && Arrays.stream(path.split("\\.")).noneMatch(EMBEDDINGS::contains);
    }

    @Override
    public Run start(Tree parameters) {
        return new AdamWRun(this, parameters);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
