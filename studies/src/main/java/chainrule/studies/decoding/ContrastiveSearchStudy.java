package chainrule.studies.decoding;

import chainrule.Progress;
import chainrule.decode.BeamSearch;
import chainrule.decode.ContrastiveSearch;
import chainrule.decode.Greedy;
import chainrule.decode.Sampling;
import chainrule.eval.Isotropy;
import chainrule.local.LocalModel;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.nn.Compute;
import chainrule.studies.Claim;
import chainrule.studies.Finding;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Size;
import chainrule.studies.Study;
import chainrule.studies.data.DataSets;
import chainrule.studies.decoding.Comparison.Entry;
import chainrule.studies.decoding.Comparison.Written;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether contrastive search writes text that is as diverse as people's and more coherent than sampled text, with a model
 * that was not trained for it, and whether that hangs on the model's isotropy, as the paper says: the penalty's vectors are
 * made alike by adding one vector to all of them, and nothing else is changed.
 */
public record ContrastiveSearchStudy() implements Study {
    private static final Claim GREEDY = Claim.gate(
                    "greedy-diversity", "Greedy search loops: its diversity is at most 0.5.", "")
            .published(0.0538);
    private static final Claim DIVERSITY = Claim.gate(
                    "contrastive-diversity",
                    "Contrastive search's diversity is at least 0.80 and within 0.15 of people's.",
                    "")
            .published(0.9254);
    private static final Claim COHERENCE = Claim.gate(
                    "contrastive-coherence",
                    "Contrastive search is at least 0.3 nats a token more coherent than nucleus sampling.",
                    "nats")
            .published(-1.93 + 3.09);
    private static final Claim ISOTROPY = Claim.gate(
            "isotropy-control",
            "With the penalty's vectors made alike (isotropy 0.1), contrastive search's diversity falls by half or more.",
            "");
    private static final Claim LANGUAGES = Claim.reported(
                    "english-isotropy", "The model is isotropic in English: 0.5 or more.", "")
            .published(0.70);

    private static final double ALIKE = 0.1;
    private static final int SENTENCES = 200;

