package chainrule.optim;

import chainrule.BadInput;
import chainrule.nn.Tree;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Training with forward passes alone (Malladi et al., "Fine-tuning language models with just forward passes", 2023,
 * algorithm 1). The loss at two points on either side of the parameters, along a random direction z, tells how far to go
 * along z; z is drawn again from its seed each time, so that training takes the memory of inference. With n samples:
 *
 * <pre>
 * p = (L(w + ε z) − L(w − ε z)) / (2 ε)        z ~ N(0, I)
 * w ← w − η ((1/n) Σ p z + λ w)
 * </pre>
 *
 * <p>L may be any number that passes compute, also one without a gradient ({@link Pass#of}). It needs a pretrained model, a
 * task put as a prompt, and many steps of two passes each. The parameters come back from the two points and move on in one
 * pass over memory; the way there and back costs float32 at most two units in the last place. bfloat16's steps are as large
 * as ε z, so parameters are float32 whatever products compute in; where they compute in bfloat16, ε is to be 10⁻² or more.
 *
 * <p>The paper's settings: ε 10⁻³ and η 10⁻⁶ or 10⁻⁷ for all parameters; ε 10⁻² and η 10⁻⁴ or 5·10⁻⁵ for LoRA; ε 10⁻¹ and
 * η 10⁻² or 10⁻³ for prefixes; a constant rate, no decay, n = 1. Its η grows with n.
 *
 * <p>The loss that a step reports is the mean of those at the two points, and its gradient's length the root of the mean
 * p², whose square is the gradient's in expectation.
 *
 * @param learningRate η
 * @param epsilon ε
 * @param samples n
 * @param growth the steps over which the number of samples grows to n in proportion; 0: it is n from the start
 * @param weightDecay λ, of what has two or more dimensions, so not of norms and biases
 * @param seed of all z
 */
public record Mezo(
        double learningRate,
        double epsilon,
        int samples,
        int growth,
        double weightDecay,
        Layers layers,
        Moments moments,
        long seed)
        implements Optimizer {
    public Mezo {
        check(learningRate > 0, "learning rate " + learningRate + ": it must be above 0");
        check(epsilon > 0, "ε " + epsilon + ": it must be above 0");
        check(samples >= 1, samples + " samples: at least 1 is needed");
        check(growth >= 0, "growth over " + growth + " steps: 0 or more");
        check(weightDecay >= 0, "weight decay " + weightDecay + ": it must not be below 0");
    }

    /** For all parameters. */
    public Mezo() {
        this(1e-6, 1e-3, 0);
    }

    public Mezo(double learningRate, double epsilon, long seed) {
        this(learningRate, epsilon, 1, 0, 0, new Layers.Together(), new Moments.None(), seed);
    }

    @Override
    public Run start(Tree parameters) {
        return run(parameters);
    }

    /**
     * Repeats a run from its log, without data: moves {@code parameters}, with which it started, to where it was when its
     * state was saved, bit for bit.
     *
     * @throws BadInput where the state is another model's or another seed's
     */
    public void replay(Tree parameters, SequencedMap<String, Tensor> saved) {
        try (MezoRun run = run(parameters)) {
            run.replay(saved);
        }
    }

    private MezoRun run(Tree parameters) {
        Optional<Optimizer> by = moments instanceof Moments.Adam a
                ? Optional.of(new AdamW(learningRate, a.beta1(), a.beta2(), a.epsilon(), weightDecay, a.clip()))
                : Optional.empty();
        return new MezoRun(this, parameters, new Ziggurat(seed), (_, p) -> p.dim() >= 2, by);
    }

    /** The number of samples at a step, counted from 0. */
    int samples(long step) {
        return growth == 0 || step >= growth ? samples : (int) Math.max(1, samples * step / growth);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
