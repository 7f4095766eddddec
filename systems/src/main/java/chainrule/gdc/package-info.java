/**
 * Training a language model towards a target that can score texts but not write them: generation with distributional control
 * (Khalifa, Elsahar and Dymetman, "A Distributional Approach to Controlled Text Generation", ICLR 2021).
 *
 * <ul>
 *   <li>{@link chainrule.gdc.Tuning}: the loop, KL-adaptive DPG. {@link chainrule.gdc.Settings}: how;
 *       {@link chainrule.gdc.Criterion}: when the policy becomes the proposal.
 *   <li>{@link chainrule.gdc.Signal}: how much each sampled text pulls: {@link chainrule.gdc.Dpg},
 *       {@link chainrule.gdc.FDivergence}, and for comparison {@link chainrule.gdc.Reinforce},
 *       {@link chainrule.gdc.ReinforceTarget}, {@link chainrule.gdc.Ziegler}.
 *   <li>{@link chainrule.gdc.Evaluation}: what is known of policy and proposal after some steps;
 *       {@link chainrule.gdc.MovingZ}: the target's mass over all evaluations.
 * </ul>
 *
 * <pre>{@code
 * Target target = SequenceModel.of(base, sequences).constrain(Constraint.always(new Scorer.Contains("z")));
 * try (Decoder policy = Tuning.copy(base);
 *         Tuning tuning = new Tuning(target, policy, Settings.of(300, 512, new AdamW(1e-3)))) {
 *     tuning.run(evaluation -> System.out.println(evaluation.klTarget()), () -> false);
 * }
 * }</pre>
 *
 * To add a signal, write a record that implements {@code Signal} and name it among those it permits.
 */
@NullMarked
package chainrule.gdc;

import org.jspecify.annotations.NullMarked;
