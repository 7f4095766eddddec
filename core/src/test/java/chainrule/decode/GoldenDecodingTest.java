package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.decode.BeamSearch.EarlyStopping;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Lookup;
import chainrule.decode.rule.BannedWords;
import chainrule.decode.rule.Bias;
import chainrule.decode.rule.ExponentialDecayLength;
import chainrule.decode.rule.ForcedFirst;
import chainrule.decode.rule.ForcedLast;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.MinLength;
import chainrule.decode.rule.MinNewTokens;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressAtBegin;
import chainrule.decode.rule.SuppressTokens;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Greedy search, also with drafts, and other searches, with every rule, against transformers on random models. */
class GoldenDecodingTest {
    private record Case(JsonNode json, int row) {
        JsonNode settings() {
            return json.get("settings");
        }

        String name() {
            return json.get("name").stringValue() + ", row " + row;
        }

        /** The prompt without padding. */
        int[] prompt() {
            int[] ids = ints(json.get("prompt_ids").get(row));
            int pads = json.has("attention_mask")
                    ? (int) Arrays.stream(ints(json.get("attention_mask").get(row)))
                            .filter(m -> m == 0)
                            .count()
                    : 0;
            return Arrays.copyOfRange(ids, pads, ids.length);
        }

        int[] ends() {
            return settings().hasNonNull("eos_token_id") ? ints(settings().get("eos_token_id")) : new int[0];
        }

        /** What follows the prompt in one of the stored sequences, up to its end. */
        int[] continuation(int sequence) {
            int[] ids = ints(json.get("sequences").get(sequence));
            int from = json.get("prompt_ids").get(row).size();
            int[] ends = ends();
            int to = from;
            while (to < ids.length && (to == from || !contains(ends, ids[to - 1]))) {
                to++;
            }
            return Arrays.copyOfRange(ids, from, to);
        }

        /** The method that the case was made with, where it drafts; else drafts from the text. */
        Speculative speculative(CausalLM assistant) {
            JsonNode ngram = settings().path("max_matching_ngram_size");
            return switch (json.get("method").stringValue()) {
                case "assisted" ->
                    new Speculative(
                            new DraftModel(assistant),
                            settings().get("num_assistant_tokens").intValue());
                case "prompt_lookup" ->
                    new Speculative(
                            new Lookup(ngram.intValue()),
                            settings().get("prompt_lookup_num_tokens").intValue());
                default -> new Speculative();
            };
        }

        /** @param depth the model's number of layers */
        Request request(int depth) {
            return Request.of(prompt())
                    .with(decoding(depth))
                    .with(new Rules(rules(settings())))
                    .with(Stops.tokens(ends()))
                    .withMaxTokens(settings().get("max_new_tokens").intValue())
                    .withLogprobs(0);
        }

        private Decoding decoding(int depth) {
            return switch (json.get("method").stringValue()) {
                case "beam" -> beamSearch();
                case "diverse_beam" ->
                    new DiverseBeamSearch(
                            settings().get("num_beams").intValue(),
                            settings().get("num_beam_groups").intValue(),
                            settings().get("diversity_penalty").doubleValue(),
                            returned(),
                            settings().get("length_penalty").doubleValue(),
                            OptionalInt.of(0));
                case "contrastive" ->
                    new ContrastiveSearch(
                            settings().get("top_k").intValue(),
                            settings().get("penalty_alpha").doubleValue());
                case "dola" -> new Dola(GoldenDolaTest.layers(settings().get("dola_layers"), depth), 0.1);
                default -> new Greedy();
            };
        }

        int returned() {
            return settings().path("num_return_sequences").asInt(1);
        }

        private BeamSearch beamSearch() {
            String stopping = settings().get("early_stopping").asString().toUpperCase(Locale.ROOT);
            return new BeamSearch(
                    settings().get("num_beams").intValue(),
                    returned(),
                    settings().get("length_penalty").doubleValue(),
                    EarlyStopping.valueOf(stopping));
        }
    }

