package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Progress;
import chainrule.data.Batches;
import chainrule.data.Corpus;
import chainrule.data.ExampleForm;
import chainrule.data.ExampleView;
import chainrule.data.HeldOut;
import chainrule.data.Packing;
import chainrule.data.TokenFile;
import chainrule.data.Vocabulary;
import chainrule.data.Windows;
import chainrule.model.Net;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Examples;
import chainrule.train.Pairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Texts to train on, as token files in a run's folder {@code data}: written once, read by the run and by those that resume
 * it.
 */
final class TrainingText implements AutoCloseable {
    /** A hundredth of the text is held out, where that is a window at least; of examples, which are fewer, a twentieth. */
    private static final double SHARE = 0.01;

    private static final double SHARE_OF_EXAMPLES = 0.05;

    /** Tokens of a row of text where none are asked for. */
    static final int LENGTH = 256;

    private static final int FEW_DOCUMENTS = 200;
    private static final long PAUSE = 5_000_000_000L;

    /**
     * Where texts come from.
     *
     * @param heldOut texts to measure on; where there are none, some of the training texts are kept for that
     */
    record Source(Corpus training, Optional<Corpus> heldOut) {}

    private final TokenFile training;
    private final Optional<TokenFile> heldOut;

    private TrainingText(TokenFile training, Optional<TokenFile> heldOut) {
        this.training = training;
        this.heldOut = heldOut;
    }

    /** Tokenises a source into {@code folder}, each text between what the tokenizer begins one with and {@code end}. */
    static void write(Path folder, Source source, HuggingFaceTokenizer tokenizer, int end, Console console) {
        var vocabulary =
                new Vocabulary(tokenizer.size(), begin(tokenizer, end), end, text -> tokenizer.ids(text, false));
        tokenise(folder.resolve("training.tokens"), source.training(), vocabulary, console);
        source.heldOut().ifPresent(corpus -> tokenise(folder.resolve("heldout.tokens"), corpus, vocabulary, console));
    }

    private static void tokenise(Path file, Corpus corpus, Vocabulary vocabulary, Console console) {
        OptionalLong bytes = corpus.bytes();
        if (bytes.isEmpty()) {
            TokenFile.write(file, corpus, vocabulary, notes(console));
            return;
        }
        long total = bytes.getAsLong();
        try (Progress line = console.progress("tokenising", total, Progress.Unit.BYTES)) {
            line.update(0, "");
            // All bytes have been read before the last text is tokenised.
            TokenFile.write(
                    file,
                    corpus,
                    vocabulary,
                    (documents, tokens, read) -> line.update(Math.min(read, total - 1), texts(documents, tokens)));
            line.update(total, "");
        }
    }

    private static String texts(long documents, long tokens) {
        return String.format(Locale.ROOT, "%,d texts, %,d tokens", documents, tokens);
    }

    /** The token that the tokenizer puts before a text; none where it is the one that ends the text before. */
    private static OptionalInt begin(HuggingFaceTokenizer tokenizer, int end) {
        int[] begin = ExampleForm.begin(tokenizer);
        return begin.length > 0 && begin[0] != end ? OptionalInt.of(begin[0]) : OptionalInt.empty();
    }

    private static TokenFile.Progress notes(Console console) {
        long[] next = {System.nanoTime() + PAUSE};
        return (documents, tokens, _) -> {
            if (System.nanoTime() > next[0]) {
                console.note("tokenising  " + texts(documents, tokens) + " so far");
                next[0] = System.nanoTime() + PAUSE;
            }
        };
    }

    /** @throws BadInput where the folder has no token files */
    static TrainingText open(Path folder) {
        Path measured = folder.resolve("heldout.tokens");
        TokenFile training = TokenFile.open(folder.resolve("training.tokens"));
        return new TrainingText(
                training, Files.exists(measured) ? Optional.of(TokenFile.open(measured)) : Optional.empty());
    }

    long tokens() {
        return training.tokens();
    }

    long documents() {
        return training.documents();
    }

    /** The tokens of a row where none are asked for: as many as the longest example has, or what suits texts. */
    int length(Optional<Integer> asked) {
        return asked.orElseGet(() -> training.masked() ? (int) Math.max(1, training.longest() - 1) : LENGTH);
    }

    /** The first example with what is only read of it marked; none where all of the text is trained. */
    Optional<String> example(ExampleView view, HuggingFaceTokenizer tokenizer) {
        return view.first(training, tokenizer);
    }

    /**
     * What is trained on and measured on, as rows.
     *
     * @param windows of both
     */
    record Rows(Examples training, Optional<Examples> heldOut, List<Windows> windows) {}

    Rows rows(int length, long seed) {
        Packing packing = training.masked() ? new Packing.OnePerRow(length) : new Packing.Contiguous(length);
        HeldOut.Split split = split(packing, seed);
        Windows measured = heldOut.map(
                        file -> new HeldOut.None().split(file, packing).training())
                .orElse(split.heldOut());
        return new Rows(
                Examples.of(new Batches(split.training(), seed)),
                measured.count() == 0 ? Optional.empty() : Optional.of(Examples.of(measured)),
                List.of(split.training(), measured));
    }

    /** Pairs of answers with what {@code net}, not yet trained, makes of them; the last twentieth is held out. */
    Rows pairs(int length, long seed, Net net, Console console) throws IOException {
        Windows all = new HeldOut.None()
                .split(training, new Packing.OnePerRow(length))
                .training();
        Path file = training.file().resolveSibling("reference.f64");
        try (Progress line = console.progress("reference", all.count(), Progress.Unit.COUNT)) {
            double[] reference = Pairs.reference(file, net, all, n -> line.update(n, ""));
            Pairs.Split split = Pairs.of(all, reference).split(SHARE_OF_EXAMPLES, seed);
            return new Rows(split.training(), split.heldOut(), List.of(all));
        }
    }

    private HeldOut.Split split(Packing packing, long seed) {
        HeldOut.Split whole = new HeldOut.None().split(training, packing);
        if (heldOut.isPresent() || whole.training().count() < 2) {
            return whole;
        }
        HeldOut some = new HeldOut.Documents(training.masked() ? SHARE_OF_EXAMPLES : SHARE, seed);
        if (!training.masked() && training.documents() < FEW_DOCUMENTS) {
            some = new HeldOut.LastWindows(SHARE);
        }
        return some.split(training, packing);
    }

    @Override
    public void close() {
        training.close();
        heldOut.ifPresent(TokenFile::close);
    }
}
