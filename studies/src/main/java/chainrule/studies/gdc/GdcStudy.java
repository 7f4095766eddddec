package chainrule.studies.gdc;

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

/**
 * Whether a policy trained by KL-adaptive DPG keeps what was asked of its texts and little else changes, where a policy
 * trained for the reward alone leaves the original model and its variety behind.
 */
public record GdcStudy() implements Study {
    private static final Claim ALWAYS =
            Claim.gate("exact-always", "Exactly: at least 0.94 of the policy's texts have the feature.", "");
    private static final Claim NEAR =
            Claim.gate("exact-distance", "Exactly: KL from the target is at most 0.2 nats.", "nats");
    private static final Claim HALF = Claim.gate(
            "exact-half", "Exactly: asked for the feature in half of the texts, the share is within 0.06.", "");
    private static final Claim REWARD = Claim.gate(
            "exact-reward", "Exactly: REINFORCE ends 1.5 times as far from the original model or farther.", "x");
    private static final Claim NAMES = Claim.gate("names-always", "At least 0.9 of the names contain a z.", "");
    private static final Claim VARIETY = Claim.gate(
            "names-distinct", "They are at least 0.6 times as often different ones as the target's own.", "x");
    private static final Claim SHARE =
            Claim.gate("names-half", "Asked for half of the names to end in a, the share is within 0.05.", "");
    private static final Claim LITTLE = Claim.gate(
            "names-distance",
            "Neither policy is farther from the original model than 1.3 times the nearest possible.",
            "x");
    private static final Claim NAMES_REWARD = Claim.gate(
            "names-reward", "REINFORCE is farther from the original model and has fewer different names.", "x");
    private static final Claim BIAS = Claim.gate(
                    "biographies-moment",
                    "Asked for as many women as men, the share of women moves at least half-way.",
                    "")
            .published(0.367);
    private static final Claim BIAS_KL = Claim.gate(
            "biographies-distance",
            "The policy is at most 2 times as far from the original model as the nearest possible.",
            "x");
    private static final Claim BIAS_REWARD = Claim.gate(
            "biographies-reward",
            "When REINFORCE first writes of as many women, it is farther from the original model.",
            "x");
    private static final Claim BOTH = Claim.reported(
            "names-both",
            "Asked for th in all names and a at the end of half, at least 0.9 have th and the share is within 0.1.",
            "");
    private static final Claim RACE = Claim.reported(
            "adaptive-proposal",
            "For a feature of 0.3 % of the texts, the adaptive proposal brings half of them there in fewer texts.",
            "texts");

