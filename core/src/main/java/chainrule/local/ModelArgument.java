package chainrule.local;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.ModelStore;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a user calls a model by: the path of a folder, a {@code .gguf} or a {@code .safetensors} file, or a name in the
 * local store; or nothing, which means the default model.
 */
public final class ModelArgument {
    /** The system property, and as {@code CHAINRULE_DEFAULT_MODEL} the environment variable, with the default's path. */
    private static final String DEFAULT = "chainrule.default.model";

    private ModelArgument() {}

    /** @throws BadInput where there is no such model */
    public static Checkpoint find(String name) {
        if (name.isBlank()) {
            throw new BadInput(
                    "The model's name is empty: give a folder, a .gguf or .safetensors file, or a name in the store.");
        }
        try {
            return Checkpoint.open(ModelStore.of(System.getenv()).resolve(name));
        } catch (InvalidPathException e) {
            throw new BadInput("'" + name + "' is neither a path nor a model's name.", e);
        }
    }

    /** @throws BadInput where there is none */
    public static Checkpoint openDefault() {
        return Checkpoint.open(
                defaultModel()
                        .orElseThrow(
                                () -> new BadInput(
                                        "No model is named and there is no default model:"
                                                + " name one (--model on the command line), or set CHAINRULE_DEFAULT_MODEL to a model's folder.")));
    }

    /** Where the default model is. @throws BadInput where a path is set and nothing is there */
    public static Optional<Path> defaultModel() {
        Optional<Path> set = Optional.ofNullable(System.getProperty(DEFAULT))
                .or(() -> Optional.ofNullable(System.getenv("CHAINRULE_DEFAULT_MODEL")))
                .filter(path -> !path.isBlank())
                .map(Path::of);
        set.filter(path -> !Files.exists(path)).ifPresent(path -> {
            throw new BadInput(
                    "The default model is set to " + path + ", where nothing is: mend CHAINRULE_DEFAULT_MODEL.");
        });
        return set;
    }
}
