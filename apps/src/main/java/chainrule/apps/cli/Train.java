package chainrule.apps.cli;

import chainrule.adapter.AdapterMethod;
import chainrule.checkpoint.Checkpoint;
import chainrule.local.ModelArgument;
import chainrule.model.Net;
import chainrule.model.family.Models;
import chainrule.objective.Dpo;
import chainrule.objective.Objective;
import chainrule.train.Examples;
import chainrule.train.Export;
import chainrule.train.RunFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code train}: makes a model of texts, or trains one further. */
@Command(
        name = "train",
        description = {
            "Train a model on texts, a fresh one or (--from) a given one. The run is a folder with the model in it.",
            "Without --data: on WordNet's definitions, at a size that takes about three minutes."
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule train",
            "  ./chainrule train --data my-texts/ --out runs/mine --layers 6 --width 384 --heads 6 --steps 5000",
            "  ./chainrule train --data my-texts/ --from my-model --lora rank=16 --out runs/tuned",
            "  ./chainrule train --from my-model --data my-texts/ --optimizer mezo:learningRate=1e-6,epsilon=1e-3",
            "  ./chainrule train --from my-model --data chats.jsonl --epochs 2",
            "  ./chainrule train --resume --out runs/mine"
        })
final class Train implements Training {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(names = "--from", paramLabel = "MODEL", description = "Train this model further.")
    Optional<String> from = Optional.empty();

    @Option(
            names = "--lora",
            paramLabel = "SETTINGS",
            arity = "0..1",
            fallbackValue = "",
            description =
                    "With --from: train a LoRA adapter, the model stays as it is; rank=8,alpha=16,targets=[q_proj;v_proj].")
    Optional<String> lora = Optional.empty();

    @Option(
            names = "--prefix",
            paramLabel = "SETTINGS",
            arity = "0..1",
            fallbackValue = "",
            description = "With --from: train keys and values before every text, the model stays as it is; length=5.")
    Optional<String> prefix = Optional.empty();

    @Mixin
    TrainingOptions options = new TrainingOptions();

    @Override
    public List<String> names() {
        return RunOptions.names();
    }

    @Override
    public TrainingOptions options() {
        return options;
    }

    @Override
    public ParseResult parsed() {
        return spec.commandLine().getParseResult();
    }

    @Override
    public Optional<Checkpoint> model() {
        return from.map(ModelArgument::find);
    }

    @Override
    public RunOptions.Start start() {
        if (from.isEmpty()) {
            return RunOptions.Start.NOTHING;
        }
        return adapted() ? RunOptions.Start.ADAPTER : RunOptions.Start.MODEL;
    }

    @Override
    public Optional<Checkpoint> tokenizer() {
        return model();
    }

    private boolean adapted() {
        return lora.isPresent() || prefix.isPresent();
    }

    /** What adapts the model; empty: the model itself is trained. */
    private Optional<AdapterMethod> adapter() {
        if (adapted() && from.isEmpty()) {
            throw new Failure.Usage("--lora and --prefix adapt a model: name it with --from.");
        }
        if (lora.isPresent() && prefix.isPresent()) {
            throw new Failure.Usage("Give --lora or --prefix, not both.");
        }
        return lora.map(settings -> TrainedAdapter.method("lora", settings, options.run.seed))
                .or(() -> prefix.map(settings -> TrainedAdapter.method("prefix-tuning", settings, options.run.seed)));
    }

    @Override
    public int room() {
        return adapter().map(AdapterMethod::room).orElse(0);
    }

    private Objective objective() {
        return Objective.parse(options.run.objective);
    }

    @Override
    public boolean pairs() {
        return objective().means().stream().anyMatch(m -> m.method() instanceof Dpo);
    }

    @Override
    public void check() {
        objective();
        adapter().ifPresent(adapter -> adapter.check(Models.form(model().orElseThrow())));
    }

    /** Under an adapter the base is read again, since a checkpoint has the adapter alone. */
    @Override
    public Optional<Checkpoint> reached(RunFolder folder) {
        return adapted() ? model() : Training.super.reached(folder);
    }

    @Override
    public String use(Path folder) {
        return adapted() ? "--model " + from.orElseThrow() + " --adapter " + folder : Training.super.use(folder);
    }

    /** Under an adapter, where memory is to be saved, quantised weights stay so. */
    @Override
    public boolean keepsQuantised() {
        return adapted() && options.run.checkpointing;
    }

    @Override
    public Lessons lessons(TrainedModel trained, TrainingText.Rows rows, RunFolder folder, Console console) {
        Optional<TrainedAdapter> adapter =
                adapter().map(method -> TrainedAdapter.of(method, this, folder, trained, console));
        return new Lessons() {
            @Override
            public Objective objective() {
                return Train.this.objective();
            }

            @Override
            public Examples training() {
                return rows.training();
            }

            @Override
            public Net net() {
                return adapter.<Net>map(TrainedAdapter::lm).orElseGet(trained::net);
            }

            @Override
            public Export export() {
                return adapter.<Export>map(a -> a).orElse(trained);
            }

            @Override
            public void close() {
                adapter.ifPresent(TrainedAdapter::close);
            }
        };
    }

    @Override
    public List<String> samplePrompts() {
        boolean own = options.data.isEmpty() && from.isEmpty();
        return options.prompts.isEmpty() ? List.of(own ? "quillfish (noun):" : "") : options.prompts;
    }
}
