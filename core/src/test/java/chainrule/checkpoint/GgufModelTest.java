package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.model.family.Family;
import chainrule.model.family.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference models as llama.cpp's converter writes them, seen again as Hugging Face models. */
class GgufModelTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "llama3",
                "mistral",
                "qwen2",
                "qwen3",
                "gpt_neox",
                "gpt_neox_sequential",
                "llama_deep"
            })
    void aConvertedModelHasTheOriginalsWeightsAndSettings(String name) throws IOException {
        Checkpoint original = Checkpoint.open(Golden.path("models/" + name));
        Checkpoint converted = Checkpoint.open(Conversion.of(original).write(folder.resolve("model.gguf")));
        assertThat(Family.of(settings(converted)).read(settings(converted)))
                .usingRecursiveComparison()
                .ignoringFields("padding")
                .isEqualTo(Family.of(settings(original)).read(settings(original)));
        try (TensorFile expected = original.openWeights();
                TensorFile actual = converted.openWeights()) {
            assertThat(actual.directory().keySet())
                    .containsExactlyInAnyOrderElementsOf(expected.directory().keySet());
            for (Entry entry : expected.entries()) {
                assertThat(actual.shape(entry.name())).as(entry.name()).containsExactly(entry.shape());
                assertThat(actual.bytes(entry.name()).mismatch(expected.bytes(entry.name())))
                        .as(entry.name())
                        .isEqualTo(-1);
            }
        }
    }

    private static Settings settings(Checkpoint checkpoint) {
        return new Settings(checkpoint.configOrigin().toString(), checkpoint.config());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8,1,4,8192,500000,128",
                "32,1,4,8192,500000,64",
                "8,1,4,64,10000,16",
                "4,1,8,100,10000,32",
                "8,2,8,1000,10000,128",
                "16,1.5,4,777,100000,64",
                "1,1,4,64,10000,32"
            })
    void theSettingsOfRotaryScalingAreFoundFromItsDivisors(String setting) {
        double[] s = java.util.Arrays.stream(setting.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        float[] divisors = Conversion.divisors(s[0], s[1], s[2], s[3], s[4], (int) s[5]);
        RopeFrequencies found = RopeFrequencies.fit(divisors, s[4]).orElseThrow();
        float[] again =
                Conversion.divisors(found.factor(), found.low(), found.high(), found.original(), s[4], (int) s[5]);
        assertThat(again).containsExactly(divisors, org.assertj.core.data.Offset.offset(1e-4f));
        if (s[1] == 1 && s[0] > 1) {
            assertThat(found).isEqualTo(new RopeFrequencies(s[0], s[1], s[2], (int) s[3]));
        }
    }

    @Test
    void vocabularyTemplateAndEndTokensComeFromTheMetadata() throws IOException {
        Path file = Conversion.of(Checkpoint.open(Golden.path("models/llama")))
                .put("tokenizer.ggml.tokens", List.of("<unk>", "<s>", "</s>", "<eot>"))
                .put("tokenizer.ggml.bos_token_id", 1)
                .put("tokenizer.ggml.eos_token_id", 2)
                .put("tokenizer.ggml.eot_token_id", 3)
                .put("tokenizer.ggml.add_bos_token", true)
                .put("tokenizer.chat_template", "{{ messages }}")
                .put("tokenizer.chat_templates", List.of("tool_use"))
                .put("tokenizer.chat_template.tool_use", "{{ tools }}")
                .write(folder.resolve("model.gguf"));
        Checkpoint model = Checkpoint.open(folder);
        assertThat(model.path()).isEqualTo(file);
        assertThat(model.chatTemplate()).contains("{{ messages }}");
        assertThat(model.chatTemplates()).containsEntry("tool_use", "{{ tools }}");
        assertThat(model.specialToken("eos_token")).contains("</s>");
        assertThat(model.specialToken("pad_token")).isEmpty();
        assertThat(model.generationConfig().get("eos_token_id").toString()).isEqualTo("[2,3]");
        assertThat(model.config().get("bos_token_id").intValue()).isEqualTo(1);
        assertThat(model.tokenizer()).isEmpty();
        assertThat(model.metadata()).containsEntry("tokenizer.ggml.add_bos_token", true);
    }

    @Test
    void whatIsNotSupportedIsSaidPlainly() throws IOException {
        assertBad(new GgufFile().put("general.architecture", "mamba"), "mamba", "gpt2, gptneox, llama, qwen2, qwen3");
        assertBad(new GgufFile().put("some.key", "x"), "general.architecture is missing");
        assertBad(
                Conversion.of(Checkpoint.open(Golden.path("models/llama"))).put("llama.expert_count", 8),
                "mixture of experts");
        assertBad(Conversion.of(Checkpoint.open(Golden.path("models/llama"))).put("split.count", 3), "merge them");
        assertBad(
                Conversion.of(Checkpoint.open(Golden.path("models/llama")))
                        .tensor("rope_freqs.weight", new float[] {1, 7, 3, 9}, 4),
                "rope_freqs");
        Path unknown = Conversion.of(Checkpoint.open(Golden.path("models/llama")))
                .tensor("blk.0.mystery.weight", new float[4], 4)
                .write(folder.resolve("m.gguf"));
        assertThatThrownBy(() -> Checkpoint.open(unknown).openWeights())
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("mystery");
    }

    private void assertBad(GgufFile file, String... words) throws IOException {
        Path path = file.write(folder.resolve("bad.gguf"));
        assertThatThrownBy(() -> Checkpoint.open(path))
                .isInstanceOf(BadInput.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining("bad.gguf");
    }
}
