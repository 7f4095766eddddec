/**
 * Knowledge distillation: how far a student's distributions are from a teacher's.
 *
 * <ul>
 *   <li>{@link chainrule.objective.distil.Divergence}: the measures. {@link chainrule.objective.distil.ForwardKl}, {@link
 *       chainrule.objective.distil.ReverseKl}, {@link chainrule.objective.distil.JensenShannon}, {@link
 *       chainrule.objective.distil.TotalVariation}; {@link chainrule.objective.distil.Decoupled} and {@link
 *       chainrule.objective.distil.Atkd}, which weigh the parts that {@link chainrule.objective.distil.Parts} takes a
 *       divergence into.
 *   <li>{@link chainrule.objective.distil.Teacher}: who says what is right. {@link
 *       chainrule.objective.distil.ModelTeacher} is a frozen model, {@link chainrule.objective.distil.CachedTeacher} its
 *       likeliest answers from a file.
 * </ul>
 *
 * {@link chainrule.objective.Distillation} makes an objective of the two. Distillation of whole sequences (Kim and Rush,
 * "Sequence-Level Knowledge Distillation", 2016) is {@link chainrule.objective.NextToken} on texts that the teacher wrote.
 *
 * <p>To add a measure, write a record that implements {@code Divergence}, name it among those it permits, and let its test
 * inherit {@code DivergenceContract}.
 */
@NullMarked
package chainrule.objective.distil;

import org.jspecify.annotations.NullMarked;
