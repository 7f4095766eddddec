/**
 * What training minimises.
 *
 * <ul>
 *   <li>{@link chainrule.objective.Objective}: a weighted {@code Sum} of means, or one {@link chainrule.objective.Mean}: a sum
 *       over a batch's terms, and their number.
 *   <li>{@link chainrule.objective.RowLoss}: a mean over rows of a function of each row's logits. All of them share one pass
 *       over the logits, in chunks ({@link chainrule.objective.HeadPass}).
 *       Of the next token ({@link chainrule.objective.NextToken}, {@link chainrule.objective.LabelSmoothing}); against
 *       repetition ({@link chainrule.objective.ContrastiveToken}, {@link chainrule.objective.Unlikelihood}, {@link
 *       chainrule.objective.Nce}); {@link chainrule.objective.ZLoss}; from a teacher ({@link
 *       chainrule.objective.Distillation}, with the measures of package {@code distil}).
 *       Of pairs of answers: {@link chainrule.objective.Dpo}.
 *   <li>{@link chainrule.objective.StepLoss}: a mean of what else that pass finds: {@link chainrule.objective.SimCtg}.
 *   <li>{@link chainrule.objective.SequenceUnlikelihood} reads what the model writes itself.
 *   <li>{@link chainrule.objective.Batch}: texts, what follows each of their tokens, and which of it is trained.
 *   <li>{@link chainrule.objective.Choices}: options put to a model, as a loss, as scores and as texts to learn from.
 *   <li>{@link chainrule.objective.Prompt}: how a task's fields become a {@link chainrule.objective.Choice}.
 * </ul>
 *
 * To add an objective, write a record that implements {@code RowLoss} or {@code Mean}, name it among those it permits, and
 * let its test inherit {@code ObjectiveContract}.
 */
@NullMarked
package chainrule.objective;

import org.jspecify.annotations.NullMarked;
