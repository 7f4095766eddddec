package chainrule.gdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.control.Constraint;
import chainrule.control.GoldenGdc;
import chainrule.control.PrefixTable;
import chainrule.control.Sampler;
import chainrule.control.Sequence;
import chainrule.control.SequenceModel;
import chainrule.control.Target;
import chainrule.optim.Pass;
import chainrule.optim.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The steps of the authors' programs. */
class GoldenTuningTest {
    private final GoldenGdc golden = new GoldenGdc();

    @AfterEach
    void close() {
        golden.close();
    }

    private static void close(double[] found, double[] expected, double tolerance, String what) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as(what + " " + i).isCloseTo(expected[i], within(tolerance));
        }
    }

    private Target target(SequenceModel base, JsonNode lambdas) {
        List<chainrule.control.Scorer> features = List.of(golden.feature("has2"), golden.feature("ends_same"));
        if (!lambdas.isArray()) {
            return base.constrain(Constraint.always(features.get(0)), Constraint.always(features.get(1)));
        }
        return base.target()
                .times(features.get(0), lambdas.get(0).doubleValue())
                .times(features.get(1), lambdas.get(1).doubleValue());
    }

    private Signal.Seen seen(String kind, double z, int from, int to) {
        double[] logPi = slice(golden.doubles("samples.log_pi"), from, to);
        return new Signal.Seen(
                golden.texts("samples.proposal").subList(from, to),
                slice(golden.doubles("samples.log_a"), from, to),
                slice(golden.doubles(kind + ".log_P"), from, to),
                slice(golden.doubles("samples.log_q"), from, to),
                () -> logPi,
                z,
                0);
    }

    private static double[] slice(double[] all, int from, int to) {
        return Arrays.copyOfRange(all, from, to);
    }

    /** The loss of weighted texts and its gradient by the policy's table. */
    private record Pulled(double loss, double[] gradient) {}

    private Pulled pulled(double... weights) {
        try (PrefixTable policy = golden.table("policy")) {
            policy.table().set_requires_grad(true);
            double loss = 0;
            List<Sequence> texts = golden.texts("samples.proposal");
            for (Pass part : WeightedTexts.parts(policy, new int[] {0}, texts, weights, 16)) {
                assertThat(part.value()).isFinite();
                loss += part.backward();
            }
            double[] gradient = GoldenGdc.values(policy.table().grad());
            policy.table().mutable_grad().reset();
            policy.table().set_requires_grad(false);
            return new Pulled(loss, gradient);
        }
    }

    @Test
    void theLossAndItsGradientAreThoseOfTheProgram() {
        for (JsonNode e : golden.figures().get("estimates")) {
            String kind = e.get("kind").stringValue();
            double z = e.get("Z_estimate").doubleValue();
            double[] weights = new Dpg().start().weights(seen(kind, z, 0, 48));
            Pulled found = pulled(weights);
            assertThat(found.loss).isCloseTo(e.get("loss").doubleValue(), within(1e-9));
            close(found.gradient, golden.doubles(kind + ".grad"), 1e-9, kind);
            if (e.has("rm_vs_dm_baseline_loss")) {
                JsonNode expected = e.get("rm_vs_dm_baseline_loss");
                double[] advantages = new Dpg(true).start().weights(seen(kind, z, 0, 48));
                Pulled lowered = pulled(advantages);
                assertThat(lowered.loss).isCloseTo(expected.get("loss").doubleValue(), within(1e-9));
                assertThat(Arrays.stream(advantages).average().orElseThrow())
                        .isCloseTo(expected.get("mean_advantage").doubleValue(), within(1e-9));
                close(lowered.gradient, golden.doubles(kind + ".grad_baseline"), 1e-9, "baseline");
            }
        }
    }

    @Test
    void divergencesPullAsInDisco() {
        double[] logPi = golden.doubles("samples.log_pi");
        for (JsonNode e : golden.figures().get("disco_losses")) {
            String name = e.get("divergence").stringValue();
            FDivergence.Kind kind = FDivergence.Kind.valueOf(name.toUpperCase(Locale.ROOT));
            double z = e.get("z").doubleValue();
            Signal.Seen all = seen("exponential", z, 0, 48);
            close(
                    all.each(j -> kind.derivative(logPi[j] + Math.log(z) - all.logP()[j])),
                    golden.doubles("disco." + name + ".f_prime"),
                    1e-9,
                    name);
            double[] weights = new FDivergence(kind, 0).start().weights(all);
            assertThat(pulled(weights).loss).isCloseTo(e.get("loss").doubleValue(), within(1e-9 * (1 + Math.abs(z))));
            close(all.each(j -> -weights[j] / 48), golden.doubles("disco." + name + ".grad_log_pi"), 1e-9, name);
            Signal.Run moving = new FDivergence(kind, 20).start();
            for (int call = 0; call < 3; call++) {
                JsonNode expected = e.get("with_baseline").get(call);
                Signal.Seen some = seen("exponential", z, 16 * call, 16 * call + 16);
                double[] pull = moving.weights(some);
                close(
                        some.each(j -> -pull[j] / 16),
                        golden.doubles("disco." + name + ".baseline" + call + ".grad_log_pi"),
                        1e-9,
                        name + " with a baseline");
                double[] log = some.logPi().get();
                double loss = Arrays.stream(some.each(j -> -pull[j] * log[j])).sum() / 16;
                assertThat(loss).isCloseTo(expected.get("loss").doubleValue(), within(1e-8));
                assertThat(Arrays.stream(moving.state()).average().orElseThrow())
                        .isCloseTo(expected.get("baseline_after").doubleValue(), within(1e-8));
            }
        }
    }

    @Test
    void theMassIsAveragedAndLimitedAsInDisco() {
        int number = 0;
        for (JsonNode e : golden.figures().get("disco_moving_z")) {
            MovingZ z = new MovingZ(
                    e.get("max_z").isNumber()
                            ? OptionalDouble.of(e.get("max_z").doubleValue())
                            : OptionalDouble.empty());
            for (int call = 0; call < 3; call++) {
                Signal.Seen some = seen("exponential", 1, 16 * call, 16 * call + 16);
                double[] counted = z.add(some.logP(), some.logQ());
                assertThat(z.value())
                        .isCloseTo(e.get("calls").get(call).get("z").doubleValue(), within(1e-9));
                assertThat(z.state()[1])
                        .isEqualTo(e.get("calls").get(call).get("weight").doubleValue());
                close(counted, golden.doubles("disco.max_z." + number + "." + call + ".log_P"), 1e-9, "log P");
            }
            number++;
        }
    }

    @Test
    void runsGoAsInTheProgram() {
        int number = 0;
        for (JsonNode run : golden.figures().get("runs")) {
            try (PrefixTable base = golden.table("base");
                    PrefixTable policy = golden.table(run.get("start").stringValue())) {
                follow(run, "run." + number + ".", base, policy);
            }
            number++;
        }
        assertThat(number).isEqualTo(5);
    }

    private void follow(JsonNode run, String prefix, PrefixTable base, PrefixTable policy) {
        JsonNode given = run.get("settings");
        Adam64 adam = new Adam64(0.05, 3, given.path("max_grad_norm").doubleValue(0));
        Criterion.Kind kind = switch (run.get("criterion").stringValue()) {
            case "kld" -> Criterion.Kind.KL;
            case "tvd" -> Criterion.Kind.TVD;
            default -> Criterion.Kind.INTERVAL;
        };
        int interval = given.get("q_update_interval").intValue();
        Settings settings = new Settings(
                run.get("steps").size(),
                24,
                8,
                new Dpg(),
                adam,
                new Schedule.Constant(0),
                interval,
                24 * interval,
                new Criterion(kind, given.path("use_all_previous").booleanValue(false)),
                OptionalDouble.empty(),
                0);
        Target target = target(SequenceModel.of(base, base.sequences()), run.get("lambdas"));
        PrefixTable proposal = policy.copy();
        try (Tuning tuning = new Tuning(target, policy, settings)) {
            int step = 0;
            for (JsonNode expected : run.get("steps")) {
                SequenceModel q = target.base().with(proposal);
                adam.losses().clear();
                tuning.learn(drawn(q, golden.texts(prefix + step + ".samples")));
                // A part in which no text pulls has no loss here, and 0 there.
                close(
                        adam.losses().stream().mapToDouble(l -> l).toArray(),
                        Arrays.stream(GoldenGdc.doubles(expected.get("losses")))
                                .filter(l -> l != 0)
                                .toArray(),
                        1e-9,
                        "losses");
                close(
                        GoldenGdc.values(policy.table()),
                        golden.doubles(prefix + step + ".policy_after"),
                        1e-9,
                        prefix + step);
                boolean replaced = expected.get("q_updated").intValue() == 1;
                step++;
                if (step % interval == 0) {
                    String texts = prefix + (step - 1) + (kind == Criterion.Kind.INTERVAL ? ".samples" : ".buffer");
                    Evaluation found = tuning.judge(drawn(q, golden.texts(texts)));
                    assertThat(found.replaced()).isEqualTo(replaced);
                    if (kind != Criterion.Kind.INTERVAL) {
                        judged(found, expected);
                    }
                }
                if (replaced) {
                    proposal.close();
                    proposal = policy.copy();
                }
            }
        } finally {
            proposal.close();
        }
    }

    private static void judged(Evaluation found, JsonNode expected) {
        assertThat(new double[] {
                    found.mass().value(),
                    found.mass().standardError() * Math.sqrt(found.texts()),
                    found.z(),
                    found.klProposal().value(),
                    found.klTarget().value(),
                    found.tvdProposal().value(),
                    found.tvd().value()
                })
                .containsExactly(
                        new double[] {
                            expected.get("Z_minibatch_mean").doubleValue(),
                            expected.get("Z_minibatch_std").doubleValue(),
                            expected.get("Z_moving_average").doubleValue(),
                            expected.get("kl_p_q").doubleValue(),
                            expected.get("kl_p_pi").doubleValue(),
                            expected.get("q_p_tvd").doubleValue(),
                            expected.get("pi_p_tvd").doubleValue()
                        },
                        within(1e-9));
    }

    private static Sampler.Drawn drawn(SequenceModel q, List<Sequence> texts) {
        return new Sampler.Drawn(new ArrayList<>(texts), q.logProbabilities(texts));
    }
}
