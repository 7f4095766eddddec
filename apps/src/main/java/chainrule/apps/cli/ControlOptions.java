package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.control.Constraint;
import chainrule.control.Newton;
import chainrule.control.Scorer;
import chainrule.control.SequenceModel;
import chainrule.control.Sequences;
import chainrule.local.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is asked of a model's texts, and which texts these are. */
final class ControlOptions {
    @Option(
            names = "--always",
            paramLabel = "FEATURE",
            description = "Every text has it, as in contains-word:amazing; repeatable.")
    List<String> always = new ArrayList<>();

    @Option(
            names = "--mean",
            paramLabel = "X*FEATURE",
            description = "Its mean over the texts is X, as in 0.5*pronoun-majority:female; repeatable.")
    List<String> means = new ArrayList<>();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What the texts go on from; the model's start token.")
    Optional<String> prompt = Optional.empty();

    @Option(names = "--max-tokens", paramLabel = "N", description = "Tokens of a text at most (${DEFAULT-VALUE}).")
    int maxTokens = 40;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Texts on which means are fitted and distances measured (${DEFAULT-VALUE}).")
    int samples = 1024;

    @Option(names = "--seed", paramLabel = "N", description = "Of all texts (${DEFAULT-VALUE}).")
    long seed;

    /** @throws BadInput where a feature does not exist */
    Constraint[] constraints() {
        List<Constraint> all = new ArrayList<>();
        for (String each : always) {
            all.add(Constraint.always(Spec.parse(each, Scorer.class)));
        }
        for (String each : means) {
            for (Spec.Weighted<Scorer> mean : Spec.parseSum(each, Scorer.class)) {
                all.add(Constraint.onAverage(mean.method(), mean.weight()));
            }
        }
        if (all.isEmpty() || samples < 1) {
            throw new Failure.Usage("Ask for something of the texts by --always or --mean, on 1 or more --samples.");
        }
        return all.toArray(Constraint[]::new);
    }

    /** The target, fitted on the model's own texts where means are asked for. */
    SequenceModel.Fitted fit(SequenceModel base) {
        return base.constrain(new Newton(), samples, seed, constraints());
    }

    Sequences sequences(Prompts prompts) {
        int[] ends =
                prompts.ends().tokens().stream().mapToInt(Integer::intValue).toArray();
        int[] start = prompt.isPresent()
                ? prompts.text(prompt.get())
                : prompts.begin().stream().toArray();
        if (start.length == 0 && ends.length > 0) {
            start = new int[] {ends[0]};
        }
        if (start.length == 0) {
            throw new BadInput("The model names no token that begins a text: give a --prompt.");
        }
        return Sequences.of(prompts.tokenizer(), start, maxTokens, ends);
    }

    static List<String> names() {
        List<String> lines = new ArrayList<>(List.of("", "Features and their settings:"));
        Spec.describe(Scorer.class).forEach(m -> lines.add("  " + m));
        return lines;
    }
}
