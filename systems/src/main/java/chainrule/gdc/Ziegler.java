package chainrule.gdc;

import chainrule.BadInput;
import chainrule.control.Scorer;
import java.util.Arrays;

/**
 * Fine-tuning from preferences: proximal policy optimisation of the reward φ(x) − β log π(x)/a(x), with β adapted so that
 * KL(π‖a) keeps near a target (Ziegler et al., "Fine-Tuning Language Models from Human Preferences", 2019). A text's
 * advantage A is its reward, standardised over the batch; on each pass r = A·ratio, ratio = π/π_old, or 0 where the ratio has
 * left [1 − clip, 1 + clip] on A's side. β ← β (1 + e n/horizon), e = KL/target − 1 cut to ±0.2.
 *
 * <p>Ziegler et al. judge every token by a learnt value function. Here a text is one action, which needs none: the reward
 * comes at its end, and texts are short.
 *
 * @param klTarget in nats a text
 * @param klCoefficient β at the start
 * @param horizon texts in which β moves by up to a fifth
 * @param passes over a step's texts
 */
public record Ziegler(Scorer reward, double klTarget, double klCoefficient, double horizon, double clip, int passes)
        implements Signal {
    public Ziegler {
        if (!(klTarget > 0 && klCoefficient >= 0 && horizon > 0 && clip > 0) || passes < 1) {
            throw new BadInput(
                    "Proximal policy optimisation needs a KL target, a horizon and a clip above 0, a coefficient"
                            + " of 0 or more and one pass or more.");
        }
    }

    /** With the published settings: KL 6, β 0.2, horizon 10,000, clip 0.2, four passes. */
    public Ziegler(Scorer reward) {
        this(reward, 6, 0.2, 10_000, 0.2, 4);
    }

    @Override
    public boolean onPolicy() {
        return true;
    }

    @Override
    public Run start() {
        return new Adaptive(this);
    }

    private static final class Adaptive implements Run {
        private final Ziegler settings;
        private double beta;
        private double[] advantages = {};

        Adaptive(Ziegler settings) {
            this.settings = settings;
            this.beta = settings.klCoefficient;
        }

        @Override
        public double[] weights(Seen seen) {
            if (seen.pass() == 0) {
                begin(seen);
            }
            double[] logPi = seen.logPi().get();
            return seen.each(j -> {
                double ratio = Math.exp(logPi[j] - seen.logQ()[j]);
                boolean out = advantages[j] > 0 ? ratio > 1 + settings.clip : ratio < 1 - settings.clip;
                return out ? 0 : advantages[j] * ratio;
            });
        }

        private void begin(Seen seen) {
            double[] far = seen.each(j -> seen.logQ()[j] - seen.logA()[j]);
            double[] phi = settings.reward.of(seen.texts());
            double[] rewards = seen.each(j -> phi[j] - beta * far[j]);
            double mean = Arrays.stream(rewards).average().orElse(0);
            double deviation = Math.sqrt(Arrays.stream(rewards)
                    .map(r -> (r - mean) * (r - mean))
                    .average()
                    .orElse(0));
            advantages = seen.each(j -> (rewards[j] - mean) / (deviation + 1e-8));
            double error = Arrays.stream(far).average().orElse(0) / settings.klTarget - 1;
            beta *= 1 + Math.clamp(error, -0.2, 0.2) * far.length / settings.horizon;
        }

        @Override
        public double[] state() {
            return new double[] {beta};
        }

        @Override
        public void restore(double... state) {
            beta = state[0];
        }
    }
}
