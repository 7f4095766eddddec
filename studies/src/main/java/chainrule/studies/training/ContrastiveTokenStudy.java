package chainrule.studies.training;

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
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * Whether a model that is trained further with contrastive tokens repeats itself less under greedy search than with
 * cross-entropy alone, and not more than with unlikelihood, at a small cost in perplexity; on articles and on dialogues.
 * The paper's dialogue model is an encoder-decoder whose loss sees replies; here rows of a dialogue's turns take their place.
 */
public record ContrastiveTokenStudy() implements Study {
    private static final double DEGENERATE = 0.2;
    private static final String PLAIN = "next-token";
    private static final String UNLIKELIHOOD = "next-token + unlikelihood";

    /** The three claims of one kind of text. */
    private record Claims(Claim repeats, Claim unlikelihood, Claim perplexity) {
        static Claims of(String prefix, String where) {
            return new Claims(
                    Claim.gate(
                            prefix + "half-the-repeats",
                            "Contrastive tokens at least halve the share of repeated 4-grams" + where + ".",
                            "x"),
                    Claim.gate(
                            prefix + "as-few-as-unlikelihood",
                            "They leave at most 0.02 more of them than unlikelihood" + where + ".",
                            ""),
                    Claim.gate(prefix + "perplexity", "Their perplexity is at most 15 % higher" + where + ".", "x"));
        }

        List<Claim> all() {
            return List.of(repeats, unlikelihood, perplexity);
        }

        List<Finding> found(Arms arms) {
            double plain = arms.mean(PLAIN, Judged::rep4);
            double ours = arms.mean(arms.contrastive, Judged::rep4);
            double more = ours - arms.mean(UNLIKELIHOOD, Judged::rep4);
            double cost = arms.mean(arms.contrastive, Judged::perplexity) / arms.mean(PLAIN, Judged::perplexity);
            if (plain < DEGENERATE) {
                String reason = String.format(
                        Locale.ROOT,
                        "cross-entropy alone repeats only %.3f of its 4-grams, less than %.1f",
                        plain,
                        DEGENERATE);
                return List.of(
                        repeats.unclear(plain == 0 ? Double.NaN : ours / plain, reason),
                        unlikelihood.unclear(more, reason),
                        perplexity.unclear(cost, reason));
            }
            return List.of(
                    repeats.found(ours / plain, ours <= 0.5 * plain),
                    unlikelihood.found(more, more <= 0.02),
                    perplexity.found(cost, cost <= 1.15));
        }
    }

    private static final Claims ARTICLES = Claims.of("", "");
    private static final Claims DIALOGUES = Claims.of("dialogue-", " in dialogues");

    /** What was trained on one kind of text. */
    private record Arms(String contrastive, Material material, List<Judged> judged) {
        double mean(String objective, ToDoubleFunction<Judged> figure) {
            return judged.stream()
                    .filter(j -> j.name().equals(objective))
                    .mapToDouble(figure)
                    .average()
                    .orElseThrow();
        }
    }

    /** @param positions T_CT @param window M */
    private static String contrastive(String positions, String window) {
        return "next-token + contrastive-token:positions=" + positions + ",window=" + window;
    }

    private static Course course(Size size) {
        return size == Size.SMOKE ? new Course(3, 4, 2, 2e-5, 1) : new Course(60, 4, 20, 2e-5, 1);
    }

    private static Material.Shape shape(Size size) {
        return size == Size.SMOKE ? new Material.Shape(64, 4, 16, 32) : new Material.Shape(256, 64, 50, 100);
    }

    private static List<Long> seeds(Size size) {
        return LongStream.rangeClosed(1, size == Size.SMOKE ? 1 : 2).boxed().toList();
    }

