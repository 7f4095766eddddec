package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.decode.Decoding;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.Rules;
import chainrule.eval.Diversity;
import chainrule.eval.WordSplit;
import chainrule.local.LocalModel;
import chainrule.nn.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code compare}: one text continued by several methods. */
@Command(
        name = "compare",
        description = {
            "Continue a text by several methods and show the texts side by side, with how often they repeat themselves and how",
            "fast they came. On a terminal words of phrases that have occurred before are coloured."
        },
        footer = {
            "",
            "Example:",
            "  ./chainrule compare \"The city of\" --decoding greedy --decoding contrastive-search --decoding momentum --html page.html"
        })
final class Compare implements Verb {
    /** Words of a phrase that counts as repeated. */
    private static final int PHRASE = 4;

    private static final int CANDIDATES = 5;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    TextOptions text = new TextOptions();

    @Option(names = "--decoding", paramLabel = "SPEC", required = true, description = "A method; repeatable.")
    List<String> methods = new ArrayList<>();

    @Option(names = "--rule", paramLabel = "SPEC", description = "A logit rule for all of them; repeatable.")
    List<String> rules = new ArrayList<>();

    @Option(names = "--max-tokens", paramLabel = "N", description = "New tokens at most (${DEFAULT-VALUE}).")
    int maxTokens = 100;

    @Option(names = "--seed", paramLabel = "N", description = "Of random draws; without it another one each time.")
    Optional<Long> seed = Optional.empty();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Also write a page: every token's probability, the candidates in its place and what they paid.")
    Optional<Path> html = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public List<String> names() {
        return DecodingOptions.names();
    }

    /** A method's continuation. */
    record Written(String method, Result result, double seconds) {
        Diversity diversity() {
            return Diversity.of(List.of(WordSplit.WHITESPACE.split(result.text())));
        }

        double tokensPerSecond() {
            return result.tokens().size() / seconds;
        }

        String measures() {
            Diversity d = diversity();
            return String.format(
                    Locale.ROOT,
                    "rep-2 %.0f %%  rep-3 %.0f %%  rep-4 %.0f %%  diversity %.2f  %.1f tokens/s",
                    100 * d.rep2(),
                    100 * d.rep3(),
                    100 * d.rep4(),
                    d.value(),
                    tokensPerSecond());
        }
    }

    @Override
    public int run(Console console) throws IOException {
        List<Decoding> chosen =
                methods.stream().map(spec -> Spec.parse(spec, Decoding.class)).toList();
        Rules all = new Rules(
                rules.stream().map(spec -> Spec.parse(spec, LogitRule.class)).toList());
        long drawn = seed.orElseGet(() -> new SplittableRandom().nextLong(1_000_000));
        Optional<String> prompt = text.text(console);
        try (LocalModel lm = model.open(Compute.forDecoding(), console)) {
            Request plain = prompt.map(lm::request).orElseGet(() -> lm.request(text.ids()));
            Request request = plain.with(all).withMaxTokens(maxTokens).withSeed(drawn, 0);
            lm.run(request.withMaxTokens(1));
            List<Written> written = new ArrayList<>();
            for (Decoding method : chosen) {
                long began = System.nanoTime();
                Result result = lm.run(request.with(method).withLogprobs(CANDIDATES));
                written.add(new Written(Generate.spec(method), result, (System.nanoTime() - began) / 1e9));
            }
            String beginning = prompt.orElseGet(() -> lm.prompts().tokenizer().decode(request.prompt(), true));
            show(console, beginning, written);
            if (html.isPresent()) {
                Files.writeString(
                        html.get(),
                        ComparisonPage.of(beginning, written, lm.prompts().tokenizer()));
                console.note("chainrule: wrote " + html.get());
            }
            console.note("seed " + drawn);
            return DONE;
        }
    }

    private void show(Console console, String beginning, List<Written> written) {
        if (json) {
            console.json(Map.of(
                    "prompt",
                    beginning,
                    "texts",
                    written.stream().map(Compare::json).toList()));
            return;
        }
        List<SideBySide.Column> columns = written.stream()
                .map(w -> new SideBySide.Column(
                        w.method(),
                        w.measures(),
                        Repeats.of(PHRASE, beginning, w.result().text())))
                .toList();
        new SideBySide(width(console), console.colours()).lines(columns).forEach(console::println);
    }

    private static int width(Console console) {
        try {
            return Math.max(40, Integer.parseInt(console.environment().getOrDefault("COLUMNS", "120")));
        } catch (NumberFormatException e) {
            return 120;
        }
    }

    private static Map<String, Object> json(Written written) {
        Diversity d = written.diversity();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("decoding", written.method());
        all.put("text", written.result().text());
        all.put("ids", written.result().ids());
        all.put("logprobs", written.result().logprobs());
        all.put("finish", written.result().finish().toString());
        all.put("rep2", d.rep2());
        all.put("rep3", d.rep3());
        all.put("rep4", d.rep4());
        all.put("diversity", d.value());
        all.put("tokensPerSecond", written.tokensPerSecond());
        return all;
    }
}
