package chainrule.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {
    private static final Scorer HIGH = Scorer.ofTokens("high", x -> x[0] >= 2 ? 1 : 0);

    /** One token of four kinds, with probabilities .4, .3, .2 and .1. */
    private static PrefixTable four() {
        try (var _ = new Scope()) {
            float[] logits = {(float) Math.log(4), (float) Math.log(3), (float) Math.log(2), 0};
            return new PrefixTable(1, Scope.own(Ops.tensor(logits, 1, 4)));
        }
    }

    private static void shares(ImportanceWeights exact, PrefixTable table, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            int token = i;
            Scorer is = Scorer.ofTokens("is", x -> x[0] == token ? 1 : 0);
            assertThat(exact.moment(is.of(table.all())).value()).isCloseTo(expected[i], within(1e-5));
        }
    }

    @Test
    void aShareOfOneFeatureIsKeptWithTheLeastChange() {
        try (PrefixTable table = four()) {
            SequenceModel base = SequenceModel.of(table, table.sequences());
            double[] logA = base.logProbabilities(table.all());
            FeatureSample sample = new FeatureSample(List.of("high"), logA, Scorer.of(List.of(HIGH), table.all()));
            double lambda = new Newton().fit(sample, 0.5).lambda()[0];
            assertThat(lambda).isCloseTo(0.847298, within(1e-6));
            ImportanceWeights exact =
                    GoldenGdc.enumerated(base.target().times(HIGH, lambda).logProbabilities(table.all()));
            assertThat(exact.z().value()).isCloseTo(1.4, within(1e-6));
            shares(exact, table, 0.285714, 0.214286, 0.333333, 0.166667);
            assertThat(exact.kl(1.4, logA).value()).isCloseTo(0.087177, within(1e-6));
            assertThat(exact.tvd(1.4, logA).value()).isCloseTo(0.2, within(1e-6));
        }
    }

    /** The last steps raise the function by less than the rounding of its sum over so many texts. */
    @ParameterizedTest
    @ValueSource(ints = {66, 112, 135, 227, 273, 411, 710, 1032, 9000})
    void aFitOnManyTextsEnds(int often) {
        int n = 20_480;
        Random random = new Random(often);
        double[][] phi = new double[n][1];
        for (double[] of : phi) {
            of[0] = random.nextInt(n) < often ? 1 : 0;
        }
        double count = Arrays.stream(phi).mapToDouble(of -> of[0]).sum();
        var sample = new FeatureSample(List.of("feature"), new double[n], phi);
        assertThat(new Newton().fit(sample, 0.5).lambda()[0]).isCloseTo(Math.log((n - count) / count), within(1e-8));
    }

    @Test
    void aPointwiseConstraintLeavesTheProportionsOfWhatIsLeft() {
        try (PrefixTable table = four()) {
            SequenceModel base = SequenceModel.of(table, table.sequences());
            double[] logA = base.logProbabilities(table.all());
            Target target = base.constrain(Constraint.always(HIGH));
            ImportanceWeights exact = GoldenGdc.enumerated(target.logProbabilities(table.all()));
            assertThat(exact.z().value()).isCloseTo(0.3, within(1e-6));
            shares(exact, table, 0, 0, 0.666667, 0.333333);
            assertThat(exact.kl(0.3, logA).value()).isCloseTo(1.203973, within(1e-5));
            assertThat(exact.tvd(0.3, logA).value()).isCloseTo(0.7, within(1e-6));
        }
    }

    @Test
    void theModelsOwnMeanNeedsNoWeight() {
        try (PrefixTable table = PrefixTable.random(3, 4, 1, 1)) {
            Scorer even = Scorer.ofTokens("even", x -> x[3] == 0 ? 1 : 0);
            SequenceModel base = SequenceModel.of(table, table.sequences());
            double mean;
            try (Sampler sampler = base.sampler()) {
                mean = Arrays.stream(even.of(sampler.draw(500, 7).texts()))
                        .average()
                        .orElseThrow();
            }
            SequenceModel.Fitted fitted = base.constrain(new Newton(), 500, 7, Constraint.onAverage(even, mean));
            LambdaFit.Found found = fitted.fit().orElseThrow();
            assertThat(found.lambda()[0]).isZero();
            assertThat(found.tilted().effectiveSampleSize()).isCloseTo(500, within(1e-9));
            assertThat(fitted.target().logProbabilities(table.all())).isEqualTo(base.logProbabilities(table.all()));
        }
    }

    @Test
    void bothKindsOfConstraintsHoldTogether() {
        try (PrefixTable table = PrefixTable.random(4, 5, 1, 3)) {
            Scorer starts = Scorer.ofTokens("starts", x -> x[0] == 1 ? 1 : 0);
            Scorer ends = Scorer.ofTokens("ends", x -> x[4] == 2 ? 1 : 0);
            Scorer sum = Scorer.ofTokens("sum", x -> Arrays.stream(x).sum());
            Target target = SequenceModel.of(table, table.sequences())
                    .constrain(
                            new Newton(),
                            8_000,
                            2,
                            Constraint.onAverage(ends, 0.5),
                            Constraint.always(starts),
                            Constraint.onAverage(sum, 7))
                    .target();
            ImportanceWeights exact = GoldenGdc.enumerated(target.logProbabilities(table.all()));
            assertThat(exact.moment(starts.of(table.all())).value()).isEqualTo(1);
            assertThat(exact.moment(ends.of(table.all())).value()).isCloseTo(0.5, within(0.05));
            assertThat(exact.moment(sum.of(table.all())).value()).isCloseTo(7, within(0.15));
        }
    }

    @Test
    void theMassOfATargetIsWithinItsErrorOfTheExactOne() {
        try (PrefixTable table = PrefixTable.random(3, 4, 1, 4);
                PrefixTable other = PrefixTable.random(3, 4, 0.5, 5);
                Sampler sampler = SequenceModel.of(other, other.sequences()).sampler()) {
            SequenceModel base = SequenceModel.of(table, table.sequences());
            Target target = base.target().times(HIGH, 1.5);
            Sampler.Drawn drawn = sampler.draw(4000, 1);
            ImportanceWeights sampled = new ImportanceWeights(target.logProbabilities(drawn.texts()), drawn.logQ());
            ImportanceWeights exact = GoldenGdc.enumerated(target.logProbabilities(table.all()));
            double z = exact.z().value();
            near(sampled.z(), z);
            near(
                    sampled.moment(HIGH.of(drawn.texts())),
                    exact.moment(HIGH.of(table.all())).value());
            double[] all = base.logProbabilities(table.all());
            double[] some = base.logProbabilities(drawn.texts());
            near(sampled.kl(z, some), exact.kl(z, all).value());
            near(sampled.tvd(z, some), exact.tvd(z, all).value());
            near(sampled.js(z, some), exact.js(z, all).value());
            assertThat(sampled.tvd(z, drawn.logQ()))
                    .isEqualTo(sampled.tvd(z, drawn.logQ().clone()));
            // The other way round: KL(q‖a), with a model in the target's place.
            double[] q = base.with(other).logProbabilities(table.all());
            near(
                    new ImportanceWeights(drawn.logQ(), drawn.logQ()).kl(1, some),
                    GoldenGdc.enumerated(q).kl(1, all).value());
        }
    }

    private static void near(Estimate found, double exact) {
        assertThat(found.standardError()).isPositive().isLessThan(0.3);
        assertThat(found.value()).isCloseTo(exact, within(4 * found.standardError()));
    }

    @Test
    void rejectionFollowsThePointwiseTarget() {
        try (PrefixTable table = four();
                Sampler sampler = SequenceModel.of(table, table.sequences()).sampler()) {
            Target target = SequenceModel.of(table, table.sequences()).constrain(Constraint.always(HIGH));
            QuasiRejection.Accepted accepted =
                    new QuasiRejection(1).sample(target, sampler, 900, 9000, 500, 3, _ -> {});
            assertThat(accepted.texts()).hasSize(900).allMatch(x -> x.tokens()[0] >= 2);
            assertThat(accepted.rate()).isCloseTo(0.3, within(0.03));
            assertThat(accepted.texts().stream().filter(x -> x.tokens()[0] == 2).count() / 900.0)
                    .isCloseTo(2 / 3.0, within(0.06));
            Target never = target.only(Scorer.ofTokens("low", x -> x[0] < 2 ? 1 : 0));
            assertThatThrownBy(() -> new QuasiRejection(1).sample(never, sampler, 1, 100, 50, 3, _ -> {}))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("None of 100 texts");
        }
    }

    @Test
    void textsThatEndEarlyAreScoredAsTheyWereDrawn() {
        int[] prompt = {5, 6, 7};
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3)) {
            SequenceModel model = SequenceModel.of(lm, Sequences.ofTokens(prompt, 9, 1, 2, 3, 4, 8, 9, 10, 11));
            try (Sampler sampler = model.sampler()) {
                Sampler.Drawn drawn = sampler.draw(40, 5);
                assertThat(drawn.texts().stream()
                                .map(x -> x.tokens().length)
                                .distinct()
                                .count())
                        .isGreaterThan(2);
                double[] scored = model.logProbabilities(drawn.texts());
                for (int j = 0; j < scored.length; j++) {
                    assertThat(scored[j]).isCloseTo(drawn.logQ()[j], within(1e-3));
                }
                // A text depends on its number alone.
                Sampler.Drawn later = sampler.draw(10, 5, 20);
                assertThat(later.texts())
                        .extracting(Sequence::text)
                        .isEqualTo(drawn.texts().subList(20, 30).stream()
                                .map(Sequence::text)
                                .toList());
            }
        }
    }

    @Test
    void whatNoWeightsCanGiveIsSaidInASentence() {
        try (PrefixTable table = four()) {
            SequenceModel base = SequenceModel.of(table, table.sequences());
            Scorer never = Scorer.ofTokens("never", x -> 0);
            Scorer low = Scorer.ofTokens("low", x -> x[0] < 2 ? 1 : 0);
            refused(base, "'never' never occurs in 200", Constraint.onAverage(never, 0.5));
            refused(base, "cannot be 1.5", Constraint.onAverage(HIGH, 1.5));
            refused(base, "pointwise", Constraint.onAverage(HIGH, 1));
            refused(base, "grow without end", Constraint.onAverage(HIGH, 0.7), Constraint.onAverage(low, 0.7));
            refused(base, "None of the 200", Constraint.always(never), Constraint.onAverage(HIGH, 0.5));
            assertThatThrownBy(() -> FixedStep.gdc()
                            .fit(new FeatureSample(List.of("never"), new double[9], new double[9][1]), 0.5))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("never occurs");
            assertThatThrownBy(() -> SequenceModel.of(table, Sequences.ofTokens(new int[] {0}, 2)))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("context of 2");
        }
    }

    private static void refused(SequenceModel base, String message, Constraint... constraints) {
        assertThatThrownBy(() -> base.constrain(new Newton(), 200, 1, constraints))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }
}
