package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import chainrule.local.ModelArgument;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model. */
final class ModelName {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            description =
                    "A folder, a .gguf or .safetensors file, or a name in the store; without it the default model.")
    Optional<String> name = Optional.empty();

    /** @throws chainrule.BadInput where there is no such model */
    Checkpoint checkpoint() {
        return name.map(ModelArgument::find).orElseGet(ModelArgument::openDefault);
    }
}
