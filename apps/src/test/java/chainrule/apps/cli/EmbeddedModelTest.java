package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.Packing;
import chainrule.data.Selection;
import chainrule.data.TokenFile;
import chainrule.data.Vocabulary;
import chainrule.data.Windows;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.tensor.Scope;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Examples;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model that the repository ships. */
class EmbeddedModelTest {
    private static final Path MODEL = Golden.root().resolve("models/wordnet-7m");
    private static final Pattern CLAIM = Pattern.compile("perplexity on held-out definitions: (\\d+\\.\\d+)");
    private static final int LENGTH = 256;

    @Test
    void itDefinesAnInventedWordWhenNoModelIsNamed() {
        Run run = Run.of("generate", "quillfish (noun):", "--model", MODEL.toString(), "--json");
        var text = run.json().get("texts").get(0);
        assertThat(text.get("finish").stringValue()).isEqualTo("stop");
        assertThat(text.get("text").stringValue()).matches("(?s) (\\[\\w+] )?\\w.{8,}");
        assertThat(Run.in(Map.of(), "", "info", MODEL.toString(), "--json")
                        .json()
                        .get("licence"))
                .isNotNull();
    }

    @Test
    void aTextBeginsAsItsTokenizersConfigSays() {
        String text = "quillfish (noun):";
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(MODEL)) {
            int[] ids = tokenizer.ids(text, false);
            int begin = tokenizer.id("<|endoftext|>").orElseThrow();
            var read = Run.of("score", text, "--model", MODEL.toString(), "--json")
                    .json()
                    .get("ids");
            assertThat(read.get(0).intValue()).isEqualTo(begin);
            assertThat(read).hasSize(ids.length + 1);
        }
    }

    @Test
    void aFileForLlamaCppIsTheSameModel(@TempDir Path folder) {
        Path file = folder.resolve("made.gguf");
        Run.of("export", MODEL.toString(), file.toString(), "--dtype", "f32").done();
        String[] question = {"generate", "quillfish (noun):", "--max-tokens", "12", "--compute", "f32", "--model"};
        assertThat(text(question, file)).isEqualTo(text(question, MODEL));
    }

    private static String text(String[] question, Path model) {
        String[] line = Arrays.copyOf(question, question.length + 2);
        line[question.length] = model.toString();
        line[question.length + 1] = "--json";
        return Run.of(line).json().get("texts").get(0).get("text").stringValue();
    }

    @Test
    void itIsSmall() throws IOException {
        assertThat(Files.size(MODEL.resolve("model.safetensors"))).isLessThan(20_000_000);
        assertThat(MODEL.resolve("LICENSE")).content().contains("WordNet");
    }

    @Test
    void itsCardTellsItsPerplexity(@TempDir Path folder) throws IOException {
        var claim = CLAIM.matcher(Files.readString(MODEL.resolve("README.md")));
        assertThat(claim.find()).isTrue();
        double claimed = Double.parseDouble(claim.group(1));
        double found = perplexity(folder);
        System.out.printf("held-out perplexity of the embedded model: %.2f%n", found);
        assertThat(found).isCloseTo(claimed, within(claimed / 200));
    }

    /** Over rows of as many tokens as in training. */
    private static double perplexity(Path folder) throws IOException {
        Path file = folder.resolve("heldout.tokens");
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(MODEL);
                Decoder lm = Models.load(Checkpoint.open(MODEL))) {
            int end = tokenizer.id("<|endoftext|>").orElseThrow();
            var vocabulary = new Vocabulary(tokenizer.size(), end, text -> tokenizer.ids(text, false));
            TokenFile.write(file, new DefinitionCorpus(WordNet.load()).heldOut(), vocabulary, (_, _, _) -> {});
            try (TokenFile tokens = TokenFile.open(file);
                    var _ = new NoGradGuard()) {
                Windows rows = new Packing.Contiguous(LENGTH).windows(Selection.all(tokens));
                Examples examples = Examples.of(rows);
                var loss = new NextToken();
                double sum = 0;
                double terms = 0;
                for (long i = 0; i < Math.ceilDiv(examples.rows(), 8); i++) {
                    try (var _ = new Scope()) {
                        Batch batch = examples.batch(i, 8);
                        sum += loss.sum(lm, batch).item_double();
                        terms += loss.terms(batch);
                    }
                }
                return Math.exp(sum / terms);
            }
        }
    }
}
