package chainrule.control;

import chainrule.model.CausalLM;
import chainrule.nn.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A language model as a distribution over texts. The original a, the proposal q and the policy π of one target are three of
 * these with the same sequences.
 *
 * @param lm stays the caller's
 * @param sequences the texts that it is over
 * @param packing the number type that it is packed in for sampling; empty where {@code lm} is in its decoding form already
 */
public record SequenceModel(CausalLM lm, Sequences sequences, Optional<Compute> packing) {
    /** Samples that {@link #constrain(Constraint...)} fits on, as many as in the paper. */
    private static final int SAMPLES = 10_240;

    /** @throws chainrule.BadInput where the texts are longer than the model's context */
    public SequenceModel {
        Sampler.check(lm, sequences);
    }

    /** A model that is packed in float32 for sampling. */
    public static SequenceModel of(CausalLM lm, Sequences sequences) {
        return new SequenceModel(lm, sequences, Optional.of(Compute.F32));
    }

    /** A model that is in its decoding form already. */
    public static SequenceModel packed(CausalLM lm, Sequences sequences) {
        return new SequenceModel(lm, sequences, Optional.empty());
    }

    /** Another model of the same texts. */
    public SequenceModel with(CausalLM other) {
        return new SequenceModel(other, sequences, packing);
    }

    /** Draws from the model as it is now; the caller closes it. */
    public Sampler sampler() {
        return packing.map(type -> new Sampler(lm.forDecoding(type), true, sequences))
                .orElseGet(() -> new Sampler(lm, false, sequences));
    }

    /** log a(x) of each text: the sum over its tokens in one pass without a cache, [N]. */
    public double[] logProbabilities(List<Sequence> texts) {
        return LogProbabilities.of(lm, sequences.prompt(), texts);
    }

    /** The model without any constraint, as a target. */
    public Target target() {
        return new Target(this, List.of(), List.of());
    }

    /**
     * The nearest distribution in KL(p‖a) that keeps all {@code constraints}: exact where each is of every text, else
     * fitted by Newton's method on 10,240 of the model's own texts, of seed 0.
     *
     * @throws chainrule.BadInput where none does, as far as the samples tell
     */
    public Target constrain(Constraint... constraints) {
        return constrain(new Newton(), SAMPLES, 0, constraints).target();
    }

    /**
     * A target and what is known of its fit.
     *
     * @param fit empty where there were no means to fit
     */
    public record Fitted(Target target, Optional<LambdaFit.Found> fit) {}

    /**
     * The same with a choice of method. Constraints of every text multiply by b and are no part of the fit; the others are
     * fitted under a·b.
     *
     * @param samples texts that the means are taken on
     */
    public Fitted constrain(LambdaFit fit, int samples, long seed, Constraint... constraints) {
        Target target = target();
        List<Constraint.Moment> moments = new ArrayList<>();
        for (Constraint each : constraints) {
            switch (each) {
                case Constraint.Pointwise(Scorer feature) -> target = target.only(feature);
                case Constraint.Moment moment -> moments.add(moment);
            }
        }
        if (moments.isEmpty()) {
            return new Fitted(target, Optional.empty());
        }
        try (Sampler sampler = sampler()) {
            return fitted(target, moments, fit, sampler.draw(samples, seed).texts());
        }
    }

    private static Fitted fitted(Target start, List<Constraint.Moment> moments, LambdaFit fit, List<Sequence> texts) {
        List<Scorer> features = moments.stream().map(Constraint.Moment::feature).toList();
        FeatureSample sample = new FeatureSample(
                features.stream().map(Scorer::name).toList(),
                texts.stream().mapToDouble(start::logScore).toArray(),
                Scorer.of(features, texts));
        LambdaFit.Found found = fit.fit(
                sample, moments.stream().mapToDouble(Constraint.Moment::moment).toArray());
        Target target = start;
        for (int i = 0; i < features.size(); i++) {
            target = target.times(features.get(i), found.lambda()[i]);
        }
        return new Fitted(target, Optional.of(found));
    }
}
