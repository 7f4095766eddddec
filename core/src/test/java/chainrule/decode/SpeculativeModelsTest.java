package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.Lossless;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Speculative decoding of real decoders: trees of drafts go through every family's attention. */
class SpeculativeModelsTest {
    private static final int[] WIDTHS = {3, 2, 1};

    private static List<Request> requests(int vocabulary, Decoding method) {
        List<Request> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int[] prompt = Arrays.stream(Tiny.ids(3 + 7 * i, i))
                    .map(id -> id % vocabulary)
                    .toArray();
            all.add(Request.of(prompt)
                    .with(method)
                    .with(i % 2 == 0 ? Rules.NONE : Rules.of(new RepetitionPenalty(1.3)))
                    .withSeed(4, i)
                    .withMaxTokens(24)
                    .withLogprobs(0));
        }
        return all;
    }

    private static Decoding tree(CausalLM draft, Decoding method) {
        return new Speculative(
                new DraftModel(draft),
                WIDTHS.length,
                Arrays.stream(WIDTHS).boxed().toList(),
                method,
                new Lossless());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt_neox",
                "gpt_neox_sequential",
                "llama",
                "llama3",
                "llama_bf16",
                "llama_deep",
                "llama_sharded",
                "mistral",
                "qwen2",
                "qwen3"
            })
    void greedyTextsOfEveryFamilyAreTheSameWithAnyDraft(String model) {
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                CausalLM fast = lm.forDecoding(Compute.F32);
                CausalLM rounded = lm.forDecoding(Compute.BF16);
                Engine engine = new Engine(fast)) {
            List<Result> greedy = engine.run(requests(fast.vocabulary(), new Greedy()));
            for (Decoding method : List.of(
                    new Speculative(new Lookup(1), 5),
                    new Speculative(new Guesses(fast.vocabulary(), 1), 3),
                    new Speculative(new DraftModel(rounded), 4),
                    tree(lm, new Greedy()))) {
                List<Result> found = engine.run(requests(fast.vocabulary(), method));
                for (int i = 0; i < greedy.size(); i++) {
                    String what = method + ", text " + i;
                    assertThat(found.get(i).ids())
                            .as(what)
                            .containsExactly(greedy.get(i).ids());
                    assertThat(found.get(i).logprobs())
                            .as(what)
                            .containsExactly(greedy.get(i).logprobs(), within(1e-4));
                }
            }
        }
    }

    @Test
    void theModelAsItsOwnDraftIsAlwaysRight() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                CausalLM fast = lm.forDecoding(Compute.F32);
                CausalLM same = lm.forDecoding(Compute.F32);
                Engine engine = new Engine(fast)) {
            for (Decoding method : List.of(new Greedy(), new Sampling(1.5, 0, 0.95, 0, 1))) {
                for (Result result : engine.run(requests(101, tree(same, method)))) {
                    var drafted = result.drafted().orElseThrow();
                    assertThat(drafted.depths())
                            .hasSize(3)
                            .allSatisfy(d -> assertThat(d.acceptance()).isEqualTo(1));
                    assertThat(drafted.cycles()).isEqualTo(6);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compute.class)
    void aTextIsTheSameAloneAndAmongOthersBitForBit(Compute compute) {
        try (Decoder lm = Tiny.decoder(Tiny.window(), 6);
                Decoder other = Tiny.decoder(Tiny.llama(), 7);
                CausalLM fast = lm.forDecoding(compute);
                CausalLM draft = other.forDecoding(compute);
                Engine engine = new Engine(fast)) {
            List<Request> requests = requests(101, tree(draft, new Sampling(2, 0, 0.9, 0, 1)));
            List<Result> together = engine.run(requests);
            for (int i = 0; i < requests.size(); i++) {
                assertThat(engine.run(requests.get(i))).isEqualTo(together.get(i));
            }
        }
    }
}
