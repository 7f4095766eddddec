package chainrule.studies;

import chainrule.BadInput;
import chainrule.Progress;
import chainrule.checkpoint.Checkpoint;
import chainrule.local.LocalModel;
import chainrule.local.ModelArgument;
import chainrule.nn.Compute;
import chainrule.studies.data.DataFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a study that runs is given.
 *
 * @param model what the user names instead of the size's own model
 * @param data where data sets lie
 * @param compute the number type of products; empty: what the study takes
 * @param screen where progress is shown
 * @param kept what an earlier run has found
 */
public record Lab(
        Optional<String> model,
        DataFolders data,
        Optional<Compute> compute,
        Progress.Screen screen,
        Consumer<String> notices,
        Kept kept) {
    /** The small real model of the laptop size, as a name in the store or below these folders. */
    private static final String SMALL = "smollm2-135m-instruct-q4_1";

    private static final List<Path> BESIDE = List.of(Path.of("../shared/models"));

    /**
     * The model of a size: the embedded one at {@code SMOKE}, SmolLM2 above. The caller closes it.
     *
     * @param usual the number type of products where the user names none
     * @throws BadInput where it is not there
     */
    public LocalModel open(Size size, Compute usual) {
        Compute type = compute.orElse(usual);
        return LocalModel.open(checkpoint(size), new LocalModel.Options(type, true, notices));
    }

    /** That model on disk, for a study that trains it. @throws BadInput where it is not there */
    public Checkpoint checkpoint(Size size) {
        if (model.isPresent()) {
            return ModelArgument.find(model.get());
        }
        if (size == Size.SMOKE) {
            return ModelArgument.openDefault();
        }
        for (Path folder : BESIDE) {
            if (Files.isDirectory(folder.resolve(SMALL))) {
                return Checkpoint.open(folder.resolve(SMALL));
            }
        }
        try {
            return ModelArgument.find(SMALL);
        } catch (BadInput e) {
            throw new BadInput(
                    "This size needs the model " + SMALL + ", which is not in the store: name another with --model.",
                    e);
        }
    }

    /** The same, which goes on with what was found before. */
    public Lab with(Kept other) {
        return new Lab(model, data, compute, screen, notices, other);
    }

    /** A line of progress towards {@code total}. */
    public Progress progress(String what, long total) {
        return new Progress(what, total, Progress.Unit.COUNT, screen);
    }
}
