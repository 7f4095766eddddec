/**
 * What training minimises.
 *
 * <ul>
 *   <li>{@link chainrule.objective.Objective}: a sum over a batch's terms, and their number.
 *   <li>{@link chainrule.objective.NextToken}: cross-entropy of the next token, in chunks.
 *   <li>{@link chainrule.objective.Batch}: texts, what follows each of their tokens, and which of it is trained.
 * </ul>
 *
 * To add an objective, write a record that implements {@code Objective}, name it among those it permits, and let its
 * test inherit {@code ObjectiveContract}.
 */
@NullMarked
package chainrule.objective;

import org.jspecify.annotations.NullMarked;
