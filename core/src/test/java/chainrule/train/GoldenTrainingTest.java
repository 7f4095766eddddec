package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.family.Models;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.optim.AdamW;
import chainrule.optim.Optimizer;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ten AdamW steps of every family against PyTorch and transformers, at the tolerances of {@code golden/models/ORIGIN.md}. */
class GoldenTrainingTest {
    private static Path folder(String name) {
        return Golden.path("models/" + name);
    }

    private static JsonNode training(String name) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(folder(name).resolve("training.json")));
    }

    private static AdamW settings(JsonNode s) {
        return new AdamW(
                s.required("lr").doubleValue(),
                s.required("betas").get(0).doubleValue(),
                s.required("betas").get(1).doubleValue(),
                s.required("eps").doubleValue(),
                s.required("weight_decay").doubleValue(),
                s.required("grad_clip_norm").doubleValue());
    }

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
                "llama_bf16"
            })
    void tenStepsAgree(String name) throws IOException {
        JsonNode expected = training(name);
        try (Decoder lm = Models.load(Checkpoint.open(folder(name)));
                TensorFile reference = Safetensors.open(folder(name).resolve("reference.safetensors"))) {
            try (Optimizer.Run run = settings(expected.required("settings")).start(lm.parameters())) {
                for (int i = 0; i < 10; i++) {
                    try (var _ = new Scope()) {
                        Batch batch = Batch.of(reference.read("train.ids").select(0, i));
                        var part = new Part(lm, new NextToken(7), batch, batch.trained());
                        Optimizer.Update update = run.step(List.of(part), 1);
                        double norm = expected.required("grad_norms_before_clipping")
                                .get(i)
                                .doubleValue();
                        assertThat(update.loss())
                                .as("loss of step " + i)
                                .isCloseTo(expected.required("losses").get(i).doubleValue(), within(1e-4));
                        assertThat(update.gradientNorm())
                                .as("norm of step " + i)
                                .isCloseTo(norm, within(2e-4 * norm));
                    }
                }
            }
            assertSums(name, lm, expected);
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Tensor logits = lm.forward(Input.of(reference.read("ids")), Tap.NONE)
                        .logits(0, (int) reference.read("ids").numel());
                Tensor after = reference.read("train.logits_after").view(logits.shape());
                assertThat(logits.sub(after).abs().max().item_double()).isLessThan(5e-3);
            }
        }
    }

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
                "llama_bf16"
            })
    void theDecayedParametersAreTheReferences(String name) throws IOException {
        Set<String> expected = new TreeSet<>();
        training(name).required("groups").required("decay").forEach(n -> expected.add(n.stringValue()));
        Set<String> found = new TreeSet<>();
        Models.Form form = Models.form(Checkpoint.open(folder(name)));
        try (Decoder lm = Models.load(Checkpoint.open(folder(name)))) {
            form.family().layout(form.config()).stream()
                    .filter(s -> s.ours().stream()
                            .allMatch(path -> AdamW.decays(path, lm.parameters().get(path))))
                    .forEach(s -> found.add(inMemory(s.name())));
        }
        assertThat(found).isEqualTo(expected);
    }

    /** transformers' name for a parameter of a loaded model, where its files use another. */
    private static String inMemory(String stored) {
        return stored.equals("embed_out.weight") ? "lm_head.weight" : stored;
    }

    /** The sums of the final parameters; an element whose gradient is rounding alone may have gone anywhere in ten steps. */
    private static void assertSums(String name, Decoder lm, JsonNode expected) {
        Models.Form form = Models.form(Checkpoint.open(folder(name)));
        double rate = expected.required("settings").required("lr").doubleValue();
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Models.stored(form, lm.parameters()).forEach((path, tensor) -> {
                JsonNode sums = expected.required("final_parameters").required(inMemory(path));
                double absolute = sums.required("abs_sum").doubleValue();
                int loose = expected.path("elements_with_rounding_gradients")
                        .path(path)
                        .asInt(0);
                var tolerance = within(1e-4 * absolute + loose * 20 * rate);
                Tensor wide = tensor.to(ScalarType.Double);
                assertThat(wide.sum().item_double())
                        .as(path)
                        .isCloseTo(sums.required("sum").doubleValue(), tolerance);
                assertThat(wide.abs().sum().item_double()).as(path).isCloseTo(absolute, tolerance);
            });
        }
    }
}
