package chainrule.gdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.control.Constraint;
import chainrule.control.GoldenGdc;
import chainrule.control.ImportanceWeights;
import chainrule.control.PrefixTable;
import chainrule.control.Sampler;
import chainrule.control.Scorer;
import chainrule.control.Sequence;
import chainrule.control.SequenceModel;
import chainrule.control.Sequences;
import chainrule.control.Target;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.nn.Init;
import chainrule.optim.AdamW;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TuningTest {
    private static final Scorer TWICE = Scorer.ofTokens(
            "two or more zeros", x -> Arrays.stream(x).filter(s -> s == 0).count() >= 2 ? 1 : 0);
    private static final Optimizer ADAM = new AdamW(0.05, 0.9, 0.999, 1e-8, 0, 0);

    @TempDir
    Path folder;

    private static PrefixTable base() {
        return PrefixTable.random(3, 4, 1, 11);
    }

    private static SequenceModel model(PrefixTable table) {
        return SequenceModel.of(table, table.sequences());
    }

    private static Target zeros(PrefixTable base) {
        return model(base).constrain(Constraint.always(TWICE));
    }

    /** The exact mean of the feature under a model, and the exact divergences. */
    private record Exact(double moment, double klTarget, double klBase) {
        static Exact of(Target target, PrefixTable policy) {
            List<Sequence> all = policy.all();
            double[] logPi = target.base().with(policy).logProbabilities(all);
            ImportanceWeights p = GoldenGdc.enumerated(target.logProbabilities(all));
            ImportanceWeights pi = GoldenGdc.enumerated(logPi);
            return new Exact(
                    pi.moment(TWICE.of(all)).value(),
                    p.kl(p.z().value(), logPi).value(),
                    pi.kl(1, target.base().logProbabilities(all)).value());
        }
    }

    private static List<Evaluation> train(Target target, PrefixTable policy, Settings settings) {
        List<Evaluation> all = new ArrayList<>();
        try (Tuning tuning = new Tuning(target, policy, settings)) {
            tuning.run(all::add, () -> false);
            assertThat(tuning.step()).isEqualTo(settings.steps());
        }
        return all;
    }

    @Test
    void thePolicyComesNearTheTargetAndIsJudgedRightly() {
        try (PrefixTable base = base();
                PrefixTable policy = base.copy()) {
            Target target = zeros(base);
            Exact before = Exact.of(target, policy);
            List<Evaluation> all =
                    train(target, policy, Settings.of(80, 128, ADAM).withSeed(3));
            Exact after = Exact.of(target, policy);
            assertThat(before.moment).isLessThan(0.5);
            assertThat(after.moment).isGreaterThan(0.9);
            assertThat(after.klTarget).isLessThan(0.15).isLessThan(before.klTarget / 4);
            assertThat(all).hasSize(9);
            assertThat(all.stream().filter(Evaluation::replaced).count()).isGreaterThan(2);
            double mass = GoldenGdc.enumerated(target.logProbabilities(base.all()))
                    .z()
                    .value();
            Evaluation last = all.getLast();
            assertThat(last.z()).isCloseTo(mass, within(0.02));
            assertThat(last.klTarget().value()).isCloseTo(after.klTarget, within(0.05));
            assertThat(last.klBase().value())
                    .isCloseTo(after.klBase, within(0.02 + 4 * last.klBase().standardError()));
            assertThat(last.moments().getFirst().value()).isCloseTo(after.moment, within(0.02));
            assertThat(all.getFirst().klBase().value()).isCloseTo(0, within(1e-4));
        }
    }

    static Stream<Signal> signals() {
        return Stream.concat(
                Stream.of(new Dpg(true), new Ziegler(TWICE), new Reinforce(TWICE, 512), new ReinforceTarget(10)),
                Stream.of(FDivergence.Kind.KL, FDivergence.Kind.JS, FDivergence.Kind.TV)
                        .map(FDivergence::new));
    }

    @ParameterizedTest
    @MethodSource("signals")
    void everySignalMakesTheFeatureMoreFrequent(Signal signal) {
        try (PrefixTable base = base();
                PrefixTable policy = base.copy()) {
            Target target = zeros(base);
            double before = Exact.of(target, policy).moment;
            train(target, policy, Settings.of(25, 128, ADAM).with(signal).evaluated(5, 256));
            assertThat(Exact.of(target, policy).moment).isGreaterThan(before + 0.1);
        }
    }

    @Test
    void rewardAloneLeavesTheOriginalModelFartherBehind() {
        try (PrefixTable base = base();
                PrefixTable gdc = base.copy();
                PrefixTable reward = base.copy()) {
            Target target = zeros(base);
            train(target, gdc, Settings.of(80, 128, ADAM));
            train(target, reward, Settings.of(80, 128, ADAM).with(new Reinforce(TWICE)));
            assertThat(Exact.of(target, reward).moment).isGreaterThan(0.95);
            assertThat(Exact.of(target, reward).klBase).isGreaterThan(1.3 * Exact.of(target, gdc).klBase);
        }
    }

    @Test
    void theGradientOverAllTextsIsThatOfTheDivergenceTimesTheMass() {
        try (GoldenGdc golden = new GoldenGdc();
                PrefixTable base = golden.table("base");
                PrefixTable policy = golden.table("policy")) {
            Target target = model(base).target().times(golden.feature("many2"), 1.3);
            List<Sequence> all = base.all();
            ImportanceWeights p = GoldenGdc.enumerated(target.logProbabilities(all));
            double z = p.z().value();
            policy.table().set_requires_grad(true);
            WeightedTexts.parts(policy, new int[] {0}, all, p.ratios(), 81).forEach(Pass::backward);
            double[] gradient = GoldenGdc.values(policy.table().grad());
            policy.table().mutable_grad().reset();
            policy.table().set_requires_grad(false);
            double step = 1e-5;
            for (int i = 0; i < gradient.length; i += 7) {
                double slope = (kl(p, z, policy, i, step) - kl(p, z, policy, i, -step)) / (2 * step);
                assertThat(gradient[i]).isCloseTo(z * slope, within(1e-8));
            }
        }
    }

    private static double kl(ImportanceWeights p, double z, PrefixTable policy, int element, double by) {
        var memory = Ops.segment(policy.table());
        double was = memory.getAtIndex(ValueLayout.JAVA_DOUBLE, element);
        memory.setAtIndex(ValueLayout.JAVA_DOUBLE, element, was + by);
        try {
            return p.kl(z, model(policy).logProbabilities(policy.all())).value();
        } finally {
            memory.setAtIndex(ValueLayout.JAVA_DOUBLE, element, was);
        }
    }

    @Test
    void howManyTextsAreReadAtATimeChangesNothing() {
        try (PrefixTable base = base();
                PrefixTable whole = base.copy();
                PrefixTable parts = base.copy()) {
            Target target = zeros(base);
            Settings settings = Settings.of(5, 60, ADAM);
            train(target, whole, settings);
            train(
                    target,
                    parts,
                    new Settings(
                            5,
                            60,
                            7,
                            new Dpg(),
                            ADAM,
                            settings.schedule(),
                            settings.interval(),
                            settings.buffer(),
                            settings.criterion(),
                            settings.zLimit(),
                            0));
            double[] a = GoldenGdc.values(whole.table());
            double[] b = GoldenGdc.values(parts.table());
            for (int i = 0; i < a.length; i++) {
                assertThat(a[i]).isCloseTo(b[i], within(1e-4));
            }
        }
    }

    static Stream<Signal> remembering() {
        return Stream.of(new Dpg(), new FDivergence(FDivergence.Kind.JS, 50), new Ziegler(TWICE));
    }

    @ParameterizedTest
    @MethodSource("remembering")
    void aRunThatWasSavedGoesOnToTheSameNumbers(Signal signal) throws IOException {
        try (PrefixTable base = base();
                PrefixTable through = base.copy();
                PrefixTable stopped = base.copy();
                PrefixTable resumed = base.copy()) {
            Target target = zeros(base);
            Settings settings = Settings.of(9, 64, ADAM).with(signal).evaluated(2, 100);
            List<Evaluation> all = train(target, through, settings);
            Path file = folder.resolve("run.safetensors");
            try (Tuning tuning = new Tuning(target, stopped, settings)) {
                tuning.run(_ -> {}, () -> tuning.step() == 5);
                tuning.save(file);
            }
            List<Evaluation> rest = new ArrayList<>();
            try (Tuning tuning = new Tuning(target, resumed, settings)) {
                tuning.restore(file);
                assertThat(tuning.step()).isEqualTo(5);
                tuning.run(rest::add, () -> false);
            }
            assertThat(rest).isEqualTo(all.subList(3, 6));
            assertThat(GoldenGdc.values(resumed.table())).isEqualTo(GoldenGdc.values(through.table()));
            try (Tuning other = new Tuning(target.only(TWICE), stopped, settings)) {
                assertThatThrownBy(() -> other.restore(file))
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining("another target");
            }
        }
    }

    @Test
    void aTargetThatRulesTextsOutHasNoReverseDivergence() {
        try (PrefixTable base = base();
                PrefixTable policy = base.copy();
                Tuning tuning = new Tuning(
                        zeros(base),
                        policy,
                        Settings.of(5, 64, ADAM).with(new FDivergence(FDivergence.Kind.REVERSE_KL)))) {
            assertThatThrownBy(() -> tuning.run(_ -> {}, () -> false))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("reverse_kl is infinite");
        }
    }

    @Test
    void whileNoTextHasTheFeatureNothingMoves() {
        try (PrefixTable base = base();
                PrefixTable policy = base.copy()) {
            Target target = model(base).constrain(Constraint.always(Scorer.ofTokens("never", _ -> 0)));
            List<Evaluation> all =
                    train(target, policy, Settings.of(3, 16, ADAM).evaluated(1, 16));
            assertThat(GoldenGdc.values(policy.table())).isEqualTo(GoldenGdc.values(base.table()));
            assertThat(all)
                    .allMatch(e -> e.z() == 0
                            && !e.replaced()
                            && Double.isNaN(e.klTarget().value()));
        }
    }

    @Test
    void aDecoderLearnsToWriteATokenOfItsOwnChoiceOfLength() {
        try (Decoder base = Decoder.create(Tiny.gpt2(), Init.random(5));
                Decoder policy = Tuning.copy(base)) {
            Scorer low = Scorer.ofTokens("low", x -> x[0] < 20 ? 1 : 0);
            SequenceModel model = SequenceModel.of(base, Sequences.ofTokens(new int[] {3, 9}, 6, 1, 2, 30, 31, 32));
            Target target = model.constrain(Constraint.always(low));
            List<Evaluation> all = new ArrayList<>();
            try (Tuning tuning = new Tuning(
                    target, policy, Settings.of(16, 64, new AdamW(3e-3)).evaluated(4, 96))) {
                tuning.run(all::add, () -> false);
            }
            assertThat(all.getFirst().moments().getFirst().value()).isLessThan(0.5);
            try (Sampler sampler = model.with(policy).sampler();
                    Sampler before = model.sampler()) {
                double share = Arrays.stream(low.of(sampler.draw(200, 1).texts()))
                        .average()
                        .orElseThrow();
                double was = Arrays.stream(low.of(before.draw(200, 1).texts()))
                        .average()
                        .orElseThrow();
                assertThat(share).isGreaterThan(was + 0.2);
            }
        }
    }

    @Test
    void theWeightsAreThoseOfTheTextsTokensAndNotOfThePrompts() {
        try (Decoder policy = Tiny.decoder(Tiny.llama(), 8)) {
            Sequences sequences = Sequences.ofTokens(new int[] {3, 9, 4}, 6);
            List<Sequence> texts = List.of(
                    sequences.read(5, 6, 7, 1), sequences.read(8), sequences.read(2, 3), sequences.read(9, 9, 9));
            double[] weights = {0.5, -2, 0, 3};
            double[] log = SequenceModel.of(policy, sequences).logProbabilities(texts);
            double expected = 0;
            for (int j = 0; j < weights.length; j++) {
                expected -= weights[j] * log[j] / 4;
            }
            double found = WeightedTexts.parts(policy, sequences.prompt(), texts, weights, 3).stream()
                    .mapToDouble(Pass::value)
                    .sum();
            assertThat(found).isCloseTo(expected, within(1e-4));
        }
    }

    @Test
    void proximalSteppingHoldsTheRatioAndAdaptsItsPenalty() {
        Signal.Run run = new Ziegler(TWICE, 1, 0.5, 100, 0.2, 2).start();
        List<Sequence> texts = List.of(
                new Sequence(new int[] {0, 0}, ""),
                new Sequence(new int[] {0, 0}, ""),
                new Sequence(new int[] {1, 1}, ""));
        double[] logA = {-3, -3, -3};
        double[] logQ = {-1, -1, -1};
        double[] far = {-0.5, -0.9, -2};
        // Rewards are 1, 1, 0 less a penalty that is the same for all, in units of their deviation.
        double up = (1 - 2 / 3.0) / Math.sqrt(2 / 9.0);
        assertThat(run.weights(new Signal.Seen(texts, logA, logA, logQ, () -> logQ, 1, 0)))
                .containsExactly(new double[] {up, up, -2 * up}, within(1e-6));
        // A KL of 2 is above the target of 1 by more than a fifth: β grows by 0.2 · 3/100.
        assertThat(run.state()).containsExactly(new double[] {0.5 * 1.006}, within(1e-12));
        assertThat(run.weights(new Signal.Seen(texts, logA, logA, logQ, () -> far, 1, 1)))
                .containsExactly(new double[] {0, up * Math.exp(0.1), 0}, within(1e-6));
    }
}
