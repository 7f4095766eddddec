package chainrule.studies.tuning;

import chainrule.adapter.Adapted;
import chainrule.adapter.Lora;
import chainrule.adapter.PrefixTuning;
import chainrule.checkpoint.Checkpoint;
import chainrule.local.Prompts;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Prefix;
import chainrule.model.family.Models;
import chainrule.nn.Init;
import chainrule.objective.Choice;
import chainrule.objective.Prompt;
import chainrule.optim.AdamW;
import chainrule.optim.Mezo;
import chainrule.optim.Optimizer;
import chainrule.studies.Lab;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The same task for a real model in several ways, each judged on the same sentences. */
final class Arms implements AutoCloseable {
    /**
     * How much of it is done.
     *
     * @param steps of the comparison, {@code mechanism} of each arm that leaves something out, {@code adam} of the reference
     * @param shots examples in a text, or as many as fit
     */
    record Shape(int train, int dev, int test, int steps, int mechanism, int adam, int shots) {}

    /** An arm: percent right before, and what it answered after. */
    record Arm(String name, double dev, double before, Shares after, double seconds) {
        double gain() {
            return after.percent() - before;
        }
    }

    private static final int BATCH = 16;
    private static final long SEED = 1;

    private final Lab lab;
    private final Shape shape;
    private final Models.Form form;
    private final Decoder base;
    private final Prompts prompts;
    private final Polarity data;
    private final List<Arm> tried = new ArrayList<>();

    Arms(Checkpoint checkpoint, Shape shape, Polarity data, Lab lab) {
        this.lab = lab;
        this.shape = shape;
        this.data = data;
        this.form = Models.form(checkpoint);
        this.base = Models.load(checkpoint);
        this.prompts = Prompts.of(checkpoint, lab.notices());
    }

    private List<Choice> choices(List<Polarity.Sentence> sentences, Prompt prompt) {
        return Polarity.choices(sentences, prompt, prompts.tokenizer());
    }

    private Shares judged(CausalLM lm, Prompt prompt) {
        List<Choice> test = choices(data.test(), prompt);
        return Shares.of(test, Tuning.answers(lm, test));
    }

    Shares zeroShot() {
        return judged(base, Prompt.MR);
    }

    /** With the threshold between the words where half of the training sentences lie on either side. */
    Shares calibrated() {
        double threshold = Shares.median(Tuning.answers(base, choices(data.train(), Prompt.MR)));
        List<Choice> test = choices(data.test(), Prompt.MR);
        return Shares.above(test, Tuning.answers(base, test), threshold);
    }

    /** After examples, which are read once and stand before every sentence as a prefix. */
    Shares shown() {
        String shown = data
                .train()
                .subList(0, Math.min(shape.shots, data.train().size()))
                .stream()
                .map(s -> s.text() + " It was " + Prompt.MR.words().get(s.positive()) + "\n\n")
                .collect(Collectors.joining());
        Prefix prefix = Prefix.of(base, prompts.tokenizer().ids(shown, true));
        try {
            return judged(base.behind(prefix), Prompt.MR);
        } finally {
            Scope.free(prefix.pairs());
        }
    }

    /** By forward passes, of several rates and adapters the one that does best on the sentences to choose by. */
    Arm mezo() throws IOException {
        List<Arm> all = new ArrayList<>();
        for (double rate : new double[] {5e-4, 1e-3}) {
            all.add(lora("MeZO, LoRA, rate " + rate, base, Prompt.MR, mezo(rate), shape.steps));
        }
        for (double rate : new double[] {1e-2, 5e-2}) {
            try (Adapted lm = new PrefixTuning(5, SEED).on(form, base)) {
                all.add(tuned(
                        new Tuning("MeZO, prefix, rate " + rate, new Mezo(rate, 0.1, SEED), shape.steps, BATCH, SEED),
                        lm,
                        Prompt.MR));
            }
        }
        tried.addAll(all);
        return all.stream().max(Comparator.comparingDouble(Arm::dev)).orElseThrow();
    }

    /** All that was tuned. */
    List<Arm> tried() {
        return tried;
    }

    private static Mezo mezo(double rate) {
        return new Mezo(rate, 0.01, SEED);
    }

    Arm reference() throws IOException {
        return added(lora("Adam, LoRA", base, Prompt.MR, new AdamW(1e-3, 0.9, 0.999, 1e-8, 0, 1), shape.adam));
    }

    /** With the task's prompt and words; without the prompt's words; with words that say nothing; untrained. */
    List<Arm> mechanism() throws IOException {
        Mezo mezo = mezo(1e-3);
        List<Arm> all = new ArrayList<>();
        all.add(added(lora("prompt", base, Prompt.MR, mezo, shape.mechanism)));
        all.add(added(lora("no prompt", base, Prompt.MR.bare(), mezo, shape.mechanism)));
        all.add(added(lora("random words", base, Prompt.MR.with("river", "table"), mezo, shape.mechanism)));
        try (Decoder random = Decoder.create(base.config(), Init.random(SEED))) {
            all.add(added(lora("random trunk", random, Prompt.MR, mezo, shape.mechanism)));
        }
        return all;
    }

    private Arm added(Arm arm) {
        tried.add(arm);
        return arm;
    }

    private Arm lora(String name, Decoder trunk, Prompt prompt, Optimizer optimizer, int steps) throws IOException {
        try (Adapted lm = new Lora(8, 16).on(form, trunk)) {
            return tuned(new Tuning(name, optimizer, steps, BATCH, SEED), lm, prompt);
        }
    }

    private Arm tuned(Tuning tuning, Adapted lm, Prompt prompt) throws IOException {
        return lab.kept().once(tuning.name(), Arm.class, () -> {
            double before = judged(lm, prompt).percent();
            Tuning.Result result =
                    tuning.run(lm, lm.parameters(), choices(data.train(), prompt), choices(data.dev(), prompt), lab);
            return new Arm(tuning.name(), result.dev(), before, judged(lm, prompt), result.seconds());
        });
    }

    @Override
    public void close() {
        prompts.close();
        base.close();
    }
}
