package chainrule.studies.training;

import chainrule.eval.Isotropy;
import chainrule.local.Prompts;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.objective.Objective;
import chainrule.studies.Claim;
import chainrule.studies.Finding;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Size;
import chainrule.studies.Study;
import chainrule.studies.page.Bars;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether SimCTG's loss spreads a model's token vectors at no cost in perplexity. Its margin asks only for cosines below
 * 0.5, so it is silent on a model whose vectors are spread already: then nothing can be said.
 */
public record SimCtgStudy() implements Study {
    private static final Claim SPREAD =
            Claim.gate("isotropy", "Isotropy is at least 0.08 higher than after training without the loss.", "");
    private static final Claim PERPLEXITY =
            Claim.gate("perplexity", "Perplexity is within 5 % of that without the loss.", "x");

    /** From here on most cosines are below the margin. */
    private static final double SPREAD_ALREADY = 0.6;

    private static final String WITHOUT = "next-token";
    private static final String WITH = "next-token + sim-ctg";
    private static final long SEED = 1;

    /** A trained copy and its measures. */
    private record Arm(String name, double isotropy, double afterFirst, double perplexity) {
        static Arm of(String name, Decoder trained, Material material) {
            try (CausalLM lm = trained.forDecoding(Compute.F32)) {
                return new Arm(
                        name,
                        Isotropy.of(lm, material.judging(), 0).value(),
                        Isotropy.of(lm, material.judging(), 1).value(),
                        Judged.perplexity(lm, material.judging()));
            }
        }

        List<Object> row() {
            return List.of(name, isotropy, afterFirst, perplexity);
        }
    }

    private static Course course(Size size) {
        return size == Size.SMOKE ? new Course(3, 4, 2, 2e-5, 1) : new Course(80, 4, 20, 2e-5, 1);
    }

    private static Material.Shape shape(Size size) {
        return size == Size.SMOKE ? new Material.Shape(64, 4, 16, 32) : new Material.Shape(256, 32, 50, 100);
    }

    @Override
    public String name() {
        return "simctg";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "A Contrastive Framework for Neural Text Generation",
                "Yixuan Su, Tian Lan, Yan Wang, Dani Yogatama, Lingpeng Kong, Nigel Collier",
                "NeurIPS 2022",
                "https://arxiv.org/abs/2202.06417");
    }

    @Override
    public String method(Size size) {
        return String.format(
                Locale.ROOT,
                "Two copies of %s are trained on the same rows of %s for %d steps of 4 rows of %d tokens in %s, one of them with"
                        + " SimCTG's loss beside the cross-entropy (margin 0.5). Isotropy and perplexity are those of rows from"
                        + " other texts.",
                size == Size.SMOKE ? "the embedded model" : "SmolLM2-135M-Instruct, its 4-bit weights in float32,",
                size == Size.SMOKE ? "WordNet definitions" : "WikiText-2, split by article",
                course(size).steps(),
                shape(size).length(),
                Compute.forTraining());
    }

    @Override
    public List<Claim> claims(Size size) {
        return List.of(SPREAD, PERPLEXITY);
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        try (Decoder base = Models.load(lab.checkpoint(size));
                Prompts prompts = Prompts.of(lab.checkpoint(size), lab.notices())) {
            Material material = Material.articles(size, shape(size), prompts.tokenizer(), lab);
            List<Arm> arms = new ArrayList<>();
            arms.add(lab.kept().once("nothing more", Arm.class, () -> Arm.of("nothing more", base, material)));
            for (String objective : List.of(WITHOUT, WITH)) {
                arms.add(lab.kept().once(objective, Arm.class, () -> {
                    try (Decoder lm =
                            course(size).trained(base, Objective.parse(objective), material, SEED, objective, lab)) {
                        return Arm.of(objective, lm, material);
                    }
                }));
            }
            return new Outcome(
                    List.of(SEED),
                    findings(arms.get(1), arms.get(2)),
                    List.of(new Outcome.Table(
                            "Trained copies",
                            List.of("trained with", "isotropy", "without position 0", "perplexity"),
                            arms.stream().map(Arm::row).toList())),
                    List.of(new Bars(
                            "Isotropy",
                            "",
                            arms.stream()
                                    .map(a -> new Bars.Bar(a.name, a.isotropy))
                                    .toList())),
                    List.of(),
                    List.of());
        }
    }

    private static List<Finding> findings(Arm without, Arm with) {
        double more = with.isotropy - without.isotropy;
        double cost = with.perplexity / without.perplexity;
        if (without.isotropy >= SPREAD_ALREADY) {
            String reason = String.format(
                    Locale.ROOT, "the vectors are spread without the loss: isotropy %.2f", without.isotropy);
            return List.of(SPREAD.unclear(more, reason), PERPLEXITY.unclear(cost, reason));
        }
        return List.of(SPREAD.found(more, more >= 0.08), PERPLEXITY.found(cost, Math.abs(cost - 1) <= 0.05));
    }
}
