/**
 * Control of what a language model writes, as statements about its texts.
 *
 * <ul>
 *   <li>{@link chainrule.control.Sequences}: which texts are spoken of; {@link chainrule.control.SequenceModel}: a model's
 *       distribution over them, which is sampled and scored.
 *   <li>{@link chainrule.control.Scorer}: a feature of a text; {@link chainrule.control.Constraint}: what is asked of it.
 *   <li>{@link chainrule.control.LambdaFit}: how the weights of features are found, {@link chainrule.control.FeatureSample}:
 *       on what.
 *   <li>{@link chainrule.control.Target}: P(x) = a(x)·b(x)·exp(λ·φ(x)), which scores texts.
 *   <li>{@link chainrule.control.ImportanceWeights}: what samples say of a target: its mass, divergences, moments, each an
 *       {@link chainrule.control.Estimate}.
 *   <li>{@link chainrule.control.QuasiRejection}: samples of a target.
 * </ul>
 *
 * <pre>{@code
 * var base = SequenceModel.of(lm, Sequences.of(tokenizer, new int[] {end}, 16, end));
 * Target target = base.constrain(
 *         Constraint.always(new Scorer.Contains("th")), Constraint.onAverage(new Scorer.EndsWith("a"), 0.5));
 * }</pre>
 *
 * To add a feature, write a record that implements {@code Scorer} and name it among those it permits; a lambda will often
 * do ({@link chainrule.control.Scorer#ofText}).
 */
@NullMarked
package chainrule.control;

import org.jspecify.annotations.NullMarked;
