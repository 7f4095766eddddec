package chainrule.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The figures of the authors' programs. */
class GoldenControlTest {
    private static final Offset<Double> EXACT = within(1e-9);

    private final GoldenGdc golden = new GoldenGdc();

    @AfterEach
    void close() {
        golden.close();
    }

    private FeatureSample sample(List<Scorer> features, List<Sequence> texts, double... logWeights) {
        return new FeatureSample(features.stream().map(Scorer::name).toList(), logWeights, Scorer.of(features, texts));
    }

    private static void close(double[] found, double[] expected, double tolerance, String what) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as(what + " " + i).isCloseTo(expected[i], within(tolerance));
        }
    }

    @Test
    void modelsScoreEveryTextAsTheTablesSay() {
        List<Sequence> all = golden.texts("all");
        for (String name : List.of("base", "policy", "proposal")) {
            try (PrefixTable table = golden.table(name)) {
                assertThat(table.all())
                        .extracting(Sequence::text)
                        .isEqualTo(all.stream().map(Sequence::text).toList());
                close(
                        SequenceModel.of(table, table.sequences()).logProbabilities(all),
                        golden.doubles(name.equals("base") ? "log_a" : "log_" + name),
                        1e-9,
                        name);
            }
        }
    }

    @Test
    void featuresAreThoseOfTheProgram() {
        List<Sequence> all = golden.texts("all");
        golden.figures().get("features").propertyNames().forEach(name -> {
            assertThat(golden.feature(name).of(all)).isEqualTo(golden.doubles("phi." + name));
            ImportanceWeights base = GoldenGdc.enumerated(golden.doubles("log_a"));
            assertThat(base.moment(golden.feature(name).of(all)).value())
                    .isCloseTo(golden.figures().get("base_rates").get(name).doubleValue(), EXACT);
        });
    }

    @Test
    void fixedStepsGiveTheOfficialWeights() {
        List<Sequence> texts = golden.texts("samples.base");
        for (JsonNode fit : golden.figures().get("fits")) {
            FeatureSample sample = sample(golden.features(fit.get("features")), texts, new double[texts.size()]);
            double[] moments = GoldenGdc.doubles(fit.get("moments"));
            JsonNode gdc = fit.get("gdc");
            LambdaFit.Found found = FixedStep.gdc().fit(sample, moments);
            assertThat(found.iterations()).isEqualTo(gdc.get("iterations").intValue());
            assertThat(found.error()).isCloseTo(gdc.get("last_error").doubleValue(), EXACT);
            close(found.lambda(), GoldenGdc.doubles(gdc.get("lambdas")), 1e-9, "gdc");
            gdc.get("lambdas_after")
                    .properties()
                    .forEach(e -> close(
                            new FixedStep(0.5, 0.01, Integer.parseInt(e.getKey()), FixedStep.Stop.AFTER_A_STEP)
                                    .fit(sample, moments)
                                    .lambda(),
                            GoldenGdc.doubles(e.getValue()),
                            1e-9,
                            "gdc after " + e.getKey()));
            JsonNode disco = fit.get("disco");
            LambdaFit.Found theirs = FixedStep.disco().fit(sample, moments);
            // Their sums in float32 never come within the tolerance, ours may.
            assertThat(theirs.iterations())
                    .isLessThanOrEqualTo(disco.get("iterations").intValue());
            close(theirs.lambda(), GoldenGdc.doubles(disco.get("coefficients")), 1e-5, "disco");
            disco.get("coefficients_after")
                    .properties()
                    .forEach(e -> close(
                            new FixedStep(0.05, 1e-5, Integer.parseInt(e.getKey()), FixedStep.Stop.BEFORE_A_STEP)
                                    .fit(sample, moments)
                                    .lambda(),
                            GoldenGdc.doubles(e.getValue()),
                            1e-5,
                            "disco after " + e.getKey()));
        }
    }

    @Test
    void newtonFindsTheWeightsThatAreExactUnderTheBase() {
        List<Sequence> all = golden.texts("all");
        double[] logA = golden.doubles("log_a");
        int exact = 0;
        for (JsonNode fit : golden.figures().get("fits")) {
            if (!fit.has("exact_under_the_base")) {
                continue;
            }
            JsonNode expected = fit.get("exact_under_the_base");
            double[] moments = GoldenGdc.doubles(fit.get("moments"));
            LambdaFit.Found found = new Newton().fit(sample(golden.features(fit.get("features")), all, logA), moments);
            close(found.lambda(), GoldenGdc.doubles(expected.get("lambdas")), 1e-7, "Newton");
            close(found.tilted().moments(), moments, 1e-9, "moments");
            double logZ = found.tilted().logZ() + Math.log(81);
            assertThat(Math.exp(logZ)).isCloseTo(expected.get("Z").doubleValue(), within(1e-8));
            double kl = -logZ;
            for (int i = 0; i < moments.length; i++) {
                kl += found.lambda()[i] * moments[i];
            }
            assertThat(kl).isCloseTo(expected.get("kl_p_a").doubleValue(), within(1e-8));
            exact++;
        }
        assertThat(exact).isEqualTo(5);
    }

    @Test
    void targetsHaveTheirMassMomentsAndDistances() {
        List<Sequence> all = golden.texts("all");
        try (PrefixTable base = golden.table("base")) {
            double[] logA = golden.doubles("log_a");
            int number = 0;
            for (JsonNode fit : golden.figures().get("fits")) {
                Target target = SequenceModel.of(base, base.sequences()).target();
                List<Scorer> features = golden.features(fit.get("features"));
                double[] lambda = GoldenGdc.doubles(fit.get("gdc").get("lambdas"));
                for (int i = 0; i < lambda.length; i++) {
                    target = target.times(features.get(i), lambda[i]);
                }
                JsonNode expected = fit.get("at_gdc_lambdas");
                double[] logP = target.logProbabilities(all);
                ImportanceWeights exact = GoldenGdc.enumerated(logP);
                double z = exact.z().value();
                assertThat(z).isCloseTo(expected.get("Z").doubleValue(), within(1e-9 * z));
                close(
                        target.features().stream()
                                .mapToDouble(f -> exact.moment(f.of(all)).value())
                                .toArray(),
                        GoldenGdc.doubles(expected.get("moments")),
                        1e-9,
                        "moments");
                distance(exact, z, logA, expected, "a");
                distance(exact, z, golden.doubles("log_policy"), expected, "policy");
                assertThat(exact.kl(z, golden.doubles("log_proposal")).value())
                        .isCloseTo(expected.get("kl_p_proposal").doubleValue(), EXACT);
                close(
                        Arrays.stream(logP).map(p -> p - Math.log(z)).toArray(),
                        golden.doubles("fit." + number + ".log_p"),
                        1e-9,
                        "log p");
                number++;
            }
            JsonNode expected = golden.figures().get("pointwise");
            Target target = SequenceModel.of(base, base.sequences())
                    .constrain(golden.features(expected.get("features")).stream()
                            .map(Constraint::always)
                            .toArray(Constraint[]::new));
            ImportanceWeights exact = GoldenGdc.enumerated(target.logProbabilities(all));
            assertThat(exact.z().value()).isCloseTo(expected.get("Z").doubleValue(), EXACT);
            distance(exact, exact.z().value(), logA, expected, "a");
        }
    }

    private static void distance(ImportanceWeights exact, double z, double[] from, JsonNode expected, String name) {
        assertThat(exact.kl(z, from).value())
                .isCloseTo(expected.get("kl_p_" + name).doubleValue(), EXACT);
        assertThat(exact.tvd(z, from).value())
                .isCloseTo(expected.get("tvd_p_" + name).doubleValue(), EXACT);
    }

    private ImportanceWeights weights(String kind) {
        return new ImportanceWeights(golden.doubles(kind + ".log_P"), golden.doubles("samples.log_q"));
    }

    @Test
    void samplesTellMassAndDistancesAsInTheProgram() {
        double[] logPi = golden.doubles("samples.log_pi");
        double[] logQ = golden.doubles("samples.log_q");
        for (JsonNode e : golden.figures().get("estimates")) {
            ImportanceWeights w = weights(e.get("kind").stringValue());
            close(w.ratios(), golden.doubles(e.get("kind").stringValue() + ".P_over_q"), 1e-9, "P/q");
            assertThat(w.z().value()).isCloseTo(e.get("Z_estimate").doubleValue(), EXACT);
            assertThat(w.z().standardError() * Math.sqrt(48))
                    .isCloseTo(e.get("Z_standard_deviation").doubleValue(), EXACT);
            for (String with : List.of("with_Z_estimate", "with_exact_Z")) {
                JsonNode expected = e.get(with);
                double z = expected.get("Z").doubleValue();
                assertThat(w.kl(z, logQ).value())
                        .isCloseTo(expected.get("kl_p_q").doubleValue(), EXACT);
                assertThat(w.kl(z, logPi).value())
                        .isCloseTo(expected.get("kl_p_pi").doubleValue(), EXACT);
                assertThat(w.tvd(z, logQ).value())
                        .isCloseTo(expected.get("tvd_p_q").doubleValue(), EXACT);
                assertThat(w.tvd(z, logPi).value())
                        .isCloseTo(expected.get("tvd_p_pi").doubleValue(), EXACT);
            }
        }
    }

    @Test
    void samplesTellDistancesAsInDisco() {
        for (JsonNode e : golden.figures().get("disco_metrics")) {
            String kind = e.get("target").stringValue();
            String metric = e.get("metric").stringValue();
            double z = e.get("z").doubleValue();
            double tolerance = metric.equals("js") ? 1e-6 : 1e-9;
            for (String to : List.of("proposal", "policy")) {
                double[] log = golden.doubles(to.equals("proposal") ? "samples.log_q" : "samples.log_pi");
                ImportanceWeights w = weights(kind);
                Estimate found = switch (metric) {
                    case "kl" -> w.kl(z, log);
                    case "tv" -> w.tvd(z, log);
                    default -> w.js(z, log);
                };
                assertThat(found.value()).isCloseTo(e.get("p_to_" + to).doubleValue(), within(tolerance));
                if (kind.equals("exponential")) {
                    double[] terms = switch (metric) {
                        case "kl" -> w.klTerms(z, log);
                        case "tv" -> w.tvdTerms(z, log);
                        default -> w.jsTerms(z, log);
                    };
                    close(terms, golden.doubles("disco." + kind + "." + metric + ".p_to_" + to), tolerance, metric);
                }
            }
        }
    }

    @Test
    void quasiRejectionIsJudgedAsInDisco() {
        ImportanceWeights w = weights("exponential");
        for (JsonNode e : golden.figures().get("quasi_rejection")) {
            QuasiRejection.Quality found = new QuasiRejection(e.get("beta").doubleValue()).quality(w);
            assertThat(found.acceptance().value()).isCloseTo(e.get("acceptance").doubleValue(), within(1e-8));
            assertThat(found.kl().value()).isCloseTo(e.get("kl").doubleValue(), within(1e-8));
            assertThat(found.tvd().value()).isCloseTo(e.get("tv").doubleValue(), within(1e-8));
        }
    }

    @Test
    void quasiRejectionAcceptsAsOftenAndComesAsNearAsTheEnumerationSays() {
        JsonNode fit = golden.figures().get("fits").get(3);
        List<Sequence> all = golden.texts("all");
        try (PrefixTable base = golden.table("base");
                PrefixTable proposal = golden.table("proposal");
                Sampler sampler =
                        SequenceModel.of(proposal, proposal.sequences()).sampler()) {
            Target target = SequenceModel.of(base, base.sequences()).target();
            for (int i = 0; i < 2; i++) {
                target = target.times(
                        golden.features(fit.get("features")).get(i),
                        fit.get("gdc").get("lambdas").get(i).doubleValue());
            }
            double[] logP = target.logProbabilities(all);
            for (JsonNode e : golden.figures().get("quasi_rejection")) {
                double beta = e.get("beta").doubleValue();
                int drawn = 2500;
                QuasiRejection.Accepted accepted =
                        new QuasiRejection(beta).sample(target, sampler, drawn, drawn, 2500, 5, _ -> {});
                double rate = e.get("exact_acceptance").doubleValue();
                assertThat(accepted.rate()).isCloseTo(rate, within(4 * Math.sqrt(rate * (1 - rate) / drawn)));
            }
            QuasiRejection.Accepted accepted =
                    new QuasiRejection(11).sample(target, sampler, 300, 40_000, 4000, 6, _ -> {});
            double z = GoldenGdc.enumerated(logP).z().value();
            for (Scorer feature : target.features()) {
                double moment =
                        GoldenGdc.enumerated(logP).moment(feature.of(all)).value();
                double share =
                        Arrays.stream(feature.of(accepted.texts())).average().orElseThrow();
                assertThat(share).isCloseTo(moment, within(4 * Math.sqrt(moment * (1 - moment) / 300)));
            }
            assertThat(accepted.rate()).isCloseTo(z / 11, within(4 * Math.sqrt(z / 11 / accepted.drawn())));
        }
    }
}
