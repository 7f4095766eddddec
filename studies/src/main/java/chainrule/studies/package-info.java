/**
 * Studies: what a paper claims, tried out and measured here.
 *
 * <ul>
 *   <li>{@link chainrule.studies.Study}: a paper, its claims, and how they are tried at a {@link chainrule.studies.Size};
 *       {@link chainrule.studies.Studies} lists them.
 *   <li>{@link chainrule.studies.Claim}, {@link chainrule.studies.Finding}: what is claimed, and what was found of it.
 *   <li>{@link chainrule.studies.Lab}: models, data and progress, given to a study that runs; {@link
 *       chainrule.studies.Kept}: what it found before it was stopped.
 *   <li>{@link chainrule.studies.Report}: the record of a run. The result file, the page, the documentation and the README's
 *       table are made from it ({@code page}).
 *   <li>{@code data}: the data sets that studies read, and where they come from.
 * </ul>
 *
 * <p>A claim that fails is reported as failed and is no fault of the program; a study that cannot run to its end is.
 *
 * <p>To add a study, write a record that implements {@code Study}, name it in {@code Studies}, and let a test run it at
 * {@code SMOKE}, which takes at most 25 seconds and reads only what the repository ships. What takes minutes to find goes through {@code Kept.once}.
 */
@NullMarked
package chainrule.studies;

import org.jspecify.annotations.NullMarked;