    @Override
    public String name() {
        return "contrastive-search";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Contrastive Search Is What You Need For Neural Text Generation",
                "Yixuan Su, Nigel Collier",
                "TMLR 2023",
                "https://arxiv.org/abs/2210.14140");
    }

    @Override
    public String method(Size size) {
        return Comparison.method(size) + " The paper's figures are GPT-2 large's on WebText.";
    }

    @Override
    public List<Claim> claims(Size size) {
        return size == Size.SMOKE
                ? List.of(GREEDY, DIVERSITY, COHERENCE, ISOTROPY)
                : List.of(GREEDY, DIVERSITY, COHERENCE, ISOTROPY, LANGUAGES);
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        try (LocalModel model = lab.open(size, Compute.F32)) {
            Openings openings = Openings.of(size, model.prompts().tokenizer(), lab);
            Comparison comparison = new Comparison(model, openings, lab);
            Entry contrastive = new Entry("contrastive search", new ContrastiveSearch(5, 0.6));
            Written people = comparison.human();
            Written greedy = comparison.write(new Entry("greedy", new Greedy()));
            Written beam = comparison.write(
                    new Entry("beam search, 4", new BeamSearch(4, 1, 1, BeamSearch.EarlyStopping.FALSE)));
            List<Written> topK = comparison.sampled(new Entry("top-k 50", new Sampling(1, 50, 1, 0, 1)), size);
            List<Written> nucleus = comparison.sampled(new Entry("nucleus 0.95", new Sampling(1, 0, 0.95, 0, 1)), size);
            Written searched = comparison.write(contrastive);
            Control control = alike(model, comparison, openings);
            List<Written> all = new ArrayList<>(List.of(people, greedy, beam));
            all.addAll(topK);
            all.addAll(nucleus);
            all.addAll(List.of(searched, control.written));
            List<Finding> findings = new ArrayList<>(List.of(
                    GREEDY.found(greedy.diversity().value(), greedy.diversity().value() <= 0.5),
                    DIVERSITY.found(
                            searched.diversity().value(),
                            searched.diversity().value() >= 0.8
                                    && Math.abs(searched.diversity().value()
                                                    - people.diversity().value())
                                            <= 0.15),
                    COHERENCE.above(
                            0.3,
                            nucleus.stream()
                                    .mapToDouble(w -> searched.coherence() - w.coherence())
                                    .toArray()),
                    ISOTROPY.found(
                            control.written.diversity().value(),
                            control.written.diversity().value()
                                    <= searched.diversity().value() / 2)));
            List<Outcome.Table> tables = new ArrayList<>(List.of(new Outcome.Table(
                    "Texts", Comparison.COLUMNS, all.stream().map(Written::row).toList())));
            if (size != Size.SMOKE) {
                Languages languages = languages(model, lab);
                findings.add(LANGUAGES.found(languages.english, languages.english >= 0.5));
                tables.add(languages.table);
            }
            return new Outcome(
                    Comparison.seeds(size),
                    findings,
                    tables,
                    List.of(
                            Comparison.bars(
                                    "Diversity", "", all, w -> w.diversity().value()),
                            Comparison.bars("Coherence", "nats a token", all, Written::coherence)),
                    comparison.examples(3, people, greedy, nucleus.getFirst(), searched),
                    List.of(String.format(
                            Locale.ROOT,
                            "The isotropy of the people's texts is %.3f; with %.2f times their mean vector added it is %.3f.",
                            control.before,
                            control.factor,
                            control.after)));
        }
    }

    /**
     * Texts written with vectors made alike.
     *
     * @param before the isotropy of people's texts
     * @param after with {@code factor} times their mean vector added
     */
    private record Control(Written written, double before, double after, double factor) {}

    private static Control alike(LocalModel model, Comparison comparison, Openings openings) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            List<Tensor> hidden = new ArrayList<>();
            for (int[] ids : openings.human()) {
                hidden.add(hidden(model.lm(), ids));
            }
            Tensor mean = Ops.cat(hidden, 0).mean(0);
            double low = 0;
            double high = 64;
            for (int i = 0; i < 30; i++) {
                double middle = (low + high) / 2;
                if (isotropy(hidden, mean, middle) > ALIKE) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            Tensor shift = mean.mul(new Scalar(high));
            Entry entry = new Entry("contrastive search, vectors alike", new ContrastiveSearch(5, 0.6));
            Written written = comparison.write(entry, new Shifted(model.lm(), shift));
            return new Control(written, isotropy(hidden, mean, 0), isotropy(hidden, mean, high), high);
        }
    }

    private static Tensor hidden(CausalLM lm, int... ids) {
        try (var scope = new Scope()) {
            return scope.keep(
                    lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE).hidden());
        }
    }

    private static double isotropy(List<Tensor> hidden, Tensor mean, double factor) {
        try (var _ = new Scope()) {
            Tensor shift = mean.mul(new Scalar(factor));
            return pooled(hidden.stream().map(h -> h.add(shift)));
        }
    }

    /** The isotropy of texts, by pairs of tokens. */
    private static double pooled(Stream<Tensor> hidden) {
        return hidden.map(Isotropy::of).reduce(Isotropy::plus).orElseThrow().value();
    }

    /** Isotropy on a language's sentences, with and without their first tokens. */
    private static List<Object> language(LocalModel model, String code, List<String> sentences) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            List<Tensor> vectors = sentences.stream()
                    .map(sentence -> model.prompts().tokenizer().ids(sentence, false))
                    .map(ids -> hidden(model.lm(), ids))
                    .toList();
            double whole = pooled(vectors.stream());
            double later = pooled(vectors.stream().map(h -> Ops.slice(h, 0, 1, h.size(0))));
            return List.of(code, (long) sentences.size(), whole, later);
        }
    }

    private static List<String> sentences(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.limit(SENTENCES).toList();
        }
    }

    /** Isotropy by language. */
    private record Languages(Outcome.Table table, double english) {}

    private static Languages languages(LocalModel model, Lab lab) throws IOException {
        List<List<Object>> rows = new ArrayList<>();
        double english = Double.NaN;
        List<Path> files = lab.data().files(DataSets.SENTENCES);
        try (Progress progress = lab.progress("isotropy by language", files.size())) {
            for (int i = 0; i < files.size(); i++) {
                String code = Path.of(DataSets.SENTENCES.files().get(i).path())
                        .getFileName()
                        .toString()
                        .replace(".txt", "");
                progress.update(i, code);
                List<Object> row = language(model, code, sentences(files.get(i)));
                rows.add(row);
                english = code.equals("en") ? (double) row.get(2) : english;
            }
            progress.update(files.size(), "");
        }
        return new Languages(
                new Outcome.Table(
                        "Isotropy by language",
                        List.of("language", "sentences", "isotropy", "without position 0"),
                        rows),
                english);
    }
}