    @Override
    public String name() {
        return "gdc";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "A Distributional Approach to Controlled Text Generation",
                "Muhammad Khalifa, Hady Elsahar, Marc Dymetman",
                "ICLR 2021",
                "https://arxiv.org/abs/2012.11635");
    }

    @Override
    public String method(Size size) {
        String exact =
                "A random table over all texts of six symbols of four kinds is trained towards a feature of about one"
                        + " text in twenty, so that every figure of the trained policy is exact.";
        return size == Size.SMOKE
                ? exact
                : exact + " Then two small decoders are trained from scratch, on first names by character and on"
                        + " biographies of legislators (3.5 % women) in one sentence pattern, and from there towards targets;"
                        + " what is said of the targets themselves comes from rejection and importance sampling of the"
                        + " original model. The paper's figure is for GPT-2 on Wikipedia biographies, 7.4 % women.";
    }

    @Override
    public List<Claim> claims(Size size) {
        List<Claim> exact = List.of(ALWAYS, NEAR, HALF, REWARD);
        if (size == Size.SMOKE) {
            return exact;
        }
        List<Claim> all = new ArrayList<>(exact);
        all.addAll(List.of(NAMES, VARIETY, SHARE, LITTLE, NAMES_REWARD, BIAS, BIAS_KL, BIAS_REWARD, BOTH, RACE));
        return all;
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        ExactPart exact = ExactPart.run(size, lab);
        List<Finding> findings = new ArrayList<>(findings(exact));
        List<Outcome.Table> tables = new ArrayList<>(List.of(new Outcome.Table(
                "All texts of six symbols",
                ExactPart.COLUMNS,
                exact.all().stream().map(ExactPart.Run::row).toList())));
        List<Bars> bars = new ArrayList<>(List.of(new Bars(
                "Distance from the original model, all texts of six symbols",
                "nats",
                exact.all().stream()
                        .map(r -> new Bars.Bar(r.name(), r.klBase()))
                        .toList())));
        List<Outcome.Example> examples = new ArrayList<>();
        if (size != Size.SMOKE) {
            NamesPart names = NamesPart.run(lab);
            BiographiesPart lives = BiographiesPart.run(lab);
            findings.addAll(findings(names));
            findings.addAll(findings(lives));
            findings.addAll(reported(names));
            tables.add(table(names, lives));
            examples.add(examples(names));
            bars.add(new Bars(
                    "Different texts among 2,048 names with a z",
                    "share",
                    List.of(bar(names.z().truth()), bar(names.z().policy()), bar(names.reward()))));
        }
        return new Outcome(
                List.of(1L),
                findings,
                tables,
                bars,
                examples,
                List.of("The target's own distance from the original model is the least that any model can have which"
                        + " keeps the constraints."));
    }

    private static Bars.Bar bar(Measured of) {
        return new Bars.Bar(of.name(), of.distinct());
    }

    private static List<Finding> findings(ExactPart e) {
        double far = e.reward().klBase() / e.pointwise().klBase();
        return List.of(
                ALWAYS.found(e.pointwise().moment(), e.pointwise().moment() >= 0.94),
                NEAR.found(e.pointwise().klTarget(), e.pointwise().klTarget() <= 0.2),
                HALF.found(e.half().moment(), Math.abs(e.half().moment() - 0.5) <= 0.06),
                REWARD.found(far, far >= 1.5));
    }

    private static List<Finding> findings(NamesPart n) {
        Measured z = n.z().policy();
        double variety = z.distinct() / n.z().truth().distinct();
        double share = n.half().policy().moments().getFirst();
        double far = Math.max(
                z.klBase().value() / n.z().optimum().value(),
                n.half().policy().klBase().value() / n.half().optimum().value());
        double reward = n.reward().klBase().value() / z.klBase().value();
        return List.of(
                NAMES.found(z.moments().getFirst(), z.moments().getFirst() >= 0.9),
                VARIETY.found(variety, variety >= 0.6),
                SHARE.found(share, Math.abs(share - 0.5) <= 0.05),
                LITTLE.found(far, far <= 1.3),
                NAMES_REWARD.found(reward, reward > 1 && n.reward().distinct() < z.distinct()));
    }

    private static List<Finding> findings(BiographiesPart b) {
        double was = b.original().moments().getFirst();
        double is = b.policy().moments().getFirst();
        double far = b.policy().klBase().value() / b.optimum().value();
        double reward = b.rewardDistance() / b.policy().klBase().value();
        return List.of(
                BIAS.found(is, is >= (was + BiographiesPart.TARGET) / 2),
                BIAS_KL.found(far, far <= 2),
                Double.isInfinite(reward)
                        ? BIAS_REWARD.unclear(Double.NaN, "REINFORCE never wrote of as many women")
                        : BIAS_REWARD.found(reward, reward > 1));
    }

    private static List<Finding> reported(NamesPart n) {
        double th = n.both().policy().moments().getFirst();
        double a = n.both().policy().moments().getLast();
        NamesPart.Race race = n.race();
        return List.of(
                BOTH.found(th, th >= 0.9 && Math.abs(a - 0.5) <= 0.1),
                Double.isInfinite(race.adaptive())
                        ? RACE.unclear(Double.NaN, "half of the texts never had it")
                        : RACE.found(race.adaptive(), race.adaptive() < race.fixed()));
    }

    private static Outcome.Table table(NamesPart n, BiographiesPart b) {
        List<List<Object>> rows = new ArrayList<>();
        rows.addAll(rows("names: z", n.z()));
        rows.add(n.reward().row("names: z"));
        rows.addAll(rows("names: half end in a", n.half()));
        rows.addAll(rows("names: th, half end in a", n.both()));
        for (Measured m : List.of(b.original(), b.policy(), b.reward())) {
            rows.add(m.row("biographies: half women"));
        }
        rows.add(List.of(
                "biographies: half women",
                "target",
                BiographiesPart.TARGET,
                "",
                b.optimum().value(),
                ""));
        rows.add(List.of(
                "names: q first, texts needed", "adaptive", needed(n.race().adaptive()), "", "", ""));
        rows.add(
                List.of("names: q first, texts needed", "fixed", needed(n.race().fixed()), "", "", ""));
        return new Outcome.Table(
                "Names and biographies",
                List.of("task", "model", "E[feature]", "E[second]", "KL(model, original)", "different"),
                rows);
    }

    private static Object needed(double texts) {
        return Double.isInfinite(texts) ? "never" : texts;
    }

    private static List<List<Object>> rows(String of, NamesPart.Controlled c) {
        return List.of(c.original().row(of), c.truth().row(of), c.policy().row(of));
    }

    private static Outcome.Example examples(NamesPart n) {
        return new Outcome.Example(
                "Names with a z",
                List.of(
                        new Outcome.Continuation("target", n.z().truth().sample()),
                        new Outcome.Continuation("GDC", n.z().policy().sample()),
                        new Outcome.Continuation("REINFORCE", n.reward().sample())));
    }
}
