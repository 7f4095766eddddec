package chainrule.studies.decoding;

import chainrule.Progress;
import chainrule.decode.Decoding;
import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressTokens;
import chainrule.eval.Coherence;
import chainrule.eval.Diversity;
import chainrule.eval.Mauve;
import chainrule.eval.MiniLm;
import chainrule.eval.Reading;
import chainrule.eval.Speed;
import chainrule.eval.WordSplit;
import chainrule.local.LocalModel;
import chainrule.model.CausalLM;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Size;
import chainrule.studies.page.Bars;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Methods on the same openings, in one engine. End tokens are forbidden, so that all texts have one length; the model that
 * writes also judges.
 */
final class Comparison {
    /** Texts that are written at a time. */
    private static final int BATCH = 16;

    private final LocalModel model;
    private final Openings openings;
    private final Lab lab;
    private final MiniLm embedder = new MiniLm();
    /** The vectors of people's texts, [N,D]; embedded when first needed. */
    private float[] people = {};

    Comparison(LocalModel model, Openings openings, Lab lab) {
        this.model = model;
        this.openings = openings;
        this.lab = lab;
    }

    /**
     * A method to be compared.
     *
     * @param rules in addition to the ban of end tokens
     */
    record Entry(String name, Decoding method, List<LogitRule> rules, long seed) {
        Entry(String name, Decoding method) {
            this(name, method, List.of(), 0);
        }

        Entry withSeed(long other) {
            return new Entry(name, method, rules, other);
        }
    }

    /**
     * What a method, or people, wrote, and its measures.
     *
     * @param coherence in nats a token, as the writing model judges
     * @param mauve with MiniLM's vectors, not comparable with published figures
     * @param seconds that it took; 0 for people
     */
    record Written(
            String name, List<int[]> texts, Diversity diversity, double coherence, double mauve, double seconds) {
        List<Object> row() {
            int tokens = texts.stream().mapToInt(t -> t.length).sum();
            return List.of(
                    name,
                    diversity.rep2(),
                    diversity.rep3(),
                    diversity.rep4(),
                    diversity.value(),
                    coherence,
                    Double.isNaN(mauve) ? "-" : (Object) mauve,
                    seconds == 0 ? "-" : (Object) (tokens / seconds));
        }
    }

    static final List<String> COLUMNS =
            List.of("texts by", "rep-2", "rep-3", "rep-4", "diversity", "coherence", "MAUVE (MiniLM)", "tokens/s");

    /** What is compared, and how. */
    static String method(Size size) {
        var shape = Openings.Shape.of(size);
        return String.format(
                Locale.ROOT,
                "%d openings of %d tokens from %s are continued by %d tokens with %s in float32; end tokens are forbidden. Diversity is"
                        + " counted on words; coherence is the mean log-probability under the writing model itself, which flatters"
                        + " methods that follow its likelihood; MAUVE rests on the vectors of %s, not on GPT-2 large's, so that its"
                        + " figures compare methods here and nothing else.",
                shape.texts(),
                shape.prefix(),
                size == Size.SMOKE ? "WordNet definitions" : "Wikinews and WikiText-2",
                shape.tokens(),
                size == Size.SMOKE ? "the embedded model" : "SmolLM2-135M-Instruct",
                MiniLm.NAME);
    }

    /** Of methods that draw. */
    static List<Long> seeds(Size size) {
        return size == Size.SMOKE ? List.of(1L) : List.of(1L, 2L, 3L);
    }

    /** What a method that draws writes with each seed. */
    List<Written> sampled(Entry entry, Size size) {
        return seeds(size).stream().map(seed -> write(entry.withSeed(seed))).toList();
    }

    /** What people wrote. */
    Written human() {
        return measured("people", openings.human(), Double.NaN, 0);
    }

    /** What a method writes with the model's own vectors. */
    Written write(Entry entry) {
        return write(entry, model.lm());
    }

