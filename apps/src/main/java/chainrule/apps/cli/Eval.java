package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Progress;
import chainrule.data.Corpus;
import chainrule.data.Document;
import chainrule.eval.Perplexity;
import chainrule.eval.Reading;
import chainrule.local.LocalModel;
import chainrule.nn.Compute;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eval}: the perplexity of a model on a text. */
@Command(
        name = "eval",
        description = {
            "Measure a model's perplexity on a text: each token is predicted once, from a window of those before it.",
            "A file of JSON lines has many texts, which are measured one by one. In f32 unless told otherwise."
        },
        footer = {"", "Example:", "  ./chainrule eval novel.txt --model my-model --window 1024 --stride 512"})
final class Eval implements Verb {
    @Parameters(paramLabel = "FILE", description = "A text file, JSON lines, a folder of them; .gz is unpacked.")
    Path file = Path.of("");

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--window", paramLabel = "N", description = "Tokens that are read at once (${DEFAULT-VALUE}).")
    int window = 512;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Tokens from one window's start to the next (${DEFAULT-VALUE}).")
    int stride = 256;

    @Option(names = "--limit", paramLabel = "TOKENS", description = "Read only so many tokens; 0: all.")
    long limit;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) {
        var perplexity = new Perplexity(window, stride);
        Corpus corpus = Corpus.of(file);
        if (limit < 0) {
            throw new Failure.Usage("--limit must not be negative, not " + limit + ".");
        }
        try (LocalModel lm = model.open(Compute.F32, console);
                Stream<Document> documents = corpus.documents()) {
            Iterator<Document> left = documents.iterator();
            Perplexity.Score sum = new Perplexity.Score(0, 0);
            long read = 0;
            long bytes = 0;
            while (left.hasNext() && (limit == 0 || read < limit)) {
                EvalText text = EvalText.next(left, lm.prompts(), limit == 0 ? Long.MAX_VALUE : limit - read);
                read += text.ids().length;
                bytes += text.bytes();
                if (text.ids().length > 1) {
                    Perplexity.Score one = measure(perplexity, lm, text.ids(), console);
                    sum = new Perplexity.Score(sum.tokens() + one.tokens(), sum.nll() + one.nll());
                }
            }
            if (sum.tokens() == 0) {
                throw new BadInput(file + " has fewer than two tokens: there is nothing to predict.");
            }
            show(console, sum, bytes);
            return DONE;
        }
    }

    private static Perplexity.Score measure(Perplexity perplexity, LocalModel lm, int[] ids, Console console) {
        try (var progress = console.progress("eval", perplexity.scored(ids.length), Progress.Unit.COUNT)) {
            return perplexity.of(lm.lm(), ids, Reading.of(lm.compute()), done -> progress.update(done, "tokens"));
        }
    }

    private void show(Console console, Perplexity.Score score, long bytes) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("tokens", score.tokens());
        all.put("nll", score.nll());
        all.put("perplexity", score.perplexity());
        all.put("bitsPerByte", score.bitsPerByte(bytes));
        if (json) {
            console.json(all);
        } else {
            console.println(String.format(
                    Locale.ROOT,
                    "perplexity %.4f   %.4f bits per byte   %d tokens, window %d, stride %d",
                    score.perplexity(),
                    score.bitsPerByte(bytes),
                    score.tokens(),
                    window,
                    stride));
        }
    }
}
