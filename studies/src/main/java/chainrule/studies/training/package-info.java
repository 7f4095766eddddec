/**
 * Studies of training objectives: copies of one model, trained on the same rows with different objectives and compared.
 *
 * <ul>
 *   <li>{@link chainrule.studies.training.ContrastiveTokenStudy}, {@link chainrule.studies.training.SimCtgStudy}.
 *   <li>{@code Material}: what is trained on, and what judges. {@code Course}: how a copy is trained. {@code Judged}: what it
 *       writes, and its measures.
 * </ul>
 */
@NullMarked
package chainrule.studies.training;

import org.jspecify.annotations.NullMarked;
