package chainrule.gdc;

import chainrule.BadInput;
import chainrule.control.Sampler;
import chainrule.control.SequenceModel;
import chainrule.control.Target;
import chainrule.model.CausalLM;
import chainrule.nn.Tree;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Counter;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * KL-adaptive distributional policy gradient: a policy π is trained on texts of a proposal q towards the target p, and takes
 * q's place whenever fresh texts say that it is nearer to p (Khalifa, Elsahar and Dymetman, "A Distributional Approach to
 * Controlled Text Generation", ICLR 2021, algorithm 1). Other {@link Signal}s run in the same loop.
 *
 * <p>A step depends on the policy, the proposal, the optimizer's state, Z, the signal's memory and its own number, all of
 * which {@link #save} writes: a run that goes on from there gives the numbers of one that never stopped. Dropout is none of
 * it: the policy that is judged is the one that is trained.
 */
public final class Tuning implements AutoCloseable {
    private final Target target;
    private final SequenceModel policy;
    private final Settings settings;
    private final Optimizer.Run optimizer;
    private final Signal.Run signal;
    private final MovingZ z;
    private Proposal proposal;
    private long step;
    private long judged = -1;
    private double record = Double.POSITIVE_INFINITY;

    /** q: the parameters that the policy had, and a sampler of them. */
    private record Proposal(Tree parameters, Sampler sampler) implements AutoCloseable {
        static Proposal of(SequenceModel policy) {
            SequencedMap<String, Tensor> copies = new LinkedHashMap<>();
            policy.lm().parameters().tensors().forEach((name, tensor) -> copies.put(name, owned(tensor)));
            return new Proposal(new Tree(copies), policy.sampler());
        }

        @Override
        public void close() {
            sampler.close();
            parameters.close();
        }
    }

    /**
     * A run that starts with q = π.
     *
     * @param policy is trained, and stays the caller's; as a rule a {@link #copy} of the target's original model
     */
    public Tuning(Target target, CausalLM policy, Settings settings) {
        this.target = target;
        this.policy = target.base().with(policy);
        this.settings = settings;
        this.signal = settings.signal().start();
        this.z = new MovingZ(settings.zLimit());
        this.optimizer = settings.optimizer().start(policy.parameters());
        this.proposal = Proposal.of(this.policy);
    }

    /** A model with parameters of its own, to be trained away from {@code lm}; the caller closes it. */
    public static <R extends Record & CausalLM> R copy(R lm) {
        return Tree.map(lm, (_, tensor) -> owned(tensor));
    }

    private static Tensor owned(Tensor tensor) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            return Scope.own(tensor.detach().clone());
        }
    }

    /** Steps taken. */
    public long step() {
        return step;
    }

    /**
     * Trains to the last step, with an evaluation before the first, every {@code interval} steps and after the last.
     *
     * @param stop asked before every step
     * @throws BadInput where a loss is no number
     */
    public void run(Consumer<Evaluation> observer, BooleanSupplier stop) {
        if (step == 0 && judged < 0) {
            observer.accept(evaluate());
        }
        while (step < settings.steps() && !stop.getAsBoolean()) {
            if (settings.signal().onPolicy()) {
                renew();
            }
            learn(proposal.sampler.draw(settings.batch(), seed(1)));
            if (step % settings.interval() == 0 || step == settings.steps()) {
                observer.accept(evaluate());
            }
        }
    }

    private Evaluation evaluate() {
        if (settings.signal().onPolicy()) {
            renew();
        }
        return judge(proposal.sampler.draw(settings.buffer(), seed(2)));
    }

    private long seed(int purpose) {
        return Counter.of(settings.seed(), purpose, step).key();
    }

    /** One step on texts of the proposal. @return the loss, 0 where no text pulled */
    double learn(Sampler.Drawn drawn) {
        double[] logA = target.base().logProbabilities(drawn.texts());
        double[] logP = target.logProbabilities(drawn.texts(), logA);
        double factor = settings.schedule().factor(step + 1, settings.steps());
        double loss = 0;
        for (int pass = 0; pass < settings.signal().passes(); pass++) {
            double[] weights = signal.weights(new Signal.Seen(
                    drawn.texts(),
                    logA,
                    logP,
                    drawn.logQ(),
                    () -> policy.logProbabilities(drawn.texts()),
                    z.value(),
                    pass));
            int[] prompt = policy.sequences().prompt();
            List<Pass> parts = WeightedTexts.parts(policy.lm(), prompt, drawn.texts(), weights, settings.micro());
            if (!parts.isEmpty()) {
                loss = moved(parts, factor);
            }
        }
        step++;
        return loss;
    }

    private double moved(List<Pass> parts, double factor) {
        Optimizer.Update update = optimizer.step(parts, factor);
        if (!update.finite()) {
            throw new BadInput(
                    "Training stopped at step " + (step + 1) + ": the loss is " + update.loss()
                            + " and its gradient " + update.gradientNorm()
                            + " long. The policy is as it was before: lower the learning rate, or the weights of the features.");
        }
        return update.loss();
    }

    /** Judges policy and proposal by fresh texts of the proposal, and may make the policy the proposal. */
    Evaluation judge(Sampler.Drawn drawn) {
        double[] logA = target.base().logProbabilities(drawn.texts());
        double[] logP = z.add(target.logProbabilities(drawn.texts(), logA), drawn.logQ());
        Evaluation found = Evaluation.of(
                step,
                target.features(),
                drawn.texts(),
                z.value(),
                logA,
                logP,
                drawn.logQ(),
                policy.logProbabilities(drawn.texts()));
        judged = step;
        boolean replaced = step > 0 && settings.criterion().replaces(found, record);
        if (!replaced) {
            return found;
        }
        record = Math.min(record, settings.criterion().distance(found));
        renew();
        return found.replacing();
    }

    private void renew() {
        Proposal old = proposal;
        proposal = Proposal.of(policy);
        old.close();
    }

    /** Writes all that the run is into one file, which is there whole or not at all. */
    public void save(Path file) throws IOException {
        RunFile.write(
                file,
                policy.lm().parameters(),
                proposal.parameters,
                optimizer.state(),
                new RunFile.Numbers(step, judged, record, z.state(), signal.state()),
                RunFile.describe(target, settings));
    }

    /** Goes on from where {@link #save} was called. @throws BadInput where that was another run */
    public void restore(Path file) {
        Tree parameters = policy.lm().parameters();
        RunFile.Numbers numbers = RunFile.read(file, RunFile.describe(target, settings), (saved, theirs) -> {
            // The proposal is packed from the policy's own tensors, so these hold its parameters for a moment.
            saved.fill("proposal", parameters);
            renew();
            saved.fill("policy", parameters);
            optimizer.restore(theirs);
        });
        step = numbers.step();
        judged = numbers.judged();
        record = numbers.record();
        z.restore(numbers.z());
        signal.restore(numbers.signal());
    }

    @Override
    public void close() {
        proposal.close();
        optimizer.close();
    }
}
