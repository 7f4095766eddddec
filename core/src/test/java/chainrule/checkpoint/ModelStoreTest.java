package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStoreTest {
    @TempDir
    private Path home;

    private ModelStore store = new ModelStore(Path.of("unset"));

    @BeforeEach
    void fill() throws IOException {
        store = ModelStore.of(Map.of("CHAINRULE_HOME", home.toString()));
        for (String file : new String[] {
            "tiny/config.json",
            "HuggingFaceTB/SmolLM2-135M/config.json",
            "org/one/model.gguf",
            "org/two/a.gguf",
            "org/two/b.gguf",
            "org/notes/README.md",
            ".partial/org/half/config.json"
        }) {
            Path path = store.root().resolve(file);
            Files.createDirectories(path.resolveSibling(""));
            Files.createFile(path);
        }
    }

    @Test
    void namesAreThoseOfFoldersWithAModelAndOfTheirGgufFiles() {
        assertThat(store.names())
                .containsExactly("HuggingFaceTB/SmolLM2-135M", "org/one", "org/two/a.gguf", "org/two/b.gguf", "tiny");
    }

    @Test
    void aNameAndAPathAreResolved() throws IOException {
        assertThat(store.resolve("tiny")).isEqualTo(store.root().resolve("tiny"));
        assertThat(store.resolve("org/two/b.gguf")).isEqualTo(store.root().resolve("org/two/b.gguf"));
        Path file = Files.createFile(home.resolve("own.gguf"));
        assertThat(store.resolve(file.toString())).isEqualTo(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm2-135m", "HuggingFaceTB/SmolLM2-135", "SmolLM-135M", "smollm"})
    void aNameThatIsAlmostOneIsAnsweredWithIt(String name) {
        assertThatThrownBy(() -> store.resolve(name))
                .isInstanceOf(BadInput.class)
                .hasMessageContainingAll(name, "Did you mean HuggingFaceTB/SmolLM2-135M");
    }

    @Test
    void aNameLikeNoneIsAnsweredWithWhatThereIs() {
        assertThatThrownBy(() -> store.resolve("quite/different-name"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("There are HuggingFaceTB/SmolLM2-135M, org/one");
        assertThatThrownBy(() -> new ModelStore(home.resolve("nowhere")).resolve("x"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../tiny",
                "tiny/../../x",
                "/tiny",
                "",
                "a//b",
                ".partial/org",
                "a/b/c/d",
                "a\\b",
                "a b",
                "a..b",
                "a/",
                "~x",
                "a:b",
                "a\u0000b",
                "ä"
            })
    void whatIsNoNameIsRefused(String name) {
        assertThatThrownBy(() -> store.folder(name))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is no name for a model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../tiny", ".partial/org/half", "a\u0000b", "x\u001b[31m"})
    void whatIsNoNameDoesNotResolve(String name) {
        assertThatThrownBy(() -> store.resolve(name))
                .isInstanceOf(BadInput.class)
                .hasMessageMatching("[^\\p{Cntrl}]+");
    }

    @Test
    void theHomeIsTheEnvironmentsOrTheUsers() {
        assertThat(ModelStore.home(Map.of("CHAINRULE_HOME", "/x"))).isEqualTo(Path.of("/x"));
        assertThat(ModelStore.home(Map.of("CHAINRULE_HOME", " "))).isEqualTo(ModelStore.home(Map.of()));
        assertThat(ModelStore.home(Map.of()).toString()).endsWith("/.cache/chainrule");
    }
}
