package chainrule.studies.decoding;

import chainrule.decode.ContrastiveSearch;
import chainrule.decode.Greedy;
import chainrule.decode.Momentum;
import chainrule.decode.Resistance;
import chainrule.decode.Sampling;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.local.LocalModel;
import chainrule.nn.Compute;
import chainrule.studies.Claim;
import chainrule.studies.Finding;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Size;
import chainrule.studies.Study;
import chainrule.studies.decoding.Comparison.Entry;
import chainrule.studies.decoding.Comparison.Written;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Whether momentum decoding writes text about as good as contrastive search's at the cost of greedy search, and retraces
 * what it has written about as often as people do.
 */
public record MomentumStudy() implements Study {
    private static final Claim LOOPS =
            Claim.gate("greedy-diversity", "Greedy search loops: its diversity is at most 0.5.", "");
    private static final Claim DIVERSITY =
            Claim.gate("momentum-diversity", "Momentum decoding's diversity is at least 0.80.", "");
    private static final Claim NEAR =
            Claim.gate("near-contrastive", "Its coherence is within 0.5 nats a token of contrastive search's.", "nats");
    private static final Claim COHERENCE = Claim.gate(
            "momentum-coherence", "It is at least 0.3 nats a token more coherent than nucleus sampling.", "nats");
    private static final Claim SPEED = Claim.gate(
            "speed",
            "With 16 texts at once it writes at least 0.85 times as many tokens a second as greedy search.",
            "x");
    private static final Claim DEPTH =
            Claim.gate("retracing", "It retraces three tokens or more at most three times as often as people do.", "x");
    private static final Claim CONTRASTIVE = Claim.reported(
            "contrastive-speed", "With 16 texts at once contrastive search is slower than momentum decoding.", "x");

    private static final int BATCH = 16;
    private static final int DEEP = 3;

    @Override
    public String name() {
        return "momentum-decoding";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Momentum Decoding: Open-ended Text Generation As Graph Exploration",
                "Tian Lan, Yixuan Su, Shuhang Liu, Heyan Huang, Xian-Ling Mao",
                "arXiv, 2022",
                "https://arxiv.org/abs/2212.02175");
    }

    @Override
    public String method(Size size) {
        return Comparison.method(size)
                + String.format(
                        Locale.ROOT,
                        " Momentum decoding has k = 5, alpha = 0.2 and the first release's resistances. Speeds are medians of %d"
                                + " runs.",
                        runs(size));
    }

    private static int runs(Size size) {
        return size == Size.SMOKE ? 1 : 3;
    }

    @Override
    public List<Claim> claims(Size size) {
        return List.of(LOOPS, DIVERSITY, NEAR, COHERENCE, SPEED, DEPTH, CONTRASTIVE);
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        try (LocalModel model = lab.open(size, Compute.F32)) {
            Comparison comparison =
                    new Comparison(model, Openings.of(size, model.prompts().tokenizer(), lab), lab);
            Entry greedy = new Entry("greedy", new Greedy());
            Entry contrastive = new Entry("contrastive search", new ContrastiveSearch(5, 0.6));
            Entry momentum = new Entry("momentum", new Momentum());
            Written people = comparison.human();
            Written looped = comparison.write(greedy);
            Written searched = comparison.write(contrastive);
            Written walked = comparison.write(momentum);
            List<Written> nucleus = comparison.sampled(new Entry("nucleus 0.95", new Sampling(1, 0, 0.95, 0, 1)), size);
            List<Written> others = Stream.of(
                            new Entry("greedy, no 4-gram twice", new Greedy(), List.of(new NoRepeatNgram(4)), 0),
                            new Entry(
                                    "greedy, repetition penalty 1.2",
                                    new Greedy(),
                                    List.of(new RepetitionPenalty(1.2)),
                                    0),
                            new Entry("momentum, constant", new Momentum(5, 0.2, new Resistance.Constant())),
                            new Entry("momentum, log", new Momentum(5, 0.2, new Resistance.Log())),
                            new Entry("momentum, exp", new Momentum(5, 0.2, new Resistance.Exp())))
                    .map(comparison::write)
                    .toList();
            List<Written> all = new ArrayList<>(List.of(people, looped, searched, walked));
            all.addAll(nucleus);
            all.addAll(others);
            List<List<Object>> speeds = new ArrayList<>();
            double[] together = speeds(comparison, List.of(greedy, momentum, contrastive), runs(size), speeds);
            double human = comparison.share(people.texts(), DEEP);
            double retraced = comparison.share(walked.texts(), DEEP) / human;
            List<Finding> findings = List.of(
                    LOOPS.found(looped.diversity().value(), looped.diversity().value() <= 0.5),
                    DIVERSITY.found(
                            walked.diversity().value(), walked.diversity().value() >= 0.8),
                    NEAR.found(
                            walked.coherence() - searched.coherence(),
                            Math.abs(walked.coherence() - searched.coherence()) <= 0.5),
                    COHERENCE.above(
                            0.3,
                            nucleus.stream()
                                    .mapToDouble(w -> walked.coherence() - w.coherence())
                                    .toArray()),
                    SPEED.found(together[1] / together[0], together[1] / together[0] >= 0.85),
                    human == 0
                            ? DEPTH.unclear(Double.NaN, "people retrace nothing here")
                            : DEPTH.found(retraced, retraced <= 3),
                    CONTRASTIVE.found(together[2] / together[1], together[2] < together[1]));
            return new Outcome(
                    Comparison.seeds(size),
                    findings,
                    List.of(
                            new Outcome.Table(
                                    "Texts",
                                    Comparison.COLUMNS,
                                    all.stream().map(Written::row).toList()),
                            new Outcome.Table("Tokens a second", List.of("texts by", "one text", "16 texts"), speeds),
                            depths(comparison, all)),
                    List.of(
                            Comparison.bars(
                                    "Diversity", "", all, w -> w.diversity().value()),
                            Comparison.bars("Coherence", "nats a token", all, Written::coherence)),
                    comparison.examples(3, people, looped, searched, walked),
                    List.of());
        }
    }

    /** Adds a row for each method. @return their speeds with 16 texts at once */
    private static double[] speeds(Comparison comparison, List<Entry> entries, int runs, List<List<Object>> rows) {
        return entries.stream()
                .mapToDouble(entry -> {
                    double one = comparison.speed(entry, 1, runs).tokensPerSecond();
                    double many = comparison.speed(entry, BATCH, runs).tokensPerSecond();
                    rows.add(List.of(entry.name(), one, many));
                    return many;
                })
                .toArray();
    }

    private static Outcome.Table depths(Comparison comparison, List<Written> all) {
        return new Outcome.Table(
                "Share of tokens that retrace so many tokens or more",
                List.of("texts by", "1", "2", "3", "4", "5"),
                all.stream()
                        .map(w -> Stream.concat(
                                        Stream.of((Object) w.name()),
                                        Stream.of(1, 2, 3, 4, 5).map(d -> (Object) comparison.share(w.texts(), d)))
                                .toList())
                        .toList());
    }
}
