package chainrule.studies.tuning;

import chainrule.checkpoint.Checkpoint;
import chainrule.data.Document;
import chainrule.local.Prompts;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Tree;
import chainrule.objective.Choice;
import chainrule.objective.Prompt;
import chainrule.optim.Mezo;
import chainrule.optim.Optimizer;
import chainrule.studies.Lab;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * All parameters of the embedded model, moved by forward passes: whether a definition is a noun's or a verb's.
 *
 * @param restored the farthest that a step of no length left a parameter from where it was, in units in the last place of
 *     |w| + 4 ε, about the largest number that it had been
 * @param replayed parameters that differ when the log is replayed from the first ones
 * @param first the mean loss of the first fifth of the steps
 * @param last of the last fifth
 * @param logBytes of the run's state
 */
record Embedded(double restored, long replayed, double first, double last, double stepsPerSecond, long logBytes) {
    private static final Pattern DEFINITION = Pattern.compile("[^(]+\\((noun|verb)\\): (.+)");
    private static final Prompt PROMPT = new Prompt("definitions", "{text}. It is a", List.of("noun", "verb"), " ");
    private static final double EPSILON = 1e-3;
    private static final int EXAMPLES = 512;

    static Embedded of(Checkpoint checkpoint, int steps, Lab lab) {
        var mezo = new Mezo(5e-5, EPSILON, 1);
        try (Decoder lm = Models.load(checkpoint);
                Prompts prompts = Prompts.of(checkpoint, lab.notices())) {
            List<Choice> choices = choices(prompts);
            var tuning = new Tuning("embedded model", mezo, steps, 16, 1);
            double restored = restored(lm, tuning, choices);
            SequencedMap<String, Tensor> saved = new LinkedHashMap<>();
            try (Decoder again = Models.load(checkpoint);
                    var _ = new Scope()) {
                // The step of no length left rounding behind: both begin where the checkpoint does.
                again.parameters()
                        .tensors()
                        .forEach((path, p) -> lm.parameters().get(path).copy_(p));
                double[] losses = new double[steps];
                long began = System.nanoTime();
                try (var progress = lab.progress(tuning.name(), steps);
                        Optimizer.Run run = mezo.start(lm.parameters())) {
                    for (int i = 0; i < steps; i++) {
                        losses[i] = run.step(List.of(tuning.batch(choices, i).pass(lm, 1)), 1)
                                .loss();
                        progress.update(i + 1L, "");
                    }
                    run.state().forEach((name, t) -> saved.put(name, t.clone()));
                }
                double seconds = (System.nanoTime() - began) / 1e9;
                mezo.replay(again.parameters(), saved);
                long bytes = saved.values().stream()
                        .mapToLong(t -> t.numel() * t.element_size())
                        .sum();
                int fifth = Math.max(1, steps / 5);
                return new Embedded(
                        restored,
                        differing(lm.parameters(), again.parameters()),
                        mean(losses, 0, fifth),
                        mean(losses, steps - fifth, steps),
                        steps / seconds,
                        bytes);
            }
        }
    }

    private static double restored(Decoder lm, Tuning tuning, List<Choice> choices) {
        Map<String, float[]> before = new LinkedHashMap<>();
        try (var _ = new Scope()) {
            lm.parameters().tensors().forEach((path, p) -> before.put(path, Ops.floats(p)));
            try (Optimizer.Run run = tuning.optimizer().start(lm.parameters())) {
                run.step(List.of(tuning.batch(choices, 0).pass(lm, 1)), 0);
            }
            double farthest = 0;
            for (var e : before.entrySet()) {
                float[] now = Ops.floats(lm.parameters().get(e.getKey()));
                for (int i = 0; i < now.length; i++) {
                    float was = e.getValue()[i];
                    double unit = Math.ulp((float) (Math.abs(was) + 4 * EPSILON));
                    farthest = Math.max(farthest, Math.abs((double) now[i] - was) / unit);
                }
            }
            return farthest;
        }
    }

    private static long differing(Tree a, Tree b) {
        return a.tensors().entrySet().stream()
                .mapToLong(e -> e.getValue().ne(b.get(e.getKey())).sum().item_long())
                .sum();
    }

    private static double mean(double[] all, int from, int to) {
        return Arrays.stream(all, from, to).average().orElseThrow();
    }

    private static List<Choice> choices(Prompts prompts) {
        try (Stream<Document> held =
                new DefinitionCorpus(WordNet.load()).heldOut().documents()) {
            return held.map(d -> DEFINITION.matcher(((Document.Text) d).text()))
                    .filter(Matcher::matches)
                    .limit(EXAMPLES)
                    .map(m -> PROMPT.choice(
                            prompts.tokenizer(),
                            Map.of("text", m.group(2)),
                            m.group(1).equals("noun") ? 0 : 1))
                    .map(c -> c.within(48, -1))
                    .toList();
        }
    }
}