    Written write(Entry entry, CausalLM lm) {
        long began = System.nanoTime();
        List<int[]> texts = new ArrayList<>();
        try (Engine engine = new Engine(lm);
                Progress progress =
                        lab.progress(entry.name(), openings.prefixes().size())) {
            List<Request> requests = requests(entry);
            for (int from = 0; from < requests.size(); from += BATCH) {
                progress.update(from, "");
                engine.run(requests.subList(from, Math.min(requests.size(), from + BATCH))).stream()
                        .map(Result::ids)
                        .forEach(texts::add);
            }
            progress.update(requests.size(), "");
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return measured(entry.name(), texts, mauve(texts), seconds);
    }

    /** How fast a method writes the first {@code batch} texts together: the median of {@code runs}. */
    Speed speed(Entry entry, int batch, int runs) {
        List<Request> requests =
                requests(entry).subList(0, Math.min(batch, openings.prefixes().size()));
        try (Engine engine = new Engine(model.lm())) {
            return Speed.median(
                    runs,
                    () -> engine.run(requests).stream()
                            .mapToLong(r -> r.tokens().size())
                            .sum());
        }
    }

    private List<Request> requests(Entry entry) {
        Rules rules = new Rules(Stream.concat(
                        Stream.of(new SuppressTokens(model.prompts().ends().tokens())), entry.rules().stream())
                .toList());
        return IntStream.range(0, openings.prefixes().size())
                .mapToObj(i -> Request.of(openings.prefixes().get(i))
                        .with(entry.method())
                        .with(rules)
                        .withMaxTokens(openings.tokens())
                        .withSeed(entry.seed(), i))
                .toList();
    }

    private Written measured(String name, List<int[]> texts, double mauve, double seconds) {
        List<List<String>> words =
                texts.stream().map(ids -> WordSplit.WHITESPACE.split(text(ids))).toList();
        return new Written(name, texts, Diversity.of(words), coherence(texts), mauve, seconds);
    }

    private double coherence(List<int[]> texts) {
        Coherence coherence = new Coherence(model.lm(), Reading.of(model.compute()));
        return IntStream.range(0, texts.size())
                .mapToDouble(i -> coherence.of(openings.prefixes().get(i), texts.get(i)))
                .average()
                .orElse(Double.NaN);
    }

    private double mauve(List<int[]> texts) {
        try (var _ = new Scope()) {
            if (people.length == 0) {
                people = Ops.floats(embedded(openings.human()));
            }
            int count = openings.human().size();
            return new Mauve()
                    .of(Ops.tensor(people, count, MiniLm.WIDTH), embedded(texts))
                    .value();
        }
    }

    private Tensor embedded(List<int[]> texts) {
        return embedder.embed(texts.stream().map(this::text).toList());
    }

    /** The share of tokens that retrace {@code depth} tokens of what is before them, or more; up to 5 count. */
    double share(List<int[]> texts, int depth) {
        long deep = 0;
        long all = 0;
        for (int i = 0; i < texts.size(); i++) {
            int[] prefix = openings.prefixes().get(i);
            int[] text = IntStream.concat(Arrays.stream(prefix), Arrays.stream(texts.get(i)))
                    .toArray();
            for (int at = prefix.length; at < text.length; at++, all++) {
                deep += retraces(text, at, depth) ? 1 : 0;
            }
        }
        return (double) deep / all;
    }

    /** Whether the {@code depth} tokens that end at {@code at} are found before. */
    private static boolean retraces(int[] text, int at, int depth) {
        for (int end = depth - 1; end < at; end++) {
            if (Arrays.equals(text, end - depth + 1, end + 1, text, at - depth + 1, at + 1)) {
                return true;
            }
        }
        return false;
    }

    private String text(int... ids) {
        return model.prompts().tokenizer().decode(ids, true);
    }

    /** A figure of each, as a chart. */
    static Bars bars(String title, String unit, List<Written> all, ToDoubleFunction<Written> figure) {
        return new Bars(
                title,
                unit,
                all.stream()
                        .map(w -> new Bars.Bar(w.name(), figure.applyAsDouble(w)))
                        .toList());
    }

    /** The first few openings with what some wrote. */
    List<Outcome.Example> examples(int count, Written... all) {
        return IntStream.range(0, Math.min(count, openings.prefixes().size()))
                .mapToObj(i -> new Outcome.Example(
                        text(openings.prefixes().get(i)),
                        Arrays.stream(all)
                                .map(w -> new Outcome.Continuation(
                                        w.name(), text(w.texts().get(i))))
                                .toList()))
                .toList();
    }
}
