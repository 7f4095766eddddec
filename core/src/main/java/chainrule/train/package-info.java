/**
 * The training loop, and the folder that a run is.
 *
 * <ul>
 *   <li>{@link chainrule.train.Trainer}: the loop. {@link chainrule.train.Settings}: how. {@link chainrule.train.Examples}:
 *       on what.
 *   <li>{@link chainrule.train.Written}: rows that a model writes itself, by {@link chainrule.train.Sequences}.
 *   <li>{@link chainrule.train.RunFolder}: checkpoints that survive a process killed at any moment;
 *       {@link chainrule.train.Measurement}: a line of {@code metrics.jsonl}.
 *   <li>{@link chainrule.train.Observer}: who is told; {@link chainrule.train.TensorBoard} is one.
 *   <li>{@link chainrule.train.Interrupt}: Ctrl-C; {@link chainrule.train.MemoryNeed}: what it will take.
 * </ul>
 *
 * To train something new, write its {@link chainrule.objective.Objective} and give its rows as {@code Examples}.
 */
@NullMarked
package chainrule.train;

import org.jspecify.annotations.NullMarked;
