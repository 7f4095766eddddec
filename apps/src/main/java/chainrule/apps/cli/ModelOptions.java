package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import chainrule.decode.Greedy;
import chainrule.decode.Speculative;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.NamedModel;
import chainrule.local.LocalModel;
import chainrule.local.ModelArgument;
import chainrule.nn.Compute;
import chainrule.tensor.Natives;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model, and how it computes. */
final class ModelOptions {
    @Mixin
    ModelName model = new ModelName();

    @Option(names = "--compute", paramLabel = "TYPE", description = "Number type of products: f32, bf16 or int8.")
    Optional<String> compute = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Threads of libtorch; as many as there are cores.")
    int threads;

    @Option(
            names = "--kernels",
            paramLabel = "on|off",
            description = "off: decode by the plain definition of the model, to compare.")
    String kernels = "on";

    @Option(
            names = "--adapter",
            paramLabel = "FOLDER",
            description = "An adapter for the model, LoRA or prefix tuning, as PEFT writes it.")
    Optional<Path> adapter = Optional.empty();

    /** The model opened; {@code usual} is the number type where none is given. */
    LocalModel open(Compute usual, Console console) {
        return open(model.checkpoint(), adapter, usual, console);
    }

    /** {@code chosen} with the draft model that it names, where it names one, opened as this one is. */
    OpenDraft openDraft(DecodingOptions.Chosen chosen, Compute usual, Console console) {
        if (chosen.method().orElse(new Greedy()) instanceof Speculative method
                && method.draft() instanceof NamedModel named) {
            LocalModel draft = open(ModelArgument.find(named.name()), Optional.empty(), usual, console);
            return new OpenDraft(chosen.with(method.with(new DraftModel(draft.lm()))), Optional.of(draft));
        }
        return new OpenDraft(chosen, Optional.empty());
    }

    private LocalModel open(Checkpoint checkpoint, Optional<Path> adapted, Compute usual, Console console) {
        Compute type = compute.map(Compute::parse).orElse(usual);
        if (!kernels.equals("on") && !kernels.equals("off")) {
            throw new Failure.Usage("--kernels must be on or off, not '" + kernels + "'.");
        }
        Natives.loadAhead();
        setThreads(threads);
        return LocalModel.open(
                checkpoint,
                new LocalModel.Options(
                        type, kernels.equals("on"), adapted, line -> console.note("chainrule: " + line)));
    }

    /** @param threads 0: as many as there are cores */
    static void setThreads(int threads) {
        if (threads < 0) {
            throw new Failure.Usage("--threads must not be negative, not " + threads + ".");
        }
        if (threads > 0) {
            Natives.load();
            torch.set_num_threads(threads);
        }
    }
}
