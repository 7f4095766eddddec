package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceFolderTest {
    @TempDir
    private Path folder;

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, content);
    }

    private Checkpoint model() throws IOException {
        write("config.json", "{\"model_type\":\"llama\"}");
        return Checkpoint.open(folder);
    }

    @Test
    void aFolderGivesItsFilesAsTheyLieThere() {
        Checkpoint model = Checkpoint.open(Golden.path("models/llama_sharded"));
        assertThat(model.config().get("model_type").stringValue()).isEqualTo("llama");
        assertThat(model.generationConfig().get("eos_token_id").intValue()).isEqualTo(2);
        assertThat(model.tokenizer()).isEmpty();
        assertThat(model.tokenizerConfig()).isEmpty();
        assertThat(model.chatTemplate()).isEmpty();
        try (TensorFile weights = model.openWeights()) {
            assertThat(weights).isInstanceOf(ShardedSafetensors.class);
        }
    }

    @Test
    void aSafetensorsFileHasItsConfigurationBesideIt() throws IOException {
        model();
        Path weights = Files.copy(Golden.path("models/llama/model.safetensors"), folder.resolve("other.safetensors"));
        Checkpoint model = Checkpoint.open(weights);
        assertThat(model.config().get("model_type").stringValue()).isEqualTo("llama");
        try (TensorFile file = model.openWeights()) {
            assertThat(file.origin()).isEqualTo(weights.toString());
        }
    }

    @Test
    void aFolderWithoutSafetensorsHasTheWeightsOfItsGguf() throws IOException {
        write("config.json", Files.readString(Golden.path("models/llama/config.json")));
        Conversion.of(Checkpoint.open(Golden.path("models/llama"))).write(folder.resolve("model.gguf"));
        Checkpoint model = Checkpoint.open(folder);
        assertThat(model).isInstanceOf(HuggingFaceFolder.class);
        try (TensorFile weights = model.openWeights()) {
            assertThat(weights.has("model.embed_tokens.weight")).isTrue();
        }
    }

    @Test
    void aFolderWithoutWeightsIsRefusedOnlyWhenTheyAreAskedFor() throws IOException {
        Checkpoint model = model();
        assertThatThrownBy(model::openWeights).isInstanceOf(BadInput.class).hasMessageContaining("no weights");
    }

    @Test
    void theTemplateFileWinsOverTheConfigurations() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\":\"old\"}");
        assertThat(model().chatTemplate()).contains("old");
        write("chat_template.jinja", "new\n");
        write("additional_chat_templates/rag.jinja", "rag");
        assertThat(model().chatTemplates())
                .containsEntry("default", "new\n")
                .containsEntry("rag", "rag")
                .hasSize(2);
    }

    @Test
    void aListOfTemplatesHasNames() throws IOException {
        write("tokenizer_config.json", """
                {"chat_template":[{"name":"default","template":"a"},{"name":"tool_use","template":"b"}]}""");
        assertThat(model().chatTemplate()).contains("a");
        assertThat(model().chatTemplates()).containsEntry("tool_use", "b");
    }

    @Test
    void specialTokensAreTextsOrObjectsInEitherFile() throws IOException {
        write("special_tokens_map.json", """
                {"bos_token":"<map>","eos_token":{"content":"</s>","lstrip":false},"pad_token":"<pad>"}""");
        write("tokenizer_config.json", """
                {"bos_token":"<s>","pad_token":null,"unk_token":{"content":"<unk>"}}""");
        Checkpoint model = model();
        assertThat(model.specialToken("bos_token")).contains("<s>");
        assertThat(model.specialToken("eos_token")).contains("</s>");
        assertThat(model.specialToken("unk_token")).contains("<unk>");
        assertThat(model.specialToken("pad_token")).isEmpty();
        assertThat(model.specialToken("mask_token")).isEmpty();
    }

    @Test
    void aTemplateThatIsNoneIsRefused() throws IOException {
        Checkpoint model = model();
        write("tokenizer_config.json", "{\"chat_template\":5}");
        assertThatThrownBy(model::chatTemplates).isInstanceOf(BadInput.class).hasMessageContaining("chat_template");
        write("tokenizer_config.json", "{\"chat_template\":[{\"name\":\"x\"}]}");
        assertThatThrownBy(model::chatTemplates)
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("without a name and a template");
    }
}