    /** The rules in transformers' order. */
    private static List<LogitRule> rules(JsonNode settings) {
        List<LogitRule> rules = new ArrayList<>();
        settings.path("sequence_bias")
                .forEach(b -> rules.add(new Bias(
                        List.of(new Bias.Phrase(list(b.get(0)), b.get(1).doubleValue())))));
        add(rules, settings, "repetition_penalty", v -> new RepetitionPenalty(v.doubleValue()));
        add(rules, settings, "no_repeat_ngram_size", v -> new NoRepeatNgram(v.intValue()));
        add(
                rules,
                settings,
                "bad_words_ids",
                v -> new BannedWords(stream(v).map(GoldenDecodingTest::list).toList()));
        add(rules, settings, "min_length", v -> new MinLength(v.intValue()));
        add(rules, settings, "min_new_tokens", v -> new MinNewTokens(v.intValue()));
        add(rules, settings, "forced_bos_token_id", v -> new ForcedFirst(v.intValue()));
        add(rules, settings, "forced_eos_token_id", v -> new ForcedLast(list(v)));
        add(
                rules,
                settings,
                "exponential_decay_length_penalty",
                v -> new ExponentialDecayLength(v.get(0).intValue(), v.get(1).doubleValue()));
        add(rules, settings, "suppress_tokens", v -> new SuppressTokens(list(v)));
        add(rules, settings, "begin_suppress_tokens", v -> new SuppressAtBegin(list(v)));
        return rules;
    }

    private static void add(List<LogitRule> rules, JsonNode settings, String name, Function<JsonNode, LogitRule> rule) {
        if (settings.hasNonNull(name)) {
            rules.add(rule.apply(settings.get(name)));
        }
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static List<Integer> list(JsonNode node) {
        return node.isArray() ? stream(node).map(JsonNode::intValue).toList() : List.of(node.intValue());
    }

    private static int[] ints(JsonNode node) {
        return list(node).stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean contains(int[] ids, int id) {
        return Arrays.stream(ids).anyMatch(i -> i == id);
    }

    private static List<Case> cases(String name) {
        List<Case> all = new ArrayList<>();
        JsonNode file = JsonMapper.shared()
                .readTree(Golden.path("decoding/" + name + ".json").toFile());
        for (JsonNode json : file) {
            for (int row = 0; row < json.get("prompt_ids").size(); row++) {
                all.add(new Case(json, row));
            }
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "llama,llama,74",
        "gpt2,gpt2,72",
        "llama_v4,llama,36",
        "gpt2_v4,gpt2,36",
        "llama_deep_v4,llama_deep,10",
        "llama3_v4,llama3,10"
    })
    void everyTextIsTransformers(String file, String model, int count) {
        List<Case> cases = cases(file);
        assertThat(cases).hasSize(count);
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                CausalLM fast = lm.forDecoding(Compute.F32);
                Engine engine = new Engine(fast)) {
            List<Result> results =
                    engine.run(cases.stream().map(c -> c.request(lm.depth())).toList());
            for (int i = 0; i < cases.size(); i++) {
                check(cases.get(i), results.get(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void everyGreedyTextIsTheSameWithDrafts(String model) {
        List<Case> cases = cases(model).stream()
                .filter(c -> c.decoding(0) instanceof Greedy)
                .toList();
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                Decoder assistant = Models.load(Checkpoint.open(Golden.path("models/llama_deep")));
                CausalLM fast = lm.forDecoding(Compute.F32);
                Engine engine = new Engine(fast)) {
            List<Result> results = engine.run(cases.stream()
                    .map(c -> c.request(lm.depth()).with(c.speculative(assistant)))
                    .toList());
            int accepted = 0;
            for (int i = 0; i < cases.size(); i++) {
                check(cases.get(i), results.get(i));
                accepted += results.get(i).drafted().orElseThrow().accepted();
            }
            assertThat(accepted).isPositive();
        }
    }

    private static void check(Case c, Result result) {
        for (int n = 0; n < c.returned(); n++) {
            int sequence = c.row() * c.returned() + n;
            Result found = result.all().get(n);
            assertThat(found.ids()).as(c.name() + ", text " + n).containsExactly(c.continuation(sequence));
            if (c.json().has("sequences_scores")) {
                assertThat(found.score().orElseThrow())
                        .as(c.name() + ", score " + n)
                        .isCloseTo(
                                c.json().get("sequences_scores").get(sequence).doubleValue(), within(1e-4));
            }
        }
        if (c.json().has("token_logprobs")) {
            JsonNode expected = c.json().get("token_logprobs").get(c.row());
            for (int t = 0; t < result.tokens().size(); t++) {
                assertThat(result.logprobs()[t])
                        .as(c.name() + ", log-probability of token " + t)
                        .isCloseTo(expected.get(t).doubleValue(), within(1e-4));
            }
        }
    }
}
