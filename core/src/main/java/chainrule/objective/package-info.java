/**
 * What training minimises.
 *
 * <ul>
 *   <li>{@link chainrule.objective.Objective}: a weighted {@code Sum} of means, or one {@link chainrule.objective.Mean}: a sum
 *       over a batch's terms, and their number.
 *   <li>{@link chainrule.objective.RowLoss}: a mean over rows of a function of each row's logits. All of them share one pass
 *       over the logits, in chunks ({@link chainrule.objective.HeadPass}).
 *   <li>{@link chainrule.objective.Batch}: texts, what follows each of their tokens, and which of it is trained.
 * </ul>
 *
 * To add an objective, write a record that implements {@code RowLoss} or {@code Mean}, name it among those it permits, and
 * let its test inherit {@code ObjectiveContract}.
 */
@NullMarked
package chainrule.objective;

import org.jspecify.annotations.NullMarked;
