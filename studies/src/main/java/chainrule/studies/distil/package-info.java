/**
 * Studies of distillation: students that learn from teachers of growing certainty, judged by the answers that they write.
 *
 * <ul>
 *   <li>{@link chainrule.studies.distil.AtkdStudy}: the claims.
 *   <li>{@code Questions}: questions and answers. {@code Lines}: them as rows to train on.
 *   <li>{@code School}: models and their training. {@code Exam}: what a model answers, measured. {@code RougeL}: how near
 *       an answer is to the given one.
 * </ul>
 */
@NullMarked
package chainrule.studies.distil;

import org.jspecify.annotations.NullMarked;
