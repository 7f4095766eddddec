package chainrule.gdc;

import chainrule.BadInput;
import chainrule.optim.Optimizer;
import chainrule.optim.Schedule;
import java.util.OptionalDouble;

/**
 * How a policy is trained towards a target.
 *
 * @param steps in which parameters move
 * @param batch texts of a step
 * @param micro texts that are read in one pass; the gradient is the batch's mean whatever it is
 * @param interval steps between evaluations
 * @param buffer texts of an evaluation; the paper takes interval × batch
 * @param zLimit what the running estimate of Z must not exceed; the mean of a probability with a bounded score has one
 * @param seed of all texts
 */
public record Settings(
        long steps,
        int batch,
        int micro,
        Signal signal,
        Optimizer optimizer,
        Schedule schedule,
        int interval,
        int buffer,
        Criterion criterion,
        OptionalDouble zLimit,
        long seed) {
    public Settings {
        if (steps < 1 || batch < 1 || micro < 1 || interval < 1 || buffer < 1) {
            throw new BadInput(
                    "Training needs 1 or more of steps, texts of a step, of a pass and of an evaluation, and steps"
                            + " between evaluations, not " + steps + ", " + batch + ", " + micro + ", " + buffer
                            + " and "
                            + interval + ".");
        }
    }

    /** KL-adaptive DPG, evaluated every 10 steps on as many texts as these steps had. */
    public static Settings of(long steps, int batch, Optimizer optimizer) {
        return new Settings(
                steps,
                batch,
                Math.min(batch, 256),
                new Dpg(),
                optimizer,
                new Schedule.Constant(0),
                10,
                10 * batch,
                new Criterion(),
                OptionalDouble.empty(),
                0);
    }

    public Settings with(Signal other) {
        return new Settings(steps, batch, micro, other, optimizer, schedule, interval, buffer, criterion, zLimit, seed);
    }

    public Settings with(Criterion other) {
        return new Settings(steps, batch, micro, signal, optimizer, schedule, interval, buffer, other, zLimit, seed);
    }

    /** @param texts of each evaluation */
    public Settings evaluated(int every, int texts) {
        return new Settings(steps, batch, micro, signal, optimizer, schedule, every, texts, criterion, zLimit, seed);
    }

    public Settings withSeed(long other) {
        return new Settings(
                steps, batch, micro, signal, optimizer, schedule, interval, buffer, criterion, zLimit, other);
    }
}