    @Override
    public String name() {
        return "contrastive-token";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "A Simple Contrastive Learning Objective for Alleviating Neural Text Degeneration",
                "Shaojie Jiang, Ruqing Zhang, Svitlana Vakulenko, Maarten de Rijke",
                "arXiv, 2022",
                "https://arxiv.org/abs/2205.02517");
    }

    @Override
    public String method(Size size) {
        Material.Shape s = shape(size);
        return String.format(
                Locale.ROOT,
                "Copies of %s are trained on %s for %d steps of 4 rows of %d tokens in %s, with cross-entropy, with token"
                        + " unlikelihood beside it, and with contrastive tokens (the first quarter of each row, a window of half"
                        + " of that); rows and seeds are the same. Each continues %d openings of %d tokens by %d with greedy"
                        + " search, end tokens forbidden.%s",
                size == Size.SMOKE ? "the embedded model" : "SmolLM2-135M-Instruct, its 4-bit weights in float32,",
                size == Size.SMOKE ? "WordNet definitions" : "WikiText-2, split by article",
                course(size).steps(),
                s.length(),
                Compute.forTraining(),
                s.openings(),
                s.prefix(),
                s.tokens(),
                size == Size.SMOKE
                        ? ""
                        : " Dialogues and other windows and positions are trained with the first seed.");
    }

    @Override
    public List<Claim> claims(Size size) {
        List<Claim> all = new ArrayList<>(ARTICLES.all());
        if (size != Size.SMOKE) {
            all.addAll(DIALOGUES.all());
        }
        return all;
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        try (Decoder base = Models.load(lab.checkpoint(size));
                CausalLM judge = base.forDecoding(Compute.F32);
                Prompts prompts = Prompts.of(lab.checkpoint(size), lab.notices())) {
            String usual = contrastive("(fraction:0.25)", "(fraction:0.5)");
            Trial trial = new Trial(base, judge, List.copyOf(prompts.ends().tokens()), course(size), lab);
            Material articles = Material.articles(size, shape(size), prompts.tokenizer(), lab);
            Arms arms = trial.all("articles", articles, usual, List.of(PLAIN, UNLIKELIHOOD, usual), seeds(size));
            List<Finding> findings = new ArrayList<>(ARTICLES.found(arms));
            List<Outcome.Table> tables = new ArrayList<>(List.of(table("Articles", arms)));
            if (size != Size.SMOKE) {
                Material dialogues = Material.dialogues(new Material.Shape(128, 64, 50, 100), prompts.tokenizer(), lab);
                Arms spoken =
                        trial.all("dialogues", dialogues, usual, List.of(PLAIN, UNLIKELIHOOD, usual), List.of(1L));
                findings.addAll(DIALOGUES.found(spoken));
                tables.add(table("Dialogues", spoken));
                tables.add(table(
                        "Other windows and positions, articles",
                        trial.all("articles", articles, usual, others(), List.of(1L))));
            }
            return new Outcome(
                    seeds(size),
                    findings,
                    tables,
                    List.of(new Bars(
                            "Repeated 4-grams, articles",
                            "",
                            List.of(PLAIN, UNLIKELIHOOD, usual).stream()
                                    .map(o -> new Bars.Bar(o, arms.mean(o, Judged::rep4)))
                                    .toList())),
                    examples(prompts, articles, arms.judged),
                    List.of("Coherence is the mean log-probability under the model before it was trained further."));
        }
    }

    /** One factor at a time. */
    private static List<String> others() {
        String quarter = "(fraction:0.25)";
        return List.of(
                contrastive(quarter, "4"),
                contrastive(quarter, "16"),
                contrastive(quarter, "(fraction:1)"),
                contrastive("(fraction:0.125)", "32"),
                contrastive("(fraction:1)", "32"));
    }

    /** Trains and judges copies of one model. */
    private record Trial(Decoder base, CausalLM judge, List<Integer> ends, Course course, Lab lab) {
        /** @param texts what the material is called */
        Arms all(String texts, Material material, String contrastive, List<String> objectives, List<Long> seeds)
                throws IOException {
            List<Judged> judged = new ArrayList<>();
            judged.add(
                    lab.kept().once(texts, Judged.class, () -> Judged.of("nothing more", base, judge, material, ends)));
            for (String objective : objectives) {
                for (long seed : seeds) {
                    String what = texts + ", " + objective + ", seed " + seed;
                    judged.add(lab.kept().once(what, Judged.class, () -> {
                        try (Decoder lm = course.trained(base, Objective.parse(objective), material, seed, what, lab)) {
                            return Judged.of(objective, lm, judge, material, ends);
                        }
                    }));
                }
            }
            return new Arms(contrastive, material, judged);
        }
    }

    private static Outcome.Table table(String title, Arms arms) {
        return new Outcome.Table(
                title, Judged.COLUMNS, arms.judged.stream().map(Judged::row).toList());
    }

    private static List<Outcome.Example> examples(Prompts prompts, Material material, List<Judged> judged) {
        return List.of(0, 1, 2).stream()
                .map(i -> new Outcome.Example(
                        prompts.tokenizer().decode(material.openings().get(i), true),
                        judged.stream()
                                .map(j -> new Outcome.Continuation(
                                        j.name(),
                                        prompts.tokenizer().decode(j.texts().get(i), true)))
                                .toList()))
                .toList();
    }
}
