package chainrule.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Safetensors;
import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalModelTest {
    private static final Models.Form FORM = new Models.Form(new Llama(), Tiny.llama());

    @TempDir
    Path folder;

    private void save() throws IOException {
        try (Decoder lm = Decoder.create(FORM.config(), Init.random(5))) {
            Models.save(FORM, lm.parameters(), Map.of(), ScalarType.Float, folder);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModelPackedAsItIsReadIsTheOnePackedAfterwards(Compute compute) throws IOException {
        save();
        Checkpoint checkpoint = Checkpoint.open(folder);
        Request request = Request.of(1, 2, 3).withMaxTokens(12).withLogprobs(0);
        try (Decoder plain = Models.load(checkpoint);
                CausalLM afterwards = plain.forDecoding(compute);
                CausalLM read = Models.loadForDecoding(checkpoint, compute);
                var expected = new Engine(afterwards);
                var found = new Engine(read)) {
            assertThat(found.run(request).logprobs())
                    .isEqualTo(expected.run(request).logprobs());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingWeightIsNamedAndNothingStaysInMemory(Compute compute) throws IOException {
        try (Decoder lm = Decoder.create(FORM.config(), Init.random(5));
                var _ = new Scope()) {
            Models.save(FORM, lm.parameters(), Map.of(), ScalarType.Float, folder);
            Map<String, Tensor> some = new LinkedHashMap<>(Models.stored(FORM, lm.parameters()));
            some.remove("model.layers.1.mlp.down_proj.weight");
            Safetensors.write(folder.resolve("model.safetensors"), some, Map.of());
        }
        assertThatThrownBy(() -> LocalModel.open(folder.toString(), compute))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("model.layers.1.mlp.down_proj.weight is missing");
    }

    @Test
    void aTokenizerThatCannotBeReadIsReportedAndTheModelIsFreed() throws IOException {
        save();
        Files.writeString(folder.resolve("tokenizer.json"), "{\"version\": \"7\"}");
        assertThatThrownBy(() -> LocalModel.open(folder.toString()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("tokenizer.json");
    }
}
