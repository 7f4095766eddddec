package chainrule.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.model.family.Gpt2;
import chainrule.model.family.Models;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PeftFolderTest {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir
    Path folder;

    private final Models.Form llama = Models.form(Bases.base("llama_lora"));

    @BeforeEach
    void copy() throws IOException {
        copy("llama_lora");
    }

    private void copy(String name) throws IOException {
        for (String file : List.of(CONFIG, WEIGHTS)) {
            Files.write(
                    folder.resolve(file), Files.readAllBytes(Bases.adapter(name).resolve(file)));
        }
    }

    private void set(String key, String json) throws IOException {
        Path file = folder.resolve(CONFIG);
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
        config.set(key, JsonMapper.shared().readTree(json));
        Files.writeString(file, config.toString());
    }

    private void tensors(Consumer<Map<String, Tensor>> change) throws IOException {
        try (var _ = new Scope()) {
            Map<String, Tensor> all = new LinkedHashMap<>();
            try (TensorFile file = Safetensors.open(folder.resolve(WEIGHTS))) {
                file.directory().keySet().forEach(name -> all.put(name, file.read(name)));
            }
            change.accept(all);
            Safetensors.write(folder.resolve(WEIGHTS), all, Map.of());
        }
    }

    private void refused(Models.Form form, String... parts) {
        assertThatThrownBy(() -> PeftFolder.read(folder, form))
                .isInstanceOf(BadInput.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type | \"IA3\" | peft_type 'IA3' is not supported; there are LORA and PREFIX_TUNING",
                "peft_type | 7 | peft_type is missing or no text",
                "r | 0 | r is 0, not a whole number from 1",
                "r | 8 | lora_A.weight has shape [4, 48] where [8, 48] fits",
                "lora_alpha | -1 | lora_alpha is -1.0, not above 0",
                "lora_alpha | \"8\" | lora_alpha is \"8\", not a number",
                "use_dora | true | use_dora true is not supported",
                "lora_bias | true | lora_bias true is not supported",
                "bias | \"all\" | bias 'all' is not supported",
                "modules_to_save | [\"lm_head\"] | modules_to_save is not supported",
                "rank_pattern | {\"q_proj\": 8} | rank_pattern is not supported",
                "layer_replication | [[0, 2]] | layer_replication is not supported",
                "init_lora_weights | \"pissa\" | init_lora_weights 'pissa' changes the base's weights",
                "target_modules | [\"q_proj\", \"o_proj\"] | self_attn.o_proj.lora_A.weight is missing",
                "target_modules | [\"q_proj\", \"nothing\"] | target_modules names 'nothing', for which",
                "target_modules | 7 | target_modules is neither a list of names nor a pattern",
                "target_modules | [7] | target_modules lists something that is no name"
            })
    void aSettingThatIsNotSupportedIsNamed(String key, String json, String sentence) throws IOException {
        set(key, json);
        refused(llama, sentence);
    }

    @Test
    void filesThatAreMissingAreNamed() throws IOException {
        Files.delete(folder.resolve(WEIGHTS));
        refused(llama, WEIGHTS + " is missing.");
        Files.writeString(folder.resolve("adapter_model.bin"), "x");
        refused(llama, WEIGHTS + " is missing", "save the adapter as safetensors");
        Files.delete(folder.resolve(CONFIG));
        refused(llama, "there is no adapter in this folder");
    }

    @Test
    void tensorsThatAreMissingOrOfAnotherShapeOrKindAreNamed() throws IOException {
        String name = "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight";
        tensors(all -> all.remove(name));
        refused(llama, name.replace(".weight", ""), "there is no tensor");
        copy();
        tensors(all -> all.put(name, Ops.zeros(ScalarType.Float, 17, 4)));
        refused(llama, name, "[17, 4]", "[16, 4]", "belongs to another one");
        copy();
        tensors(all -> all.put(name, Ops.zeros(ScalarType.Long, 16, 4)));
        refused(llama, name, "I64");
        copy();
        tensors(all -> all.put("base_model.model.model.embed_tokens.lora_embedding_A", Ops.zeros(ScalarType.Float, 4)));
        refused(llama, "lora_embedding_A is no part of a LoRA adapter");
        copy();
        tensors(Map::clear);
        set("target_modules", "\"all-linear\"");
        refused(llama, "there are no tensors");
    }

    @Test
    void anotherBaseIsNoticed() throws IOException {
        refused(
                Models.form(Bases.base("gpt2_lora")),
                "the base model has no linear map model.layers.0.self_attn.q_proj");
        for (Models.Form form : Bases.forms()) {
            refused(form, "another one");
        }
        copy("llama_prefix");
        for (Models.Form form : Bases.forms()) {
            refused(form, "prompt_embeddings", "[5, 128]", "another one");
        }
        set("num_virtual_tokens", "500000");
        refused(llama, "a prefix of 500000 leaves no room");
        copy("llama_prefix");
        tensors(all -> all.put("more", Ops.zeros(ScalarType.Float, 1)));
        refused(llama, "more is no part of a prefix");
    }

    @Test
    void aPatternOrSomeLayersNameTargetsToo() throws IOException {
        set("target_modules", "\".*(q|v)_proj\"");
        try (Adapter pattern = PeftFolder.read(folder, llama)) {
            assertThat(pattern.parameters().tensors()).hasSize(16);
        }
        copy();
        set("layers_to_transform", "[0, 1, 2]");
        tensors(all -> all.keySet().removeIf(name -> name.contains("layers.3")));
        try (Adapter some = PeftFolder.read(folder, llama)) {
            assertThat(some.parameters().tensors()).hasSize(12);
        }
    }

    @Test
    void whatIsWrittenReadsAsItWasForEveryFamily() throws IOException {
        int[] text = Tiny.ids(12, 3);
        for (Models.Form form : Bases.forms()) {
            for (List<String> targets : List.of(
                    List.<String>of(),
                    List.of(Lora.ALL),
                    List.of(Target.of(form).getFirst().name()))) {
                try (Decoder base = Tiny.decoder(form.config(), 3);
                        Adapted lm = new Lora(3, 5, true, targets, 1).on(form, base)) {
                    Bases.shake(lm.adapter(), 2);
                    PeftFolder.write(lm.adapter(), form, "base", folder);
                    try (Adapted again = Adapted.of(PeftFolder.read(folder, form), base)) {
                        assertThat(again.parameters().tensors().keySet())
                                .isEqualTo(lm.parameters().tensors().keySet());
                        assertThat(Bases.logits(again, text)).containsExactly(Bases.logits(lm, text));
                    }
                }
            }
            try (Decoder base = Tiny.decoder(form.config(), 3);
                    Adapted lm = new PrefixTuning(3, 1).on(form, base)) {
                PeftFolder.write(lm.adapter(), form, "base", folder);
                try (Adapted again = Adapted.of(PeftFolder.read(folder, form), base)) {
                    assertThat(Bases.logits(again, text)).containsExactly(Bases.logits(lm, text));
                }
            }
        }
    }

    /** What the files say, in the checkpoint's own layout of weights, is what the merged model has. */
    @Test
    void theFilesMatricesAreTheChangeOfTheCheckpointsWeights() throws IOException {
        for (Models.Form form : Bases.forms()) {
            try (Decoder base = Tiny.decoder(form.config(), 3);
                    Adapted lm = new Lora(3, 6, false, List.of(Lora.ALL), 1).on(form, base);
                    Decoder merged = lm.merged();
                    var _ = new Scope()) {
                Bases.shake(lm.adapter(), 2);
                PeftFolder.write(lm.adapter(), form, "base", folder);
                try (Decoder changed = lm.merged();
                        TensorFile file = Safetensors.open(folder.resolve(WEIGHTS))) {
                    Map<String, Tensor> before = Models.stored(form, merged.parameters());
                    Map<String, Tensor> after = Models.stored(form, changed.parameters());
                    List<Target> targets =
                            Target.of(form).stream().filter(t -> !t.head()).toList();
                    assertThat(file.directory()).hasSize(2 * targets.size());
                    for (Target target : targets) {
                        String name = "base_model.model." + target.name() + ".lora_";
                        Tensor change =
                                Ops.mul(torch.matmul(file.read(name + "B.weight"), file.read(name + "A.weight")), 2);
                        Tensor found = after.get(target.name() + ".weight").sub(before.get(target.name() + ".weight"));
                        Tensor expected = form.family() instanceof Gpt2 ? change.t() : change;
                        assertThat(found.sub(expected).abs().max().item_double())
                                .as(target.name())
                                .isLessThan(1e-5);
                    }
                }
            }
        }
    }

    @Test
    void damageIsRefusedOrReadButNeverWorse() throws IOException {
        var random = new SplittableRandom(11);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            copy(i % 3 == 0 ? "llama_prefix" : "llama_lora");
            Path file = folder.resolve(i % 2 == 0 ? CONFIG : WEIGHTS);
            byte[] bytes = Files.readAllBytes(file);
            int header = Math.min(bytes.length, 2500);
            switch (random.nextInt(3)) {
                case 0 -> bytes[random.nextInt(header)] = (byte) random.nextInt(256);
                case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                default -> {
                    byte[] number = "99999999".getBytes(StandardCharsets.UTF_8);
                    System.arraycopy(number, 0, bytes, random.nextInt(header - 8), 8);
                }
            }
            Files.write(file, bytes);
            try (Adapter adapter = PeftFolder.read(folder, llama)) {
                assertThat(adapter.parameters().size()).isPositive();
            } catch (BadInput e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(200, 399);
    }
}
