package chainrule.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.decode.BeamSearch;
import chainrule.decode.Decoding;
import chainrule.decode.Greedy;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Token;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.eval.Perplexity;
import chainrule.eval.Reading;
import chainrule.nn.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SmolLM2-135M-Instruct from its GGUF file alone, against transformers in float32. */
@Tag("model")
class SmolLM2Test {
    private static final String MODEL = "models/smollm2-135m-instruct-q4_1";
    private static final String TEXT = "data/contrastive-token/wikitext-2/valid.txt";
    /** Choices closer than this may fall otherwise where sums are taken in another order. */
    private static final double CLOSE = 0.003;

    private static final int END = 2;

    static Optional<Path> folder() {
        Optional<Path> folder = Golden.shared(MODEL);
        if (folder.isEmpty()) {
            System.out.println("model: shared/" + MODEL + " is absent, so nothing is compared with it");
        }
        return folder;
    }

    static LocalModel open(Path folder, Compute compute) {
        return LocalModel.open(folder.resolve("model.gguf").toString(), compute);
    }

    static JsonNode reference(Path folder, String name) throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("reference").resolve(name)));
    }

    static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    @Test
    void everyTokensProbabilityAndItsTenAlternativesAreTheReferences() throws IOException {
        Path folder = folder().orElse(null);
        if (folder == null) {
            return;
        }
        try (LocalModel lm = open(folder, Compute.F32)) {
            for (JsonNode c : reference(folder, "cases.json")) {
                List<Token> found = lm.score(ids(c.get("ids")), 10);
                for (int t = 1; t < found.size(); t++) {
                    assertThat(found.get(t).logprob().orElseThrow())
                            .isCloseTo(c.get("token_logprobs").get(t - 1).doubleValue(), within(1e-3));
                    double all = c.get("logsumexp").get(t - 1).doubleValue();
                    JsonNode best = c.get("top10").get(t - 1);
                    for (int i = 0; i < best.size(); i++) {
                        assertThat(found.get(t).alternatives().get(i).logprob())
                                .isCloseTo(best.get(i).get(1).doubleValue() - all, within(1e-3));
                    }
                }
            }
        }
    }

    @Test
    void greedySearchAndBeamSearchGiveTheReferencesTokens() throws IOException {
        Path folder = folder().orElse(null);
        if (folder == null) {
            return;
        }
        try (LocalModel lm = open(folder, Compute.F32)) {
            var beams = new BeamSearch(4, 2, 1, BeamSearch.EarlyStopping.FALSE);
            for (JsonNode c : reference(folder, "cases.json")) {
                Request request =
                        lm.request(ids(c.get("ids"))).withMaxTokens(64).withLogprobs(2);
                same(
                        request.with((Decoding) new Greedy()),
                        lm,
                        ids(c.get("greedy").get("ids")));
                same(
                        request.with(new Rules(List.of(new RepetitionPenalty(1.2)))),
                        lm,
                        ids(c.get("greedy_repetition_penalty_1.2").get("ids")));
                List<Result> found = lm.run(request.with((Decoding) beams)).all();
                for (int i = 0; i < 2; i++) {
                    assertThat(found.get(i).score().orElseThrow())
                            .isCloseTo(c.get("beam4").get(i).get("score").doubleValue(), within(1e-4));
                    assertThat(found.get(i).ids())
                            .containsExactly(toEnd(ids(c.get("beam4").get(i).get("ids"))));
                }
            }
        }
    }

    /** Without the padding behind the end. */
    private static int[] toEnd(int... ids) {
        int end = 0;
        while (end < ids.length && (end == 0 || ids[end - 1] != END)) {
            end++;
        }
        return Arrays.copyOf(ids, end);
    }

    /** The tokens agree up to the first choice that was close, which is printed. */
    private static void same(Request request, LocalModel lm, int... expected) {
        Result found = lm.run(request);
        int differ = Arrays.mismatch(found.ids(), expected);
        if (differ >= 0 && differ < found.tokens().size()) {
            var best = found.tokens().get(differ).alternatives();
            double gap = best.get(0).logprob() - best.get(1).logprob();
            System.out.println("model: token " + differ + " differs, where the best two are " + gap + " apart");
            assertThat(gap).isLessThan(CLOSE);
        } else {
            assertThat(found.ids()).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F32,512,512,0.0001",
        "F32,512,256,0.0001",
        "F32,1024,1024,0.0001",
        "BF16,512,256,0.01",
        "INT8,512,512,0.002",
        "INT8,512,256,0.002"
    })
    void thePerplexityOfARealTextIsTheReferences(Compute compute, int window, int stride, double tolerance)
            throws IOException {
        Path folder = folder().orElse(null);
        Path text = Golden.shared(TEXT).orElse(null);
        if (folder == null || text == null) {
            System.out.println("model: shared/" + TEXT + " or the model is absent, so no perplexity is compared");
            return;
        }
        double expected = reference(folder, "perplexity.json")
                .get("window" + window + "_stride" + stride)
                .get("perplexity")
                .doubleValue();
        try (LocalModel lm = open(folder, compute)) {
            int[] ids = Arrays.copyOf(lm.prompts().text(Files.readString(text).substring(0, 40_000)), 4096);
            double found = new Perplexity(window, stride)
                    .of(lm.lm(), ids, Reading.of(compute), _ -> {})
                    .perplexity();
            System.out.printf("model: perplexity in %s %.4f, reference %.4f%n", compute, found, expected);
            assertThat(found).isCloseTo(expected, within(tolerance * expected));
        }
    }
}
